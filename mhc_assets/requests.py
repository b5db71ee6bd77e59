"""One run for one cause, whoever asks for it, and another one when it was interrupted or failed."""

from collections.abc import Collection
from datetime import UTC, datetime, timedelta

import dagster as dg
from dagster._core.storage.dagster_run import NOT_FINISHED_STATUSES
from dagster._core.storage.tags import AUTO_RETRY_RUN_ID_TAG, WILL_RETRY_TAG

from mhc_core.monitoring.triggers import Due

TRIGGER = "mhc/trigger"
ATTEMPTS = 3
PAUSE = timedelta(minutes=10)
"""Before the second attempt; before each further one it is twice as long."""
RETRIED_WITHIN = timedelta(hours=1)
"""Dagster makes an interrupted run again when its daemon is back; one that it could not is not waited for longer."""


def once(
    instance: dg.DagsterInstance,
    due: Due,
    now: datetime,
    jobs: Collection[str],
    *,
    attempts: int = ATTEMPTS,
    tags: dict[str, str] | None = None,
) -> dg.RunRequest | dg.SkipReason:
    """A request for the run that is due, unless a run of ``jobs`` is at it or one for the same cause ended.

    A run that failed is asked for again after a pause, ``attempts`` times in all; runs that Dagster made again by
    itself are the same attempt. Dagster tells run keys apart by the sensor or schedule that used them, so a schedule
    that asks the same question as a sensor would start a second run. The tag is looked for in all runs.
    """
    if not due.key:
        return dg.SkipReason(due.reason)
    if busy := _at_it(instance, jobs, now):
        return dg.SkipReason(f"{due.reason}; a run of {busy} was started before and goes on")
    tried = instance.get_run_records(dg.RunsFilter(tags={TRIGGER: due.key}))
    if any(record.dagster_run.status is not dg.DagsterRunStatus.FAILURE for record in tried):
        return dg.SkipReason(f"{due.reason}; the run for that was started before ({due.key})")
    made = sum(record.dagster_run.parent_run_id is None for record in tried)
    if made >= attempts:
        return dg.SkipReason(f"{due.reason}; {made} runs for that failed ({due.key}): see why, then start one by hand")
    if tried and now < (again := max(map(_ended, tried)) + PAUSE * 2 ** (made - 1)):
        return dg.SkipReason(f"{due.reason}; the run for that failed ({due.key}), again at {again:%H:%M} UTC")
    key = f"{due.key}:attempt-{made + 1}" if made else due.key
    return dg.RunRequest(run_key=key, tags={TRIGGER: due.key, **(tags or {})})


def _at_it(instance: dg.DagsterInstance, jobs: Collection[str], now: datetime) -> str | None:
    """Which of the jobs has a run that has not ended, or that Dagster is about to make again."""
    for job in jobs:
        if instance.get_run_records(dg.RunsFilter(job_name=job, statuses=NOT_FINISHED_STATUSES), limit=1):
            return job
        for newest in instance.get_run_records(dg.RunsFilter(job_name=job), limit=1):
            tags = newest.dagster_run.tags
            retried = tags.get(WILL_RETRY_TAG) == "true" and AUTO_RETRY_RUN_ID_TAG not in tags
            if retried and now - _ended(newest) < RETRIED_WITHIN:
                return job
    return None


def _ended(record: dg.RunRecord) -> datetime:
    return datetime.fromtimestamp(record.end_time or record.update_timestamp.timestamp(), UTC)
