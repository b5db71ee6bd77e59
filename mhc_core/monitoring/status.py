"""Where the loop stands, as one object for people and scripts."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from mhc_core.collection.importing import inbox
from mhc_core.collection.settling import undatable
from mhc_core.db.queries import (
    audit,
    customers,
    dataset,
    evaluation,
    knowledge,
    ledger,
    stats,
    training,
    understanding,
    understanding_versions,
    versions,
)
from mhc_core.monitoring import incidents
from mhc_core.monitoring.alerts import summary
from mhc_core.monitoring.training_wait import waiting
from mhc_core.scoring import own
from mhc_core.settings import Settings

LOOP_FINISHED = "loop.finished"

STAGES = (
    "conversations", "feedback", "scored_conversations", "scrubbed_training_data", "review_decisions", "tagger",
    "knowledge_articles", "kb_embeddings",
    "understanding_examples", "understanding_model", "understanding_evaluation", "promoted_understanding",
    "training_dataset", "evaluation_set", "fine_tuned_model",
    "shadow_evaluation", "promoted_model", "conversation_stats", "anomaly_evidence", "pipeline_figures",
    "customer_value", "churn_risk", "customer_profiles", "offer_statistics", "demand_forecast",
    "campaign_plan", "campaign_delivery",
)  # fmt: skip
"""The assets in the order the loop makes them."""


def status(connection: sa.Connection, settings: Settings, now: datetime) -> dict[str, Any]:
    """What is wrong and what is silent, counts by stage, the newest versions and evaluation, what is live, what
    providers cost today, and the last loop's seconds.

    ``inbox`` names the files that are not in, or not whole: whoever asks sees the folder anyway.
    Counts named in ``counted_about`` are estimates. Among the counts, ``undatable_conversations`` are those whose date
    no daily run can collect. ``scores`` says which learned score is in force and how both scores agree with ratings
    that they did not see, as of the last scoring.
    """
    newest = dataset.latest(connection)
    candidate = training.latest_trained(connection)
    compared = evaluation.latest(connection)
    production = versions.live(connection, "model")
    live = training.model(connection, production) if production else None
    index_id = versions.live(connection, "knowledge")
    index = knowledge.version(connection, index_id) if index_id else None
    reading_id = versions.live(connection, understanding_versions.KIND)
    judged = understanding_versions.latest_evaluation(connection, reading_id) if reading_id else None
    loop = audit.latest(connection, LOOP_FINISHED)
    counted = stats.counted(connection)
    return {
        "alerts": summary.of(connection, now),
        "cost_today": {
            "usd": float(ledger.spent(connection, now).day),
            "budget_usd": float(settings.budget_day_usd),
        },
        "incidents": [incidents.shown(incident) for incident in incidents.current(connection, now)],
        "inbox": [{"file": file.name, "reason": file.reason} for file in inbox.pending(connection, settings.inbox)],
        "first_day": settings.first_day.isoformat(),
        "counts": counted.rows | {"undatable_conversations": undatable(connection, settings, now)},
        "counted_about": list(counted.about),
        "scores": dict(own.judged(connection)),
        "dataset": {"version": newest.id, "train": newest.train_count, "validation": newest.validation_count}
        if newest
        else None,
        "model": {
            "id": candidate.id,
            "provider": candidate.provider,
            "dataset": candidate.dataset_id,
            "cost_usd": float(candidate.cost_usd),
        }
        if candidate
        else None,
        "evaluation": {
            "candidate": compared.candidate_id,
            "baseline": compared.baseline_id,
            "questions": compared.questions,
            "candidate_metrics": dict(compared.candidate_metrics),
            "baseline_metrics": dict(compared.baseline_metrics),
            "difference": round(compared.difference, 4),
            "interval": [round(compared.interval_low, 4), round(compared.interval_high, 4)],
            "verdict": compared.verdict.value,
            "reasons": list(compared.reasons),
        }
        if compared
        else None,
        "training_waits": str(waiting(connection, settings)),
        "production": {"id": live.id, "provider": live.provider, "dataset": live.dataset_id} if live else None,
        "knowledge": {
            "version": index.id,
            "articles": index.article_count,
            "chunks": index.chunk_count,
            "embedder": index.embedder,
        }
        if index
        else None,
        "understanding": {
            "version": reading_id,
            "labelled": understanding.counts(connection),
            "metrics": dict(judged.candidate_metrics) if judged else {},
        }
        if reading_id
        else None,
        "business": customers.outlook(connection)._asdict(),
        "loop": loop | {part: _in_order(loop[part]) for part in ("seconds", "rows")} if loop else None,
    }


def _in_order(by_stage: Mapping[str, Any]) -> dict[str, Any]:
    return {stage: by_stage[stage] for stage in STAGES if stage in by_stage}
