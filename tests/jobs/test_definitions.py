"""Jobs, schedules and sensors as Dagster loads them."""

import subprocess
import sys

import dagster as dg
import pytest

from mhc_core.business import pricing
from mhc_core.monitoring.status import STAGES
from mhc_jobs.definitions import build_definitions, defs

JOBS = {
    "collect": {"conversations", "feedback", "scored_conversations", "scrubbed_training_data"},
    "review": {"review_decisions"},
    "train": {"training_dataset", "evaluation_set", "fine_tuned_model", "shadow_evaluation", "promoted_model"},
    "finish_training": {"fine_tuned_model", "shadow_evaluation", "promoted_model"},
    "knowledge": {"knowledge_articles", "kb_embeddings"},
    "understanding": {
        "understanding_examples", "understanding_model", "understanding_evaluation", "promoted_understanding",
    },
    "gather_understanding": {"understanding_examples"},
    "train_tagger": {"tagger"},
    "stats": {"conversation_stats", "pipeline_figures"},
    "anomalies": {"anomaly_evidence"},
    "customers": {"customer_value", "churn_risk", "customer_profiles"},
    "profiles": {"customer_profiles"},
    "offers": {"offer_statistics"},
    "demand": {"demand_forecast"},
    "demand_drift": set(),
    "campaigns": {"campaign_plan", "campaign_delivery"},
    "deadlines": set(),
}  # fmt: skip
SCHEDULES = {
    "collect_daily": ("0 1 * * *", "collect"),
    "train_daily": ("0 2 * * *", "train"),
    "knowledge_weekly": ("0 2 * * 0", "knowledge"),
    "understanding_examples_daily": ("30 1 * * *", "gather_understanding"),
    "tagger_weekly": ("0 3 * * 0", "train_tagger"),
    "anomalies_hourly": ("5 * * * *", "anomalies"),
    "customers_weekly": ("30 3 * * 0", "customers"),
    "profiles_daily": ("45 3 * * *", "profiles"),
    "demand_daily": ("15 3 * * *", "demand"),
    "offers_daily": ("50 3 * * *", "offers"),
    "demand_drift_weekly": ("20 3 * * 1", "demand_drift"),
    "campaigns_hourly": ("40 * * * *", "campaigns"),
    "report_weekly": ("0 9 * * 1", "weekly_report"),
    "after_events_daily": ("0 10 * * *", "after_events"),
    "privacy_daily": ("0 4 * * *", "privacy"),
    "housekeeping_daily": ("30 4 * * *", "housekeeping"),
    "deadlines_daily": ("0 5 * * *", "deadlines"),
}
OWN_CLOCK = {dg.AssetCheckKey(dg.AssetKey("demand_forecast"), "forecast_errs_as_before")}
"""Checks that a job of their own runs, more rarely than their asset is made."""
SENSORS = {
    "losing_variants",
    "retraining",
    "fine_tune_poller",
    "knowledge_update",
    "understanding_update",
    "live_rollout",
    "record_failures",
    "conversation_stats",
    "pipeline_figures",
    "record_recoveries",
    "watch",
    "automation",
}


@pytest.mark.parametrize("name", JOBS)
def test_a_job_selects_exactly_these_assets(name: str) -> None:
    selected = defs.resolve_job_def(name).asset_layer.executable_asset_keys
    assert {key.to_user_string() for key in selected} == JOBS[name]


def test_a_job_runs_the_checks_of_its_assets() -> None:
    for name, assets in JOBS.items():
        checks = defs.resolve_job_def(name).asset_layer.asset_graph.asset_check_keys
        of_its_assets = {key for key in defs.resolve_asset_graph().asset_check_keys if key.asset_key.path[0] in assets}
        assert of_its_assets - (OWN_CLOCK if name == "demand" else set()) <= set(checks), name
    assert set(defs.resolve_job_def("demand_drift").asset_layer.asset_graph.asset_check_keys) == OWN_CLOCK


def test_the_status_knows_every_asset() -> None:
    made = {key.to_user_string() for key in defs.resolve_asset_graph().materializable_asset_keys}
    assert set(STAGES) == made


def test_schedules_are_on_at_these_times_of_the_business() -> None:
    found = {schedule.name: schedule for schedule in defs.schedules or []}
    assert set(found) >= set(SCHEDULES)
    for name, schedule in found.items():
        assert isinstance(schedule, dg.ScheduleDefinition)
        assert schedule.execution_timezone == pricing.load(None).contact.timezone
        assert (schedule.cron_schedule, schedule.job_name) == SCHEDULES.get(
            name, (schedule.cron_schedule, schedule.job_name)
        )
        assert schedule.default_status is dg.DefaultScheduleStatus.RUNNING
        assert schedule.description


def test_sensors_are_on() -> None:
    found = {sensor.name: sensor for sensor in defs.sensors or []}
    assert set(found) == SENSORS
    assert all(sensor.default_status is dg.DefaultSensorStatus.RUNNING for sensor in found.values())
    assert all(sensor.description for name, sensor in found.items() if name != "automation")


def test_nothing_a_run_could_show_is_configured() -> None:
    """Resource configuration is printed in the UI; ours has none, so no secret can be in it."""
    platform = (build_definitions().resources or {})["platform"]
    assert isinstance(platform, dg.ConfigurableResource)
    assert type(platform).to_config_schema().as_field().config_type.fields == {}


def test_what_the_daemon_loads_has_no_name_twice() -> None:
    """A job and an asset of one name load alone, and stop the daemon together."""
    build_definitions().get_repository_def().load_all_definitions()


def test_the_code_location_loads_without_database_models_or_settings() -> None:
    said = subprocess.run(
        [
            sys.executable, "-c",
            "import sys; import mhc_jobs.definitions;"
            "print(sorted({'great_expectations', 'onnxruntime', 'sklearn', 'openai', 'matplotlib', 'presidio_analyzer'}"
            " & set(sys.modules)))",
        ],
        env={"MHC_DATABASE_URL": "not even a URL", "PATH": "/usr/bin:/bin"},
        capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    assert said.stdout.strip() == "[]"
    assert said.stderr == ""
