"""What Dagster keeps of the past goes after a time: runs, the events of no run, checks and backfills.

Ticks go by Dagster's own ``retention`` (``dagster.yaml``). For the rest its interface removes whole runs only, so what
goes is chosen in its tables.
"""

from collections.abc import Iterator
from datetime import UTC, datetime

import dagster as dg
import sqlalchemy as sa
from dagster._core.execution.backfill import BULK_ACTION_TERMINAL_STATUSES
from dagster._core.instance.utils import RUNLESS_RUN_ID
from dagster._core.storage.event_log.schema import AssetCheckExecutionsTable as _Checks
from dagster._core.storage.event_log.schema import SqlEventLogStorageTable as _Log
from dagster._core.storage.event_log.sql_event_log import SqlEventLogStorage
from dagster._core.storage.runs.schema import BackfillTagsTable as _Tags
from dagster._core.storage.runs.schema import BulkActionsTable as _Backfills
from dagster._core.storage.runs.sql_run_storage import SqlRunStorage

from mhc_assets.requests import TRIGGER

_MADE = dg.DagsterEventType.ASSET_MATERIALIZATION
_ENDED = [dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED]
_BATCH = 500


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


def remove_leftovers(instance: dg.DagsterInstance, before: datetime) -> int:
    """Remove what is older and no run's, or outlives it; how many rows went.

    That is events that sensors report, results of checks, and backfills that are over. The newest event of each asset
    and partition and the newest result of each check stay, whatever their age.
    """
    moment = before.astimezone(UTC).replace(tzinfo=None)
    newer, later = _Log.alias(), _Checks.alias()
    replaced = sa.exists().where(
        newer.c.run_id == RUNLESS_RUN_ID,
        newer.c.asset_key == _Log.c.asset_key,
        newer.c.dagster_event_type == _Log.c.dagster_event_type,
        newer.c.partition.is_not_distinct_from(_Log.c.partition),
        newer.c.id > _Log.c.id,
    )
    looked_again = sa.exists().where(
        later.c.asset_key == _Checks.c.asset_key,
        later.c.check_name == _Checks.c.check_name,
        later.c.partition.is_not_distinct_from(_Checks.c.partition),
        later.c.execution_status != "PLANNED",
        later.c.id > _Checks.c.id,
    )
    kept = sa.exists().where(_Checks.c.evaluation_event_storage_id == _Log.c.id)
    unclaimed = sa.and_(
        _Log.c.run_id == RUNLESS_RUN_ID,
        _Log.c.timestamp < moment,
        sa.or_(sa.and_(_Log.c.asset_key.is_(None), ~kept), replaced),
    )
    with _log_of(instance).index_connection() as connection:
        gone = _in_batches(connection, _Checks, sa.and_(_Checks.c.create_timestamp < moment, looked_again))
        gone += _in_batches(connection, _Log, unclaimed)
    ended = [status.value for status in BULK_ACTION_TERMINAL_STATUSES]
    with _runs_of(instance).connect() as connection:
        over = sa.and_(_Backfills.c.status.in_(ended), _Backfills.c.timestamp < moment)
        connection.execute(sa.delete(_Tags).where(_Tags.c.backfill_id.in_(sa.select(_Backfills.c.key).where(over))))
        gone += _in_batches(connection, _Backfills, over)
    return gone


def _in_batches(connection: sa.Connection, table: sa.Table, which: sa.ColumnElement[bool]) -> int:
    gone = 0
    while True:
        some = sa.select(table.c.id).where(which).limit(_BATCH)
        removed = connection.execute(sa.delete(table).where(table.c.id.in_(some))).rowcount
        gone += removed
        if removed < _BATCH:
            return gone


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
    storage = instance.event_log_storage
    assert isinstance(storage, SqlEventLogStorage)
    return storage


def _runs_of(instance: dg.DagsterInstance) -> SqlRunStorage:
    storage = instance.run_storage
    assert isinstance(storage, SqlRunStorage)
    return storage
