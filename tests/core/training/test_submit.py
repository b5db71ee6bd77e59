"""A job is bought once however often a run is killed, and by however many it is asked for at once."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal

import pytest
import sqlalchemy as sa
from fakes.openai_endpoints import StandIn
from fakes.stored import NOW
from fakes.training_shop import Killed, RecordingTuner, Shop, dataset, engine, hosted, jobs, kill_at

from mhc_core.db.queries import training as queries
from mhc_core.db.queries.dataset import DatasetVersion
from mhc_core.errors import AccessDenied, BudgetExceeded, ProviderUnavailable
from mhc_core.protocols import JobState, SaveProgress, TrainingFiles
from mhc_core.training import jobs as training
from mhc_core.vocabulary import JobStatus

__all__ = ["dataset", "engine"]


@pytest.mark.parametrize("dies", ["before", "after"])
@pytest.mark.parametrize("at", [1, 2, 3])
def test_killed_at_any_save_and_run_again_one_job_is_bought(
    engine: sa.Engine, dataset: DatasetVersion, at: int, dies: str
) -> None:
    shop = Shop()
    dying = RecordingTuner(shop, at, dies)
    try:
        training.submit(engine, dying, dataset, NOW)
    except Killed:
        assert at <= 2
    (before,) = jobs(engine)
    again = RecordingTuner(shop)
    job = training.submit(engine, again, dataset, NOW)
    assert shop.bought == [training.job_key("ds-1", dying)]
    assert (job.state.status, job.state.provider_job_id) == (JobStatus.SUBMITTED, "job-1")
    assert [found.id for found in jobs(engine)] == [before.id]
    if before.state.status is JobStatus.INTENDED:
        assert again.known == [before.state], "the adapter goes on from what was saved"
    else:
        assert again.known == []


def test_the_intent_with_its_estimate_is_written_before_anything_is_bought(
    engine: sa.Engine, dataset: DatasetVersion
) -> None:
    class Looking(RecordingTuner):
        def submit(self, files: TrainingFiles, key: str, known: JobState, save: SaveProgress) -> JobState:
            (job,) = jobs(engine)
            assert (job.key, job.state.status) == (key, JobStatus.INTENDED)
            assert (job.estimated_cost_usd, job.hyperparameters) == (Decimal("1.50"), {"n_epochs": 3})
            return super().submit(files, key, known, save)

    training.submit(engine, Looking(Shop()), dataset, NOW)


def test_a_job_is_named_by_data_set_and_recipe(engine: sa.Engine, dataset: DatasetVersion) -> None:
    shop = Shop()
    first = training.job_key("ds-1", RecordingTuner(shop))
    assert first == training.job_key("ds-1", RecordingTuner(shop))
    others = [RecordingTuner(shop, epochs=4), RecordingTuner(shop, base_model="b"), RecordingTuner(shop, provider="p")]
    assert (
        len({first, training.job_key("ds-2", RecordingTuner(shop)), *(training.job_key("ds-1", o) for o in others)})
        == 5
    )
    training.submit(engine, RecordingTuner(shop), dataset, NOW)
    training.submit(engine, others[0], dataset, NOW)
    assert len(shop.bought) == 2


@pytest.mark.parametrize("status", [JobStatus.SUBMITTED, JobStatus.RUNNING, JobStatus.SUCCEEDED])
def test_a_job_that_runs_or_succeeded_is_not_submitted_again(
    engine: sa.Engine, dataset: DatasetVersion, status: JobStatus
) -> None:
    shop = Shop()
    job = training.submit(engine, RecordingTuner(shop), dataset, NOW)
    state = replace(job.state, status=status)
    with engine.begin() as connection:
        queries.save_state(connection, job.id, state, NOW)
    asked = RecordingTuner(shop)
    again = training.submit(engine, asked, dataset, NOW)
    assert (asked.known, again.id, again.state) == ([], job.id, state)


def test_two_submitters_at_once_make_one_submission(engine: sa.Engine, dataset: DatasetVersion) -> None:
    shop = Shop()
    inside, together = threading.Semaphore(0), []

    class Slow(RecordingTuner):
        def submit(self, files: TrainingFiles, key: str, known: JobState, save: SaveProgress) -> JobState:
            together.append(key)
            inside.acquire(timeout=0.3)
            return super().submit(files, key, known, save)

    with ThreadPoolExecutor(3) as pool:
        found = list(pool.map(lambda _: training.submit(engine, Slow(shop), dataset, NOW), range(3)))
    assert len(together) == len(shop.bought) == 1
    assert {job.id for job in found} == {found[0].id}
    assert {job.state.status for job in found} == {JobStatus.SUBMITTED}


@pytest.mark.parametrize("dies", ["before", "after"])
@pytest.mark.parametrize("at", range(1, 8))
def test_openai_sells_one_job_whenever_the_run_is_killed(
    engine: sa.Engine,
    dataset: DatasetVersion,
    openai_standin: StandIn,
    monkeypatch: pytest.MonkeyPatch,
    at: int,
    dies: str,
) -> None:
    with monkeypatch.context() as patch:
        kill_at(patch, at, dies)
        with pytest.raises(Killed):
            training.submit(engine, hosted(openai_standin), dataset, NOW)
    job = training.submit(engine, hosted(openai_standin), dataset, NOW)
    assert len(openai_standin.state.jobs) == 1
    assert len(openai_standin.state.files) == 2
    assert job.state.provider_job_id in openai_standin.state.jobs
    assert job.estimated_cost_usd is not None
    assert job.estimated_cost_usd > 0
    assert len(jobs(engine)) == 1


def test_a_refusal_buys_nothing_and_a_later_run_goes_on(
    engine: sa.Engine, dataset: DatasetVersion, openai_standin: StandIn
) -> None:
    with pytest.raises(BudgetExceeded, match="MHC_FINE_TUNE_BUDGET_USD"):
        training.submit(engine, hosted(openai_standin, budget="0.0001"), dataset, NOW)
    assert openai_standin.requests == []
    openai_standin.fail("POST", "/fine_tuning/jobs", "closed")
    with pytest.raises(AccessDenied):
        training.submit(engine, hosted(openai_standin), dataset, NOW)
    openai_standin.fail("POST", "/fine_tuning/jobs", "drop", after=True)
    with pytest.raises(ProviderUnavailable):
        training.submit(engine, hosted(openai_standin), dataset, NOW)
    job = training.submit(engine, hosted(openai_standin), dataset, NOW)
    assert job.state.status in (JobStatus.SUBMITTED, JobStatus.RUNNING)
    assert len(openai_standin.state.jobs) == 1
