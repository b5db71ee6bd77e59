"""Fine-tuning at Azure OpenAI through the real SDK: bought once, though Azure keeps no key with a job."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from fakes.openai_endpoints import StandIn
from fakes.stored import NOW
from fakes.training_shop import Killed, dataset, engine, kill_at

from mhc_core.db.queries.dataset import DatasetVersion
from mhc_core.errors import AccessDenied, ConfigurationError, DataError, ProviderUnavailable
from mhc_core.evaluation import model_card
from mhc_core.protocols import ChatRequest, FineTuner, JobState, TrainingFiles
from mhc_core.providers import select
from mhc_core.providers.openai.azure_fine_tuner import AzureFineTuner
from mhc_core.settings import Settings
from mhc_core.training import jobs
from mhc_core.vocabulary import JobStatus

__all__ = ["dataset", "engine"]

TODAY = date(2026, 11, 21)
NEW = JobState(JobStatus.INTENDED)


def settings(standin: StandIn, **more: object) -> Settings:
    given: dict[str, object] = {
        "openai_api_key": standin.key,
        "openai_base_url": standin.url,
        "openai_api_version": "2025-04-01-preview",
        "fine_tuner": "azure",
        "fine_tune_base": "gpt-4.1-mini-2025-04-14",
    }
    return Settings(_env_file=None, **(given | more))  # type: ignore[arg-type]


@pytest.fixture
def tuner(openai_standin: StandIn) -> FineTuner:
    return select.fine_tuner(settings(openai_standin), TODAY)


@pytest.fixture
def files(tmp_path: Path) -> TrainingFiles:
    line = '{"messages": [{"role": "user", "content": "price?"}, {"role": "assistant", "content": "550"}]}\n'
    for name in ("train", "validation"):
        (tmp_path / f"{name}.jsonl").write_text(line * 12)
    return TrainingFiles("ds-1", *((tmp_path / f"{n}.jsonl").as_uri() for n in ("train", "validation")), 12, 12)


def assert_bought_once(standin: StandIn) -> None:
    assert len(standin.state.jobs) == 1
    assert len(standin.state.files) == 2
    assert standin.sent("POST", "/fine_tuning/jobs") == 1


def test_from_submission_to_an_answer_of_the_deployed_model(
    engine: sa.Engine, dataset: DatasetVersion, openai_standin: StandIn, tuner: FineTuner
) -> None:
    job = jobs.submit(engine, tuner, dataset, NOW)
    assert (job.provider, job.state.status) == ("azure", JobStatus.SUBMITTED)
    while not job.state.status.final:
        job = jobs.poll(engine, tuner, job, NOW + timedelta(minutes=1))
    assert job.state.status is JobStatus.SUCCEEDED
    with engine.begin() as connection:
        model_id = jobs.record(connection, job)
        card = model_card.card(connection, model_id)
    page = model_card.markdown(card)
    assert f"--deployment-name {model_id} " in page
    assert f"--model-name {job.state.provider_model_id} " in page
    assert card["model"]["ends"] == "2027-10-14"

    name = job.state.provider_model_id
    model = select.chat_model(settings(openai_standin), "azure", model_id, None, None, name)
    with pytest.raises(ConfigurationError, match=f"no model {model_id}"):
        model.answer(ChatRequest("and if it rains?"))
    openai_standin.deployments[model_id] = str(name)
    answer = model.answer(ChatRequest("and if it rains?"))
    assert answer.text == openai_standin.reply
    assert answer.cost_usd > 0, "priced as a model trained on its base"


@pytest.mark.parametrize(("at", "dies"), [(2, "after"), (6, "after"), (7, "before")])
def test_whenever_the_run_is_killed_one_job_is_bought(
    engine: sa.Engine, dataset: DatasetVersion, openai_standin: StandIn, tuner: FineTuner,
    monkeypatch: pytest.MonkeyPatch, at: int, dies: str,
) -> None:  # fmt: skip
    with monkeypatch.context() as patch:
        kill_at(patch, at, dies)
        with pytest.raises(Killed):
            jobs.submit(engine, tuner, dataset, NOW)
    job = jobs.submit(engine, tuner, dataset, NOW)
    assert job.state.provider_job_id in openai_standin.state.jobs
    assert_bought_once(openai_standin)


@pytest.mark.parametrize("forget", [lambda state: state, lambda state: NEW])
def test_files_that_azure_still_looks_through_are_waited_for_without_buying_twice(
    openai_standin: StandIn, tuner: FineTuner, files: TrainingFiles, forget: Callable[[JobState], JobState]
) -> None:
    openai_standin.looks_until_processed = 3
    saved: list[JobState] = [NEW]
    for _ in range(2):
        with pytest.raises(ProviderUnavailable, match="try again in a minute"):
            tuner.submit(files, "ds-1", forget(saved[-1]), saved.append)
    assert openai_standin.state.jobs == {}
    tuner.submit(files, "ds-1", forget(saved[-1]), saved.append)
    assert_bought_once(openai_standin)


def test_a_lost_answer_is_not_asked_for_twice(openai_standin: StandIn, tuner: FineTuner, files: TrainingFiles) -> None:
    openai_standin.fail("POST", "/fine_tuning/jobs", "drop", after=True)
    saved: list[JobState] = [NEW]
    with pytest.raises(ProviderUnavailable):
        tuner.submit(files, "ds-1", NEW, saved.append)
    for file_id in list(openai_standin.state.files):
        openai_standin.state.remove_file(file_id)
    # The database is lost and the files are tidied away: only the job's suffix tells whose it is.
    state = tuner.submit(files, "ds-1", NEW, saved.append)
    assert state.provider_job_id in openai_standin.state.jobs
    assert len(openai_standin.state.jobs) == 1


def test_a_file_that_azure_can_not_read_is_named(
    openai_standin: StandIn, tuner: FineTuner, files: TrainingFiles
) -> None:
    saved: list[JobState] = []

    def save(state: JobState) -> None:
        saved.append(state)
        for file in openai_standin.state.files.values():
            file["status"] = "error"

    with pytest.raises(DataError, match=r"file-000001.*mhc dataset validate"):
        tuner.submit(files, "ds-1", NEW, save)
    assert openai_standin.state.jobs == {}


def test_a_refusal_of_azure_is_not_taken_for_the_end_of_fine_tuning_at_openai(
    openai_standin: StandIn, tuner: FineTuner, files: TrainingFiles
) -> None:
    openai_standin.fail("POST", "/fine_tuning/jobs", "closed")
    with pytest.raises(AccessDenied, match="the key's role and the model's region"):
        tuner.submit(files, "ds-1", NEW, lambda state: None)


@pytest.mark.parametrize(("fine_tuner", "version"), [("azure", None), ("openai", "2025-04-01-preview")])
def test_settings_that_contradict_each_other_are_refused(
    openai_standin: StandIn, fine_tuner: str, version: str | None
) -> None:
    with pytest.raises(ConfigurationError, match="OPENAI_API_VERSION"):
        select.fine_tuner(settings(openai_standin, fine_tuner=fine_tuner, openai_api_version=version), TODAY)


def test_it_is_another_job_than_the_same_recipe_at_openai(openai_standin: StandIn, tuner: FineTuner) -> None:
    assert isinstance(tuner, AzureFineTuner)
    openai = select.fine_tuner(settings(openai_standin, fine_tuner="openai", openai_api_version=None), TODAY)
    assert jobs.job_key("ds-1", tuner) != jobs.job_key("ds-1", openai)
