"""The learning loop, once, from start to end: the same jobs the schedules and sensors run, one after the other."""

import socket
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import dagster as dg
import sqlalchemy as sa

from mhc_assets.partitions import range_tags
from mhc_assets.requests import TRIGGER
from mhc_core.collection.importing import inbox
from mhc_core.db.queries import audit, days
from mhc_core.db.queries import collection as queries
from mhc_core.db.queries import review as reviews
from mhc_core.errors import MHCError
from mhc_core.monitoring.status import LOOP_FINISHED, STAGES
from mhc_core.monitoring.triggers import Due, knowledge_due, training_due, understanding_due
from mhc_core.providers import select
from mhc_core.scoring.scorer import scorer_version
from mhc_core.scrubbing.loading import version as scrubber_version
from mhc_core.settings import Settings
from mhc_core.understanding.recipe import NAME
from mhc_jobs.definitions import defs
from mhc_jobs.run_launcher import HOST, fail_gone

Report = Callable[[str], None]
_LABELS = {
    "mhc/started_by": "mhc loop",  # tells these runs from those of schedules, sensors and people
    HOST: socket.gethostname(),
    "dagster/max_retries": "0",  # a daemon cannot make a run of this process again: the next loop goes on
    "dagster/max_runtime": str(2 * 24 * 3600),  # seconds; ends a run that was killed on a machine that never came back
}


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
    fail_gone(instance)
    now = datetime.now(UTC)
    with engine.connect() as connection:
        today = days.at(connection, now)
        arrived = inbox.has_new_files(connection, settings.inbox)
    if arrived:  # the first asset of any day imports it, and then it is known which days have work
        _collect([today], instance, result, report)
    with engine.connect() as connection:
        versions = scorer_version(select.embedder(settings)), scrubber_version(connection, settings)
        work = queries.days_with_work(connection, *versions, now - timedelta(hours=settings.idle_hours))
    # A day outside the partitions (a wrong clock, a very old import) cannot be run; its rows stay where they are.
    last = today - timedelta(days=1) if arrived else today
    _collect([day for day in work if settings.first_day <= day <= last], instance, result, report)
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


def run_forecasts(instance: dg.DagsterInstance, report: Report) -> LoopResult:
    """What the week, the day and the hour bring by the clock: value, churn, profiles, demand, offers and follow-ups.

    Raises:
        LoopFailed: a run failed.
    """
    result = LoopResult()
    for name in ("customers", "demand", "offers", "campaigns"):
        _run(name, instance, {}, result, report)
    return result


def _cause(due: Due) -> dict[str, str]:
    """The tag by which a sensor sees that this run already did what it would ask for."""
    return {TRIGGER: due.key} if due.key else {}


def _collect(wanted: Sequence[date], instance: dg.DagsterInstance, result: LoopResult, report: Report) -> None:
    for tags in range_tags(wanted):
        _run("collect", instance, tags, result, report)


def _run(name: str, instance: dg.DagsterInstance, tags: dict[str, str], result: LoopResult, report: Report) -> None:
    job = defs.resolve_job_def(name)
    run_id = str(uuid4())
    quiet = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(
            job.execute_in_process,
            run_config=quiet,
            instance=instance,
            tags=_LABELS | tags,
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
    made = {
        (event.step_key, event.materialization.partition): event.materialization.metadata
        for event in finished.get_asset_materialization_events()
    }
    for (step_key, _), metadata in made.items():
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
