"""A cause is run for once, and again after a pause when that run failed; never beside a run that is at it."""

from datetime import UTC, datetime, timedelta

import dagster as dg
import pytest

from mhc_assets import requests
from mhc_assets.requests import ATTEMPTS, PAUSE, TRIGGER, once
from mhc_core.monitoring.triggers import Due
from mhc_jobs.definitions import defs

DUE = Due("train:first:20:1", "21 new verified examples")
SUCCESS, FAILURE = dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE
JOBS = ("train", "finish_training")


def ran(
    instance: dg.DagsterInstance,
    status: dg.DagsterRunStatus,
    job: str = "train",
    parent: str | None = None,
    **tags: str,
) -> str:
    tags = {TRIGGER: DUE.key} | {name.replace("__", "/"): value for name, value in tags.items()}
    definition = defs.resolve_job_def(job)
    run = instance.create_run_for_job(definition, status=status, tags=tags, parent_run_id=parent, root_run_id=parent)
    return run.run_id


def asked(instance: dg.DagsterInstance, after: timedelta = timedelta()) -> str:
    """The run key that is asked for, or why none is."""
    found = once(instance, DUE, datetime.now(UTC) + after, JOBS)
    return (found.run_key if isinstance(found, dg.RunRequest) else found.skip_message) or ""


def test_nothing_due_asks_for_nothing(instance: dg.DagsterInstance) -> None:
    found = once(instance, Due("", "2 of 20"), datetime.now(UTC), JOBS)
    assert isinstance(found, dg.SkipReason)
    assert found.skip_message == "2 of 20"


def test_what_failed_is_asked_for_again_after_a_growing_pause_and_not_for_ever(instance: dg.DagsterInstance) -> None:
    assert asked(instance) == DUE.key
    pause = timedelta()
    for attempt in range(2, ATTEMPTS + 1):
        ran(instance, FAILURE)
        pause = PAUSE * 2 ** (attempt - 2)
        assert "again at" in asked(instance, pause - timedelta(seconds=5))
        assert asked(instance, pause + timedelta(seconds=5)) == f"{DUE.key}:attempt-{attempt}"
    ran(instance, FAILURE)
    assert f"{ATTEMPTS} runs for that failed" in asked(instance, timedelta(days=9))


@pytest.mark.parametrize("status", [SUCCESS, dg.DagsterRunStatus.CANCELED])
def test_what_was_done_or_was_stopped_by_a_person_is_not_asked_for_again(
    instance: dg.DagsterInstance, status: dg.DagsterRunStatus
) -> None:
    ran(instance, FAILURE)
    ran(instance, status)
    assert "started before" in asked(instance, timedelta(days=9))


@pytest.mark.parametrize("job", JOBS)
@pytest.mark.parametrize("status", [dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED])
def test_while_any_run_is_at_it_no_other_one_starts(
    instance: dg.DagsterInstance, job: str, status: dg.DagsterRunStatus
) -> None:
    ran(instance, status, job, mhc__trigger="another cause")
    assert f"a run of {job} was started before" in asked(instance)


def test_a_run_that_dagster_makes_again_is_left_to_dagster(instance: dg.DagsterInstance) -> None:
    first = ran(instance, FAILURE, dagster__will_retry="true")
    assert "goes on" in asked(instance, PAUSE + timedelta(minutes=1))
    assert asked(instance, requests.RETRIED_WITHIN + timedelta(minutes=1)).endswith("attempt-2"), "it never came"
    again = ran(instance, FAILURE, parent=first, dagster__will_retry="false")
    instance.add_run_tags(first, {"dagster/auto_retry_run_id": again})
    assert asked(instance, PAUSE + timedelta(minutes=1)).endswith("attempt-2"), "both were the first attempt"
