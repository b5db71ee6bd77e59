"""A job that ended badly is bought again when a person says so, and only then."""

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
from fakes.openai_endpoints import StandIn
from fakes.stored import NOW
from fakes.training_shop import Killed, RecordingTuner, Shop, dataset, engine, hosted, kill_at

from mhc_core.db.queries import training as queries
from mhc_core.db.queries.dataset import DatasetVersion
from mhc_core.errors import Conflict, NotFound
from mhc_core.training import jobs
from mhc_core.vocabulary import JobStatus

__all__ = ["dataset", "engine"]


@pytest.mark.parametrize("status", [JobStatus.FAILED, JobStatus.CANCELLED])
def test_a_job_that_ended_badly_waits_for_a_person(
    engine: sa.Engine, dataset: DatasetVersion, status: JobStatus
) -> None:
    shop = Shop()
    job = jobs.submit(engine, RecordingTuner(shop), dataset, NOW)
    key = job.key
    shop.states[key] = replace(shop.states[key], status=status, error="bad file")
    job = jobs.poll(engine, RecordingTuner(shop), job, NOW)
    assert (job.state.status, job.finished_at) == (status, NOW)
    with pytest.raises(Conflict, match=rf"{status}: bad file; .*mhc models retry {job.id}"):
        jobs.submit(engine, RecordingTuner(shop), dataset, NOW)
    with engine.begin() as connection, pytest.raises(Conflict):
        jobs.record(connection, job)

    with engine.begin() as connection:
        jobs.retry(connection, job.id)
    second = jobs.submit(engine, RecordingTuner(shop), dataset, NOW)
    assert second.id != job.id
    assert (second.state.status, second.key) == (JobStatus.SUBMITTED, key)
    assert len(shop.bought) == 2
    assert jobs.submit(engine, RecordingTuner(shop), dataset, NOW) == second
    assert len(shop.bought) == 2


def test_only_what_ended_badly_can_be_retried(engine: sa.Engine, dataset: DatasetVersion) -> None:
    job = jobs.submit(engine, RecordingTuner(Shop()), dataset, NOW)
    with engine.begin() as connection:
        with pytest.raises(Conflict, match="submitted"):
            jobs.retry(connection, job.id)
        with pytest.raises(NotFound, match="mhc models jobs"):
            jobs.retry(connection, 10**9)


def test_openai_sells_another_job_after_a_retry_and_only_then(
    engine: sa.Engine, dataset: DatasetVersion, openai_standin: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    tuner = hosted(openai_standin)
    job = jobs.submit(engine, tuner, dataset, NOW)
    openai_standin.state.fail(str(job.state.provider_job_id), "invalid_training_file", "the file is bad")
    job = jobs.poll(engine, tuner, job, NOW)
    with pytest.raises(Conflict, match=f"mhc models retry {job.id}"):
        jobs.submit(engine, tuner, dataset, NOW)
    assert len(openai_standin.state.jobs) == 1
    with engine.begin() as connection:
        jobs.retry(connection, job.id)
    with monkeypatch.context() as patch:
        kill_at(patch, 6, "before")
        with pytest.raises(Killed):
            jobs.submit(engine, tuner, dataset, NOW)
    second = jobs.submit(engine, tuner, dataset, NOW)
    assert second.state.provider_job_id != job.state.provider_job_id
    assert second.state.status is JobStatus.SUBMITTED
    assert len(openai_standin.state.jobs) == 2
    with engine.connect() as connection:
        assert queries.get(connection, job.id).state.status is JobStatus.FAILED
        assert [found.id for found in queries.ended(connection, NOW - timedelta(hours=1))] == [job.id]
        assert queries.ended(connection, NOW + timedelta(hours=1)) == []
