"""The state of the platform as gauges, for whatever collects metrics: queues, rollout, ages, costs.

Labels are names of the vocabulary, of stages, of processes and of the business file's queues: none is a customer's or
a caller's. Names follow Prometheus: a unit at the end, moments in seconds since 1970.
"""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

import sqlalchemy as sa

from mhc_core.db.queries import gauges, ledger


class Gauge(NamedTuple):
    """A figure that is told: its name, its meaning, its labels, and what the query calls it."""

    name: str
    told: str
    labels: Sequence[str]
    what: str


class Reading(NamedTuple):
    """One value of a gauge, with the values of its labels."""

    name: str
    labels: Sequence[str]
    value: float


GAUGES = (
    Gauge("mhc_handovers", "Conversations at a person, or waiting for one.", ("queue", "state"), "handovers"),
    Gauge(
        "mhc_oldest_handover_timestamp_seconds",
        "Since when the conversation waits that has waited longest; absent when none does.",
        (),
        "oldest_handover",
    ),
    Gauge("mhc_review_pending", "Answers that wait for a reviewer.", (), "review"),
    Gauge("mhc_bookings_requested", "Requests to book that wait for a decision.", (), "bookings"),
    Gauge("mhc_webhooks_undelivered", "Webhooks that are still to be delivered.", (), "webhooks"),
    Gauge("mhc_alert_messages_undelivered", "Messages of alerts that are still to be sent.", (), "alert_messages"),
    Gauge("mhc_erasures_unfinished", "Erasures that were asked for and are not finished.", (), "erasures"),
    Gauge("mhc_alerts_open", "Alerts of the platform's own that are open.", ("severity",), "alerts"),
    Gauge("mhc_incidents_open", "What is wrong with the pipeline.", ("kind",), "incidents"),
    Gauge("mhc_rollouts", "Rollouts by their state.", ("status",), "rollouts"),
    Gauge("mhc_rollout_share_percent", "Customers whom the candidate answers; 0 without one.", (), "rollout_share"),
    Gauge(
        "mhc_version_moved_timestamp_seconds",
        "When an alias, such as production, was moved to the version it names now.",
        ("kind", "alias"),
        "alias",
    ),
    Gauge("mhc_process_seen_timestamp_seconds", "Last sign of life of a process.", ("process",), "process"),
    Gauge(
        "mhc_stage_newest_row_timestamp_seconds",
        "When a stage made its newest row; absent while it has made none.",
        ("stage",),
        "stage",
    ),
    Gauge(
        "mhc_pipeline_read_timestamp_seconds",
        "When the pipeline told of itself last; after ten minutes the next four are left out.",
        (),
        "pipeline_read",
    ),
    Gauge("mhc_pipeline_runs", "Runs of the pipeline that are kept; queued ones wait.", ("status",), "pipeline_runs"),
    Gauge(
        "mhc_pipeline_oldest_queued_timestamp_seconds",
        "Since when the run waits that has waited longest; absent when none does.",
        (),
        "oldest_queued",
    ),
    Gauge(
        "mhc_asset_made_timestamp_seconds",
        "When a run made an asset last; absent while none has.",
        ("asset",),
        "asset",
    ),
    Gauge(
        "mhc_pipeline_ticks_failed",
        "Ticks of a schedule or sensor that failed within the hour before; absent when none did.",
        ("instigator",),
        "failed_ticks",
    ),
    Gauge("mhc_cost_today_usd", "What providers cost today, in the business's zone (USD).", (), "cost"),
    Gauge("mhc_budget_day_usd", "What providers may cost a day (USD).", (), "budget"),
)


def read(connection: sa.Connection, budget_day_usd: Decimal, now: datetime) -> list[Reading]:
    """All gauges at ``now``, by two cheap statements."""
    found = [
        *gauges.read(connection),
        gauges.Gauged("cost", "", "", float(ledger.spent(connection, now).day)),
        gauges.Gauged("budget", "", "", float(budget_day_usd)),
    ]
    named = {gauge.what: gauge for gauge in GAUGES}
    return [
        Reading(named[one.what].name, (one.first, one.second)[: len(named[one.what].labels)], one.value)
        for one in found
    ]
