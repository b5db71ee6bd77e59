"""What Dagster knows of its runs, written where the API can read it: `/metrics` asks the platform's own tables alone.

Everything is asked of Dagster's storage by its interface; nothing of a run's contents is read, only that it was.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import dagster as dg
from dagster._core.scheduler.instigation import TickStatus

from mhc_assets.resources import Platform
from mhc_core.db.queries import pipeline_figures
from mhc_core.db.rows.pipeline_figures import PipelineFigure
from mhc_core.vocabulary import PipelineCount

WAITING = [dg.DagsterRunStatus.QUEUED, dg.DagsterRunStatus.NOT_STARTED]
FAILED_WITHIN = timedelta(hours=1)
_MOST_TICKS = 240
"""A sensor that looks every 30 s makes half as many in an hour."""


def write(instance: dg.DagsterInstance, platform: Platform) -> int:
    """Write down how it is now; returns the number of figures."""
    now = platform.now()
    found = [*_runs(instance), *_assets(instance), *_ticks(instance, now)]
    with platform.engine.begin() as connection:
        pipeline_figures.write(connection, found, now)
    return len(found)


def _runs(instance: dg.DagsterInstance) -> Iterator[PipelineFigure]:
    for status in dg.DagsterRunStatus:
        count = instance.get_runs_count(dg.RunsFilter(statuses=[status]))
        yield PipelineFigure(PipelineCount.RUNS, status.value.lower(), count)
    for record in instance.get_run_records(dg.RunsFilter(statuses=WAITING), limit=1, ascending=True):
        since = record.create_timestamp.replace(tzinfo=record.create_timestamp.tzinfo or UTC)
        yield PipelineFigure(PipelineCount.OLDEST_QUEUED, "", since.timestamp())


def _assets(instance: dg.DagsterInstance) -> Iterator[PipelineFigure]:
    for key, event in instance.get_latest_materialization_events(instance.all_asset_keys()).items():
        if event is not None:
            yield PipelineFigure(PipelineCount.ASSET, key.to_user_string(), event.timestamp)


def _ticks(instance: dg.DagsterInstance, now: datetime) -> Iterator[PipelineFigure]:
    since, counted = (now - FAILED_WITHIN).timestamp(), Counter[str]()
    for state in instance.all_instigator_state():
        # Not all of them at once: Dagster's ``get_batch_ticks`` fails where it is asked for a status (1.13).
        failed = instance.get_ticks(
            state.instigator_origin_id, state.selector_id, after=since, limit=_MOST_TICKS, statuses=[TickStatus.FAILURE]
        )
        counted[state.instigator_name] += len(failed)  # of a location that was renamed there are two of a name
    for name, count in counted.items():
        if count:
            yield PipelineFigure(PipelineCount.FAILED_TICKS, name, count)
