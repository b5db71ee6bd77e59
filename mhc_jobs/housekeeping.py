"""What keeps the database from growing for ever: old runs go, and what is counted is counted anew.

Ticks go by Dagster's own ``retention`` (``dagster.yaml``), logs of services by ``log_files``. Raw text is no matter of
space: see the job ``privacy``.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

import dagster as dg
import sqlalchemy as sa
from dagster._core.storage.event_log.schema import SqlEventLogStorageTable as _Log
from dagster._core.storage.event_log.sql_event_log import SqlEventLogStorage

from mhc_assets.requests import TRIGGER
from mhc_assets.resources import Platform
from mhc_core.db.queries import alerts, conversation_stats, days

_MADE = dg.DagsterEventType.ASSET_MATERIALIZATION
_ENDED = [dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED]
_BATCH = 500
ALERTS_KEPT = timedelta(days=400)
"""A year can be compared with the one before."""


def remove_runs(instance: dg.DagsterInstance, before: datetime) -> tuple[int, int]:
    """Remove runs that ended and were created before a moment; returns how many went, and how many were emptied.

    Emptied are runs that made what an asset or a partition still shows, or by which it is known that something was
    asked for: their materialisations and their row stay, the rest of their event log goes.
    """
    old = [
        record.dagster_run for record in instance.get_run_records(dg.RunsFilter(statuses=_ENDED, created_before=before))
    ]
    needed = set(_shown(instance))
    emptied = [run.run_id for run in old if run.run_id in needed or TRIGGER in run.tags]
    for run in old:
        if run.run_id not in emptied:
            instance.delete_run(run.run_id)
    with _log_of(instance).index_connection() as connection:
        for start in range(0, len(emptied), _BATCH):
            connection.execute(
                sa.delete(_Log).where(
                    _Log.c.run_id.in_(emptied[start : start + _BATCH]),
                    sa.func.coalesce(_Log.c.dagster_event_type, "") != _MADE.value,
                )
            )
    return len(old) - len(emptied), len(emptied)


def _shown(instance: dg.DagsterInstance) -> Iterator[str]:
    """Runs that made the newest materialisation of an asset or of one of its partitions."""
    keys = instance.all_asset_keys()
    for event in instance.get_latest_materialization_events(keys).values():
        if event is not None:
            yield event.run_id
    for key in keys:
        newest = [*instance.get_latest_storage_id_by_partition(key, _MADE).values()]
        with _log_of(instance).index_connection() as connection:
            for start in range(0, len(newest), _BATCH):
                made = sa.select(_Log.c.run_id).where(_Log.c.id.in_(newest[start : start + _BATCH]))
                yield from connection.scalars(made.distinct())


def _log_of(instance: dg.DagsterInstance) -> SqlEventLogStorage:
    """Dagster's interface removes whole runs only, so what a run keeps is chosen in its table."""
    storage = instance.event_log_storage
    assert isinstance(storage, SqlEventLogStorage)
    return storage


@dg.op(description="Remove runs past MHC_RUN_RETENTION_DAYS, and count figures of dashboards anew.")
def keep_house(context: dg.OpExecutionContext, platform: Platform) -> None:
    now = platform.now()
    removed, emptied = remove_runs(context.instance, now - timedelta(days=platform.settings.run_retention_days))
    with platform.engine.begin() as connection:
        moved = days.cut_again(connection)
        changed = conversation_stats.refresh(connection, now, whole=True)
        forgotten = alerts.forget(connection, now - ALERTS_KEPT)
    context.add_output_metadata(
        {
            "runs_removed": removed,
            "runs_emptied": emptied,
            "rows_moved_to_their_day": moved,
            "figures_changed": changed,
            "rows_of_alerts_removed": forgotten,
        }
    )


@dg.job(description="Runs past their time are removed; figures are counted anew.")
def housekeeping() -> None:
    keep_house()
