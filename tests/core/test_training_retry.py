"""A job that ended badly is bought again when a person says so, and only then."""

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
from openai_endpoints import StandIn
from stored import NOW
from training_shop import Killed, RecordingTuner, Shop, dataset, engine, hosted, kill_at

from mhc_core import training
from mhc_core.db.queries import training as queries
from mhc_core.db.queries.dataset import DatasetVersion
from mhc_core.errors import Conflict, NotFound
from mhc_core.vocabulary import JobStatus

__all__ = ["dataset", "engine"]


@pytest.mark.parametrize("status", [JobStatus.FAILED, JobStatus.CANCELLED])
def test_a_job_that_ended_badly_waits_for_a_person(
    engine: sa.Engine, dataset: DatasetVersion, status: JobStatus
) -> None:
    shop = Shop()
    job = training.submit(engine, RecordingTuner(shop), dataset, NOW)
    key = job.key
    shop.states[key] = replace(shop.states[key], status=status, error="bad file")
    job = training.poll(engine, RecordingTuner(shop), job, NOW)
    assert (job.state.status, job.finished_at) == (status, NOW)
    with pytest.raises(Conflict, match=rf"{status}: bad file; .*mhc models retry {job.id}"):
        training.submit(engine, RecordingTuner(shop), dataset, NOW)
    with engine.begin() as connection, pytest.raises(Conflict):
        training.record(connection, job)

    with engine.begin() as connection:
        training.retry(connection, job.id)
    second = training.submit(engine, RecordingTuner(shop), dataset, NOW)
    assert second.id != job.id
    assert (second.state.status, second.key) == (JobStatus.SUBMITTED, key)
    assert len(shop.bought) == 2
    assert training.submit(engine, RecordingTuner(shop), dataset, NOW) == second
    assert len(shop.bought) == 2


def test_only_what_ended_badly_can_be_retried(engine: sa.Engine, dataset: DatasetVersion) -> None:
    job = training.submit(engine, RecordingTuner(Shop()), dataset, NOW)
    with engine.begin() as connection:
        with pytest.raises(Conflict, match="submitted"):
            training.retry(connection, job.id)
        with pytest.raises(NotFound, match="mhc models jobs"):
            training.retry(connection, 10**9)


def test_openai_sells_another_job_after_a_retry_and_only_then(
    engine: sa.Engine, dataset: DatasetVersion, openai_standin: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    tuner = hosted(openai_standin)
    job = training.submit(engine, tuner, dataset, NOW)
    openai_standin.state.fail(str(job.state.provider_job_id), "invalid_training_file", "the file is bad")
    job = training.poll(engine, tuner, job, NOW)
    with pytest.raises(Conflict, match=f"mhc models retry {job.id}"):
        training.submit(engine, tuner, dataset, NOW)
    assert len(openai_standin.state.jobs) == 1
    with engine.begin() as connection:
        training.retry(connection, job.id)
    with monkeypatch.context() as patch:
        kill_at(patch, 6, "before")
        with pytest.raises(Killed):
            training.submit(engine, tuner, dataset, NOW)
    second = training.submit(engine, tuner, dataset, NOW)
    assert second.state.provider_job_id != job.state.provider_job_id
    assert second.state.status is JobStatus.SUBMITTED
    assert len(openai_standin.state.jobs) == 2
    with engine.connect() as connection:
        assert queries.get(connection, job.id).state.status is JobStatus.FAILED
        assert [found.id for found in queries.ended(connection, NOW - timedelta(hours=1))] == [job.id]
        assert queries.ended(connection, NOW + timedelta(hours=1)) == []
