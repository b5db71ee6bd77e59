"""What keeps the database from growing for ever: what is over goes after its time, and what is counted is counted anew.

Ticks go by Dagster's own ``retention`` (``dagster.yaml``), logs of services by ``log_files``. Raw text is no matter of
space: see the job ``privacy``. Consents, decisions and what was sent to customers stay with the customer.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

import dagster as dg
import sqlalchemy as sa

from mhc_assets.resources import Platform
from mhc_core.db.queries import alerts, audit, conversation_stats, days, incidents, ledger, staff, webhooks
from mhc_jobs.run_retention import remove_leftovers, remove_runs

AT_ONCE = 5_000
"""Rows in one transaction: whoever writes meanwhile waits for no longer than that takes."""
OVER = {
    "webhooks": webhooks.forget,
    "incidents": incidents.forget,
    "sessions": staff.forget_sessions,
    "provider_calls": ledger.forget,
}
"""What goes after ``MHC_RECORDS_RETENTION_DAYS``, beside alerts."""


def forget_records(engine: sa.Engine, before: datetime) -> dict[str, int]:
    """Remove records of what was over before then; how many of each kind."""
    gone = {name: _in_batches(engine, forget, before) for name, forget in OVER.items()}
    with engine.begin() as connection:
        return gone | {"alerts": alerts.forget(connection, before)}


def forget_audit(engine: sa.Engine, before: datetime, now: datetime) -> int:
    """Remove the entries of the audit log from before then, and say so in it; how many."""
    gone = _in_batches(engine, audit.forget, before)
    if gone:
        with engine.begin() as connection:
            details = {"entries": gone, "before": before.isoformat()}
            audit.record(connection, "housekeeping", "audit.retention", "audit_log", details, now)
    return gone


def _in_batches(engine: sa.Engine, forget: Callable[[sa.Connection, datetime, int], int], before: datetime) -> int:
    gone = 0
    while True:
        with engine.begin() as connection:
            removed = forget(connection, before, AT_ONCE)
        gone += removed
        if removed < AT_ONCE:
            return gone


@dg.op(description="Remove runs and records past their time, and count figures of dashboards anew.")
def keep_house(context: dg.OpExecutionContext, platform: Platform) -> None:
    now, settings = platform.now(), platform.settings
    before = now - timedelta(days=settings.run_retention_days)
    removed, emptied = remove_runs(context.instance, before)
    leftovers = remove_leftovers(context.instance, before)
    with platform.engine.begin() as connection:
        moved = days.cut_again(connection)
        changed = conversation_stats.refresh(connection, now, whole=True)
    forgotten = forget_records(platform.engine, now - timedelta(days=settings.records_retention_days))
    audited = 0
    if settings.audit_retention_days:
        audited = forget_audit(platform.engine, now - timedelta(days=settings.audit_retention_days), now)
    context.add_output_metadata(
        {
            "runs_removed": removed,
            "runs_emptied": emptied,
            "rows_of_dagster_removed": leftovers,
            "rows_moved_to_their_day": moved,
            "figures_changed": changed,
            **{f"rows_of_{name}_removed": rows for name, rows in forgotten.items()},
            "audit_entries_removed": audited,
        }
    )


@dg.job(description="Runs and records past their time are removed; figures are counted anew.")
def housekeeping() -> None:
    keep_house()
