"""The composition root: the one code location that ``workspace.yaml`` names."""

from collections.abc import Mapping
from typing import Any

import dagster as dg

from mhc_assets import assets, checks
from mhc_assets.resources import Platform
from mhc_jobs import housekeeping, jobs, schedules
from sensors import (
    conversation_stats,
    knowledge,
    monitoring,
    pipeline_figures,
    prompts,
    rollout,
    training,
    understanding,
)


def build_definitions(resources: Mapping[str, Any] | None = None) -> dg.Definitions:
    """Everything Dagster knows of the platform; ``resources`` replaces the default ones by name."""
    return dg.Definitions(
        assets=dg.load_assets_from_package_module(assets, include_specs=True),
        asset_checks=dg.load_asset_checks_from_package_module(checks),
        jobs=[
            jobs.collect,
            jobs.review,
            jobs.train,
            jobs.finish_training,
            jobs.knowledge,
            jobs.understanding,
            jobs.gather_understanding,
            jobs.tagger,
            jobs.stats,
            jobs.anomalies,
            jobs.customers,
            jobs.offers,
            jobs.profiles,
            jobs.demand,
            jobs.demand_drift,
            jobs.campaigns,
            jobs.deadlines,
            jobs.weekly_report,
            jobs.privacy,
            jobs.after_events,
            housekeeping.housekeeping,
        ],
        schedules=schedules.ALL,
        sensors=[
            training.retraining,
            training.fine_tune_poller,
            knowledge.knowledge_update,
            understanding.understanding_update,
            rollout.live_rollout,
            monitoring.record_failures,
            conversation_stats.conversation_stats,
            pipeline_figures.pipeline_figures,
            monitoring.record_recoveries,
            monitoring.watch,
            prompts.losing_variants,
            dg.AutomationConditionSensorDefinition(
                "automation",
                target=dg.AssetSelection.all(),
                default_status=dg.DefaultSensorStatus.RUNNING,
                minimum_interval_seconds=30,
            ),
        ],
        executor=dg.in_process_executor,
        resources={"platform": Platform(), **(resources or {})},
    )


defs = build_definitions()
