"""A job is bought once however often a run is killed, and its model is recorded once."""

import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import openai
import orjson
import pytest
import sqlalchemy as sa
from openai_endpoints import StandIn
from stored import NOW, WordEmbedder

from mhc_core import artifacts, training
from mhc_core.db import engine as engines
from mhc_core.db.queries import dataset as datasets
from mhc_core.db.queries import training as queries
from mhc_core.db.queries.dataset import DatasetVersion
from mhc_core.db.tables import dataset_versions, training_jobs
from mhc_core.errors import AccessDenied, BudgetExceeded, Conflict, NotFound, ProviderUnavailable
from mhc_core.providers.local import LocalFineTuner
from mhc_core.providers.openai_fine_tuner import OpenAIFineTuner
from mhc_core.providers.protocols import JobState, SaveProgress, TrainingFiles
from mhc_core.vocabulary import JobStatus

BASE = "gpt-4.1-mini-2025-04-14"


class Killed(BaseException):
    """Stands for the death of the process: nothing catches it."""


@dataclass
class Shop:
    """A provider that buys a job for every key it has not seen, and remembers what was bought when a client dies."""

    bought: list[str] = field(default_factory=list)
    states: dict[str, JobState] = field(default_factory=dict)


@dataclass
class RecordingTuner:
    """A fine-tuner of the shop that dies at the chosen save, before or after it took hold."""

    shop: Shop
    dies_at: int = 0
    dies: str = "before"
    epochs: int = 3
    provider: str = "shop"
    base_model: str = "base"
    known: list[JobState] = field(default_factory=list)

    @property
    def hyperparameters(self) -> Mapping[str, Any]:
        return {"n_epochs": self.epochs}

    def estimate_usd(self, files: TrainingFiles) -> Decimal:
        return Decimal("1.50")

    def submit(self, files: TrainingFiles, key: str, known: JobState, save: SaveProgress) -> JobState:
        self.known.append(known)
        saves = 0

        def careful(state: JobState) -> None:
            nonlocal saves
            saves += 1
            if saves == self.dies_at and self.dies == "before":
                raise Killed
            save(state)
            if saves == self.dies_at:
                raise Killed

        careful(replace(known, progress={**known.progress, "next": "buy"}))
        if key not in self.shop.states:
            self.shop.bought.append(key)
            self.shop.states[key] = JobState(JobStatus.SUBMITTED, provider_job_id=f"job-{len(self.shop.bought)}")
        state = self.shop.states[key]
        careful(state)
        return state

    def poll(self, known: JobState) -> JobState:
        (state,) = [found for found in self.shop.states.values() if found.provider_job_id == known.provider_job_id]
        return state


@pytest.fixture
def engine(fresh_database_url: str) -> Iterator[sa.Engine]:
    found = engines.create(fresh_database_url)
    yield found
    found.dispose()


@pytest.fixture
def dataset(engine: sa.Engine, tmp_path: Path) -> DatasetVersion:
    def write(name: str, count: int) -> str:
        topics = ["deposit refund", "tofu menu", "travel miles", "chairs tables"]
        lines = []
        for number in range(count):
            topic = topics[number % 4]
            turns = [("system", "Be kind."), ("user", f"{topic} word{number}"), ("assistant", f"About {topic}.")]
            messages = [{"role": role, "content": content} for role, content in turns]
            metadata = {"example_id": str(number), "intent": ["policy", "menu", "travel", "policy"][number % 4]}
            lines.append(orjson.dumps({"messages": messages, "metadata": metadata}) + b"\n")
        artifacts.write_bytes((tmp_path / name).as_uri(), b"".join(lines))
        return (tmp_path / name).as_uri()

    with engine.begin() as connection:
        connection.execute(
            sa.insert(dataset_versions).values(
                id="ds-1", train_uri=write("train.jsonl", 48), validation_uri=write("validation.jsonl", 8),
                train_count=48, validation_count=8, last_sequence=56,
            )
        )  # fmt: skip
        found = datasets.get(connection, "ds-1")
    assert found is not None
    return found


def jobs(engine: sa.Engine) -> list[queries.TrainingJob]:
    with engine.connect() as connection:
        return queries.jobs(connection)


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


# --- the real adapter for OpenAI, over HTTP --------------------------------------------------------------------------


def hosted(standin: StandIn, budget: str = "50") -> OpenAIFineTuner:
    sdk = openai.OpenAI(api_key=standin.key, base_url=standin.base_url, max_retries=0)
    return OpenAIFineTuner(sdk, BASE, epochs=3, budget_usd=Decimal(budget))


def kill_at(monkeypatch: pytest.MonkeyPatch, number: int, dies: str) -> None:
    """The process dies at the given save of a job's state, before or after it is committed."""
    real, saves = queries.save_state, 0

    def save_state(connection: sa.Connection, *rest: Any) -> None:
        nonlocal saves
        saves += 1
        if saves == number and dies == "before":
            raise Killed
        real(connection, *rest)
        if saves == number:
            connection.commit()
            raise Killed

    monkeypatch.setattr(queries, "save_state", save_state)


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


def test_openai_from_submission_to_one_recorded_model(
    engine: sa.Engine, dataset: DatasetVersion, openai_standin: StandIn
) -> None:
    tuner = hosted(openai_standin)
    job = training.submit(engine, tuner, dataset, NOW)
    assert job.state.status is JobStatus.SUBMITTED
    with engine.begin() as connection, pytest.raises(Conflict, match="no model to record yet"):
        training.record(connection, job)
    while not job.state.status.final:
        job = training.poll(engine, tuner, job, NOW)
    with engine.begin() as connection:
        assert [found.id for found in queries.ended(connection, NOW)] == [job.id]
        model_id = training.record(connection, job)
        assert training.record(connection, job) == model_id
        model = queries.model_of_job(connection, job.id)
        assert queries.ended(connection, NOW) == []
        assert queries.models(connection) == [model]
    assert model is not None
    assert (model.id, model.provider, model.dataset_id) == (model_id, "openai", "ds-1")
    assert model.provider_model_id in {found["fine_tuned_model"] for found in openai_standin.state.jobs.values()}
    assert model.cost_usd > 0
    asked = len(openai_standin.requests)
    assert training.poll(engine, tuner, job, NOW) == job
    assert training.submit(engine, tuner, dataset, NOW) == job
    assert len(openai_standin.requests) == asked


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


# --- the trainer of this machine --------------------------------------------------------------------------------------


def test_the_local_trainer_ends_within_submit_and_makes_the_same_model_twice(
    engine: sa.Engine, dataset: DatasetVersion, tmp_path: Path
) -> None:
    tuner = LocalFineTuner(WordEmbedder(), tmp_path.as_uri(), seed=5)
    job = training.submit(engine, tuner, dataset, NOW)
    assert (job.state.status, job.finished_at, job.estimated_cost_usd) == (JobStatus.SUCCEEDED, NOW, Decimal(0))
    with engine.begin() as connection:
        model_id = training.record(connection, job)
        assert training.record(connection, job) == model_id
        model = queries.latest_trained(connection)
        assert model is not None
        assert (model.id, model.training_job_id, model.artifact_sha256) == (model_id, job.id, job.state.artifact_sha256)
        assert model.artifact_uri is not None
        assert artifacts.read_verified(model.artifact_uri, str(model.artifact_sha256))
        assert queries.ended(connection, NOW) == [], "a local model is recorded by the run that trained it"
        connection.execute(sa.text("delete from ai.model_versions"))
        connection.execute(sa.delete(training_jobs))
    again = training.submit(engine, tuner, dataset, NOW)
    with engine.begin() as connection:
        assert training.record(connection, again) == model_id


def test_a_local_training_that_was_killed_is_done_again(
    engine: sa.Engine, dataset: DatasetVersion, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tuner = LocalFineTuner(WordEmbedder(), tmp_path.as_uri(), seed=5)
    with monkeypatch.context() as patch:
        kill_at(patch, 1, "before")
        with pytest.raises(Killed):
            training.submit(engine, tuner, dataset, NOW)
    (job,) = jobs(engine)
    assert job.state.status is JobStatus.INTENDED
    assert training.poll(engine, tuner, job, NOW) == job, "the poller leaves it alone"
    again = training.submit(engine, tuner, dataset, NOW)
    assert (again.id, again.state.status) == (job.id, JobStatus.SUCCEEDED)
    assert len(list((tmp_path / "models").iterdir())) == 1


def test_the_baseline_is_recorded_once(connection: sa.Connection) -> None:
    assert training.ensure_baseline(connection) == training.ensure_baseline(connection) == "knowledge-only"
    model = queries.model(connection, "knowledge-only")
    assert model is not None
    assert (model.provider, model.dataset_id) == ("knowledge", None)
