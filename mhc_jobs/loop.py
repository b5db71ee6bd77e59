"""The learning loop, once, from start to end: the same jobs the schedules and sensors run, one after the other."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import dagster as dg
import sqlalchemy as sa

from mhc_assets.requests import TRIGGER
from mhc_core.collection.settling import FIRST_DAY
from mhc_core.db.queries import audit
from mhc_core.db.queries import collection as queries
from mhc_core.db.queries import review as reviews
from mhc_core.errors import MHCError
from mhc_core.monitoring.status import LOOP_FINISHED, STAGES
from mhc_core.monitoring.triggers import Due, knowledge_due, training_due, understanding_due
from mhc_core.providers import select
from mhc_core.scoring.factors import scorer_version
from mhc_core.scrubbing.loading import version as scrubber_version
from mhc_core.settings import Settings
from mhc_core.understanding.recipe import NAME
from mhc_jobs.definitions import defs

Report = Callable[[str], None]


class LoopFailed(MHCError):
    """A stage of the loop failed; Dagster's event log says more."""


@dataclass
class LoopResult:
    """Seconds and rows by asset, and why training did not run, if so."""

    seconds: dict[str, float] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)
    training_skipped: str | None = None


def run_loop(engine: sa.Engine, instance: dg.DagsterInstance, settings: Settings, report: Report) -> LoopResult:
    """Run every stage on whatever is new.

    ``report`` is called with a line of progress about once a second. Nothing new means nothing to do: a second loop
    changes no row.

    Raises:
        LoopFailed: a run failed; what was done before it stays, and the next loop goes on from there.
    """
    result = LoopResult()
    # The inbox is read by the first asset, so today is always part of the range.
    today = datetime.now(UTC).date()
    with engine.connect() as connection:
        work = queries.days_with_work(
            connection, scorer_version(select.embedder(settings)), scrubber_version(connection, settings)
        )
    # A day outside the partitions (a wrong clock, a very old import) cannot be run; its rows stay where they are.
    for first, last in _ranges([*(day for day in work if FIRST_DAY <= day <= today), today]):
        tags = {
            "dagster/asset_partition_range_start": first.isoformat(),
            "dagster/asset_partition_range_end": last.isoformat(),
        }
        _run("collect", instance, tags, result, report)
    _run("review", instance, {}, result, report)
    with engine.connect() as connection:
        due = knowledge_due(connection, settings)
    _run("knowledge", instance, _cause(due), result, report)
    with engine.connect() as connection:
        due = understanding_due(connection, settings, NAME)
    _run("understanding", instance, _cause(due), result, report)
    with engine.connect() as connection:
        due = training_due(connection, settings)
        verified = reviews.summary(connection).verified
    if verified < settings.dataset_min_examples:
        result.training_skipped = (
            f"{verified} verified examples, {settings.dataset_min_examples} needed to train: "
            "decide more with `mhc review`, then run `mhc loop` again"
        )
    else:
        _run("train", instance, _cause(due), result, report)
    _run("stats", instance, {}, result, report)
    with engine.begin() as connection:
        details = {"seconds": result.seconds, "rows": result.rows, "training_skipped": result.training_skipped}
        audit.record(connection, "loop", LOOP_FINISHED, "loop", details, datetime.now(UTC))
    return result


def _cause(due: Due) -> dict[str, str]:
    """The tag by which a sensor sees that this run already did what it would ask for."""
    return {TRIGGER: due.key} if due.key else {}


def _ranges(days: Sequence[date]) -> list[tuple[date, date]]:
    """Runs of days that are at most a week apart: one backfill each, without walking through empty years."""
    ordered = sorted(set(days))
    ranges = [(ordered[0], ordered[0])]
    for day in ordered[1:]:
        first, last = ranges[-1]
        if (day - last).days <= 7:
            ranges[-1] = (first, day)
        else:
            ranges.append((day, day))
    return ranges


def _run(name: str, instance: dg.DagsterInstance, tags: Mapping[str, str], result: LoopResult, report: Report) -> None:
    job = defs.resolve_job_def(name)
    run_id = str(uuid4())
    quiet = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(
            job.execute_in_process,
            run_config=quiet,
            instance=instance,
            tags=dict(tags),
            run_id=run_id,
            raise_on_error=False,
        )
        while wait([running], timeout=0.5).not_done:
            report(f"{name}: {_latest(instance, run_id)}")
        finished = running.result()
    for step in instance.get_run_step_stats(run_id):
        if step.start_time and step.end_time and step.step_key in STAGES:  # the others are checks
            result.seconds[step.step_key] = round(
                result.seconds.get(step.step_key, 0) + step.end_time - step.start_time, 2
            )
    # A run over a range of days reports its one figure once for every day.
    made = {event.step_key: event.materialization.metadata for event in finished.get_asset_materialization_events()}
    for step_key, metadata in made.items():
        rows = metadata.get("dagster/row_count")
        if rows is not None and step_key:
            result.rows[step_key] = result.rows.get(step_key, 0) + int(str(rows.value))
    if not finished.success:
        raise LoopFailed(f"job {name} failed at {failure(finished)}")


def _latest(instance: dg.DagsterInstance, run_id: str) -> str:
    records = instance.get_records_for_run(run_id, limit=1, ascending=False).records
    if not records:
        return "starting"
    entry = records[0].event_log_entry
    step = entry.step_key or ""
    said = entry.user_message if not entry.is_dagster_event else ""
    return f"{step} {said}".strip() or "working"


def failure(finished: Any) -> str:
    """Where a run that did not succeed went wrong, in words."""
    for event in finished.all_events:
        if event.is_step_failure:
            error = event.step_failure_data.error
            cause = error.cause or error
            return f"{event.step_key}: {cause.message.strip().splitlines()[0]}; `mhc loop` goes on from there"
    for event in finished.get_asset_check_evaluations():
        if not event.passed:
            return f"check {event.check_name} of {event.asset_key.to_user_string()}: see it in the Dagster UI"
    return "an unknown place: see the run in the Dagster UI"
