"""Fine-tuning through the real SDK: a job is bought once, whatever dies in between, and a refusal says why."""

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import openai
import pytest
from fakes.openai_endpoints import FAULTS, KEY, StandIn
from fakes.openai_server import running
from fakes.places import ROOT

from mhc_core.errors import AccessDenied, BudgetExceeded, ConfigurationError, DataError, NotFound, ProviderUnavailable
from mhc_core.protocols import JobState, TrainingFiles
from mhc_core.providers.openai.fine_tuner import OpenAIFineTuner
from mhc_core.vocabulary import JobStatus

BASE = "gpt-4.1-mini-2025-04-14"
TODAY = date(2026, 11, 21)
NEW = JobState(JobStatus.INTENDED)
SAVES = 6
"""Intent and outcome of two uploads and one job."""


class Killed(BaseException):
    """Stands for the death of the process: nothing catches it."""


@dataclass
class Store:
    """The database row of a job; dies at the chosen save, before or after it took hold."""

    state: JobState = NEW
    dies_at: int = 0
    dies: str = "before"
    saved: list[JobState] = field(default_factory=list)

    def save(self, state: JobState) -> None:
        deadly = len(self.saved) + 1 == self.dies_at
        if deadly and self.dies == "before":
            raise Killed
        self.saved.append(state)
        self.state = state
        if deadly:
            raise Killed


@pytest.fixture
def files(tmp_path: Path) -> TrainingFiles:
    return training_files(tmp_path)


def training_files(folder: Path) -> TrainingFiles:
    def write(name: str, count: int) -> str:
        path = folder / name
        path.write_text("".join(json.dumps(example(number)) + "\n" for number in range(count)))
        return path.as_uri()

    return TrainingFiles("ds-1", write("train.jsonl", 30), write("validation.jsonl", 5), 30, 5)


def example(number: int) -> dict[str, object]:
    turns = [("system", "You are the concierge."), ("user", f"price for {number}?"), ("assistant", "550 at least.")]
    return {"messages": [{"role": role, "content": content} for role, content in turns]}


def tuner(standin: StandIn, budget: str = "50", **client: object) -> OpenAIFineTuner:
    sdk = openai.OpenAI(api_key=standin.key, base_url=standin.base_url, **client)  # type: ignore[arg-type]
    return OpenAIFineTuner(sdk, BASE, epochs=3, budget_usd=Decimal(budget), today=TODAY)


def assert_bought_once(standin: StandIn) -> None:
    assert len(standin.state.jobs) == 1
    assert len(standin.state.files) == 2
    (job,) = standin.state.jobs.values()
    assert sorted([job["training_file"], job["validation_file"]]) == sorted(standin.state.files)
    assert standin.state.contents[job["training_file"]].count("\n") == 30


def test_from_submission_to_a_model_with_its_real_cost(openai_standin: StandIn, files: TrainingFiles) -> None:
    store = Store()
    asked = tuner(openai_standin)
    state = asked.submit(files, "ds-1", NEW, store.save)
    assert state == store.state
    assert (state.status, state.provider_job_id) == (JobStatus.SUBMITTED, "ftjob-000003")
    assert len(store.saved) == SAVES
    assert openai_standin.bodies[-1]["method"] == {
        "type": "supervised",
        "supervised": {"hyperparameters": {"n_epochs": 3}},
    }

    seen = []
    while not state.status.final:
        state = asked.poll(state)
        seen.append(state.status)
    assert seen == [JobStatus.SUBMITTED, JobStatus.RUNNING, JobStatus.SUCCEEDED]
    (job,) = openai_standin.state.jobs.values()
    assert state.provider_model_id == job["fine_tuned_model"]
    assert state.cost_usd == Decimal(job["trained_tokens"]) * 5 / 1_000_000
    assert state.metrics == {
        "step": 3,
        "train_loss": 0.75,
        "valid_loss": 0.9,
        "curve": [
            {"step": 1, "train_loss": 1.25},
            {"step": 2, "train_loss": 1.0},
            {"step": 3, "train_loss": 0.75, "valid_loss": 0.9},
        ],
        "seconds": job["finished_at"] - job["created_at"],
        "trained_tokens": job["trained_tokens"],
        "model_shuts_down": "2027-01-14",
    }
    assert state.progress["event"] == "The job has successfully completed"
    assert state.error is None
    assert_bought_once(openai_standin)

    asked_before = len(openai_standin.requests)
    assert asked.poll(state) is state
    assert len(openai_standin.requests) == asked_before


@pytest.mark.parametrize("dies", ["before", "after"])
@pytest.mark.parametrize("at", range(1, SAVES + 1))
def test_killed_at_any_save_the_next_run_buys_nothing_twice(
    openai_standin: StandIn, files: TrainingFiles, at: int, dies: str
) -> None:
    store = Store(dies_at=at, dies=dies)
    asked = tuner(openai_standin)
    with pytest.raises(Killed):
        asked.submit(files, "ds-1", NEW, store.save)
    again = Store(store.state)
    state = asked.submit(files, "ds-1", store.state, again.save)
    assert state.provider_job_id in openai_standin.state.jobs
    assert_bought_once(openai_standin)
    assert openai_standin.sent("POST", "/files") == 2
    assert openai_standin.sent("POST", "/fine_tuning/jobs") == 1


@pytest.mark.parametrize("deadly", [2, SAVES])
def test_sigkill_after_an_effect_and_before_it_is_stored(
    openai_standin: StandIn, files: TrainingFiles, tmp_path: Path, deadly: int
) -> None:
    stored = tmp_path / "state.json"
    script = ROOT / "tests" / "fakes" / "openai_submit.py"
    uris = [files.train_uri, files.validation_uri]
    command = [sys.executable, str(script), openai_standin.base_url, KEY, *uris, str(stored), str(deadly)]
    died = subprocess.run(command, cwd=ROOT, env={"PYTHONPATH": str(ROOT)}, timeout=60, check=False)
    assert died.returncode == -9
    saved = json.loads(stored.read_text())
    known = JobState(**(saved | {"status": JobStatus(saved["status"])}))
    assert known.provider_job_id is None

    state = tuner(openai_standin).submit(files, "ds-1", known, Store(known).save)
    assert state.provider_job_id in openai_standin.state.jobs
    assert_bought_once(openai_standin)


@pytest.mark.parametrize("fault", ["drop", "500"])
@pytest.mark.parametrize(("path", "nth"), [("/files", 1), ("/files", 2), ("/fine_tuning/jobs", 1)])
def test_an_answer_lost_after_the_effect_is_not_asked_for_twice(
    openai_standin: StandIn, files: TrainingFiles, path: str, nth: int, fault: str
) -> None:
    store = Store()
    asked = tuner(openai_standin)

    def save(state: JobState) -> None:
        store.save(state)
        if len(store.saved) == 2 * nth - 1 and not openai_standin.faults and path == "/files":
            openai_standin.fail("POST", path, fault, after=True)

    if path != "/files":
        openai_standin.fail("POST", path, fault, after=True)
    with pytest.raises(ProviderUnavailable, match="try again"):
        asked.submit(files, "ds-1", NEW, save)
    state = asked.submit(files, "ds-1", store.state, store.save)
    assert state.status is JobStatus.SUBMITTED
    assert_bought_once(openai_standin)


def test_a_lost_database_still_finds_the_job_behind_many_others(openai_standin: StandIn, files: TrainingFiles) -> None:
    asked = tuner(openai_standin)
    first = asked.submit(files, "ds-1", NEW, Store().save)
    (job,) = openai_standin.state.jobs.values()
    for number in range(130):
        openai_standin.state.add_job({**job, "metadata": {"mhc_key": f"other-{number}"}})
    found = asked.submit(files, "ds-1", NEW, Store().save)
    assert found.provider_job_id == first.provider_job_id
    assert openai_standin.sent("POST", "/fine_tuning/jobs") == 1
    assert openai_standin.sent("GET", "/fine_tuning/jobs") == 3


def test_a_server_that_drops_metadata_is_recognised_by_the_training_file(
    openai_standin: StandIn, files: TrainingFiles
) -> None:
    asked = tuner(openai_standin)
    first = asked.submit(files, "ds-1", NEW, Store().save)
    openai_standin.state.jobs[str(first.provider_job_id)]["metadata"] = None
    assert asked.submit(files, "ds-1", NEW, Store().save).provider_job_id == first.provider_job_id
    assert_bought_once(openai_standin)


def test_the_job_is_known_by_its_key_when_its_files_were_tidied_away(
    openai_standin: StandIn, files: TrainingFiles
) -> None:
    asked = tuner(openai_standin)
    first = asked.submit(files, "ds-1", NEW, Store().save)
    for file_id in list(openai_standin.state.files):
        openai_standin.state.remove_file(file_id)
    assert asked.submit(files, "ds-1", NEW, Store().save).provider_job_id == first.provider_job_id
    assert openai_standin.state.files == {}


def test_another_data_set_is_another_job(openai_standin: StandIn, files: TrainingFiles) -> None:
    asked = tuner(openai_standin)
    asked.submit(files, "ds-1", NEW, Store().save)
    asked.submit(replace(files, dataset_id="ds-2"), "ds-2", NEW, Store().save)
    assert len(openai_standin.state.jobs) == 2
    assert len(openai_standin.state.files) == 4


def test_a_restarted_provider_still_knows_the_job(tmp_path: Path, files: TrainingFiles) -> None:
    disk = tmp_path / "provider.json"
    with running(disk) as standin:
        state = tuner(standin).submit(files, "ds-1", NEW, Store().save)
    with running(disk) as standin:
        assert tuner(standin).poll(state).status is JobStatus.SUBMITTED
        assert tuner(standin).submit(files, "ds-1", NEW, Store().save).provider_job_id == state.provider_job_id
        assert_bought_once(standin)
        assert standin.violations == []


def test_without_a_validation_part_one_file_is_enough(openai_standin: StandIn, files: TrainingFiles) -> None:
    state = tuner(openai_standin).submit(replace(files, validation_count=0), "ds-1", NEW, Store().save)
    assert state.status is JobStatus.SUBMITTED
    assert len(openai_standin.state.files) == 1


def test_the_estimate_is_tokens_times_epochs_times_price(openai_standin: StandIn, files: TrainingFiles) -> None:
    # A message is 3 tokens of format, its role and its text; a conversation 3 more. With tiktoken's own counts of the
    # texts that is, in turn, 3 + 1 + 5, 3 + 1 + 5 and 3 + 1 + 4.
    per_token = Decimal(5) * 3 / 1_000_000
    assert tuner(openai_standin).estimate_usd(files) == 30 * (3 + 9 + 9 + 8) * per_token


def test_above_the_budget_nothing_leaves_the_house(openai_standin: StandIn, files: TrainingFiles) -> None:
    store = Store()
    with pytest.raises(BudgetExceeded, match=r"MHC_FINE_TUNE_BUDGET_USD"):
        tuner(openai_standin, budget="0.001").submit(files, "ds-1", NEW, store.save)
    assert openai_standin.requests == []
    assert store.saved == []


def test_a_model_without_a_training_price_is_refused(openai_standin: StandIn, files: TrainingFiles) -> None:
    sdk = openai.OpenAI(api_key=openai_standin.key, base_url=openai_standin.base_url)
    with pytest.raises(ConfigurationError, match=r"gpt-6-luna.*MHC_FINE_TUNE_BASE"):
        OpenAIFineTuner(sdk, "gpt-6-luna", 3, Decimal(50), TODAY).submit(files, "ds-1", NEW, Store().save)
    assert openai_standin.requests == []


@pytest.mark.parametrize("fault", ["closed", "closed_400"])
def test_closed_fine_tuning_is_said_plainly_with_the_way_out(
    openai_standin: StandIn, files: TrainingFiles, fault: str
) -> None:
    openai_standin.fail("POST", "/fine_tuning/jobs", fault)
    with pytest.raises(AccessDenied) as caught:
        tuner(openai_standin).submit(files, "ds-1", NEW, Store().save)
    said = str(caught.value)
    for words in ("7 May 2026", "2 July 2026", "6 January 2027", "MHC_FINE_TUNER=local"):
        assert words in said
    assert FAULTS[fault][3] not in said
    assert openai_standin.key not in said


def test_an_exhausted_quota_and_a_rate_limit_are_two_things(openai_standin: StandIn, files: TrainingFiles) -> None:
    openai_standin.fail("POST", "/files", "quota")
    with pytest.raises(ConfigurationError, match="no credit left"):
        tuner(openai_standin).submit(files, "ds-1", NEW, Store().save)
    openai_standin.fail("POST", "/files", "rate_limit")
    with pytest.raises(ProviderUnavailable, match="slow down"):
        tuner(openai_standin).submit(files, "ds-1", NEW, Store().save)
    assert openai_standin.state.files == {}


def test_a_failed_job_keeps_its_code_and_loses_quoted_training_text_and_keys(
    openai_standin: StandIn, files: TrainingFiles
) -> None:
    asked = tuner(openai_standin)
    state = asked.submit(files, "ds-1", NEW, Store().save)
    quoted = 'Line 3: "my name is Anneliese Quartermaine, call me" is bad\nkey sk-abcdef1234567890'
    openai_standin.state.fail(str(state.provider_job_id), "invalid_training_file", quoted)
    state = asked.poll(state)
    assert state.status is JobStatus.FAILED
    assert state.error is not None
    assert "invalid_training_file" in state.error
    for text in (state.error, str(state.progress)):
        assert "Quartermaine" not in text
        assert "sk-abcdef" not in text
        assert "\n" not in text


def test_a_cancelled_job_ends_without_a_model_or_a_price(openai_standin: StandIn, files: TrainingFiles) -> None:
    asked = tuner(openai_standin)
    state = asked.submit(files, "ds-1", NEW, Store().save)
    openai.OpenAI(api_key=KEY, base_url=openai_standin.base_url).fine_tuning.jobs.cancel(str(state.provider_job_id))
    state = asked.poll(state)
    assert (state.status, state.provider_model_id, state.cost_usd) == (JobStatus.CANCELLED, None, None)
    assert state.error is not None


def test_a_provider_that_is_down_while_polling_changes_nothing(openai_standin: StandIn, files: TrainingFiles) -> None:
    asked = tuner(openai_standin, max_retries=0)
    state = asked.submit(files, "ds-1", NEW, Store().save)
    openai_standin.fail("GET", f"/fine_tuning/jobs/{state.provider_job_id}", "500")
    with pytest.raises(ProviderUnavailable):
        asked.poll(state)
    assert asked.poll(state).status is JobStatus.SUBMITTED


def test_a_job_of_another_project_is_not_found(openai_standin: StandIn) -> None:
    with pytest.raises(NotFound, match="project"):
        tuner(openai_standin).poll(replace(NEW, status=JobStatus.SUBMITTED, provider_job_id="ftjob-other"))


@pytest.mark.parametrize("spoil", [lambda text: text + "{broken\n", lambda text: text + '{"messages": "hi"}\n'])
def test_a_spoilt_training_file_is_refused_by_line(
    openai_standin: StandIn, files: TrainingFiles, tmp_path: Path, spoil: Callable[[str], str]
) -> None:
    path = tmp_path / "train.jsonl"
    path.write_text(spoil(path.read_text()))
    with pytest.raises(DataError, match=r"line 31 .*mhc dataset validate"):
        tuner(openai_standin).submit(files, "ds-1", NEW, Store().save)
    assert openai_standin.requests == []


def test_a_missing_training_file_is_named(openai_standin: StandIn, files: TrainingFiles, tmp_path: Path) -> None:
    (tmp_path / "train.jsonl").unlink()
    with pytest.raises(DataError, match=r"train\.jsonl is missing"):
        tuner(openai_standin).submit(files, "ds-1", NEW, Store().save)
