"""Every request that the platform sends to OpenAI, judged by OpenAI's own published description of its API."""

import copy
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import openai
import orjson
import pytest
from fakes import openai_contract
from fakes.openai_endpoints import StandIn

from mhc_core.concierge.tools.registry import TOOLS
from mhc_core.protocols import ChatRequest, JobState, Passage, Tool, TrainingFiles, Turn
from mhc_core.providers.openai.chat import OpenAIChatModel
from mhc_core.providers.openai.embedder import OpenAIEmbedder
from mhc_core.providers.openai.fine_tuner import OpenAIFineTuner
from mhc_core.vocabulary import JobStatus

pytestmark = pytest.mark.skipif(
    openai_contract.published() is None,
    reason="OpenAI's description is not at hand: set MHC_OPENAI_OPENAPI to openai_openapi.json.gz",
)
BASE = "gpt-4.1-mini-2025-04-14"
TODAY = date(2026, 11, 21)
JSON = "application/json"
JOBS, CHAT = "/fine_tuning/jobs", "/chat/completions"


@pytest.fixture(scope="module")
def contract() -> openai_contract.Contract:
    described = openai_contract.published()
    assert described is not None
    return openai_contract.Contract(described)


@pytest.fixture
def files(tmp_path: Path) -> TrainingFiles:
    turns = [("system", "You are the concierge."), ("user", "The price?"), ("assistant", "550 at least.")]
    messages = [{"role": role, "content": content} for role, content in turns]
    line = orjson.dumps({"messages": messages, "metadata": {"example_id": "1"}}, option=orjson.OPT_APPEND_NEWLINE)
    for name in ("train", "validation"):
        (tmp_path / f"{name}.jsonl").write_bytes(line * 12)
    return TrainingFiles("ds-1", *((tmp_path / f"{n}.jsonl").as_uri() for n in ("train", "validation")), 12, 12)


def sdk(standin: StandIn) -> openai.OpenAI:
    return openai.OpenAI(api_key=standin.key, base_url=standin.base_url, max_retries=0)


def train(standin: StandIn, files: TrainingFiles) -> JobState:
    tuner = OpenAIFineTuner(sdk(standin), BASE, epochs=3, budget_usd=Decimal(50), today=TODAY)
    return tuner.submit(files, "ds-1", JobState(JobStatus.INTENDED), lambda state: None)


def our_tools() -> list[Tool]:
    return [
        Tool(spec.name, spec.description, spec.arguments.model_json_schema(), lambda arguments: "550 USD")
        for spec in TOOLS.values()
    ]


def answer(standin: StandIn) -> None:
    standin.calls = [[("quote", '{"adults": 10}')]]
    request = ChatRequest(
        question="and if it rains?",
        history=(Turn("user", "hi"), Turn("assistant", "hello")),
        passages=(Passage(41, "KB-042", "Weather", "The host provides cover.", 0.7),),
        system_prompt="You are the concierge.",
        temperature=0.3,
        tools=our_tools(),
    )
    model = OpenAIChatModel(sdk(standin), "gpt-4.1-mini", "m-1")
    model.answer(request)
    list(model.stream(request))


def test_a_whole_training_keeps_to_the_published_description(openai_standin: StandIn, files: TrainingFiles) -> None:
    tuner = OpenAIFineTuner(sdk(openai_standin), BASE, epochs=3, budget_usd=Decimal(50), today=TODAY)
    state = train(openai_standin, files)
    while not state.status.final:
        state = tuner.poll(state)
    assert state.status is JobStatus.SUCCEEDED
    assert openai_standin.violations == []
    job = f"{JOBS}/{state.provider_job_id}"
    assert set(openai_standin.requests) == {
        ("GET", "/files"), ("POST", "/files"), ("GET", JOBS), ("POST", JOBS), ("GET", job), ("GET", f"{job}/events"),
    }  # fmt: skip


def test_cancelling_and_its_answer_keep_to_it_too(openai_standin: StandIn, files: TrainingFiles) -> None:
    state = train(openai_standin, files)
    assert state.provider_job_id is not None
    assert sdk(openai_standin).fine_tuning.jobs.cancel(state.provider_job_id).status == "cancelled"
    assert ("POST", f"{JOBS}/{state.provider_job_id}/cancel") in openai_standin.requests
    assert openai_standin.violations == []


def test_answers_with_every_tool_we_offer_keep_to_it_also_when_streamed(openai_standin: StandIn) -> None:
    answer(openai_standin)
    called, told, streamed = openai_standin.bodies
    assert {tool["function"]["name"] for tool in called["tools"]} == set(TOOLS)
    assert told["messages"][-1]["role"] == "tool"
    assert streamed["stream"] is True
    assert openai_standin.violations == []


def test_embeddings_keep_to_it(openai_standin: StandIn) -> None:
    assert OpenAIEmbedder(sdk(openai_standin), "text-embedding-3-small").embed(["rain", "sun"]).shape == (2, 1536)
    assert openai_standin.violations == []


def test_a_misspelt_field_anywhere_in_what_we_send_is_noticed(
    openai_standin: StandIn, files: TrainingFiles, contract: openai_contract.Contract
) -> None:
    train(openai_standin, files)
    [job] = [body for body in openai_standin.bodies if "training_file" in body]
    answer(openai_standin)
    told = next(body for body in openai_standin.bodies if body.get("tools") and len(body["messages"]) > 5)
    for path, body in ((JOBS, job), (CHAT, told)):
        assert contract.request_problem(path, "post", JSON, body) is None
        spoilt = list(misspelt(body))
        assert len(spoilt) > 5
        missed = [where for where, wrong in spoilt if contract.request_problem(path, "post", JSON, wrong) is None]
        assert missed == []


def misspelt(body: dict[str, Any], inside: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """The body with one name spoilt at a time; names of our making (metadata, tools' arguments) are left out."""
    for name, value in body.items():
        where = f"{inside}/{name}"
        if name in ("metadata", "parameters"):
            continue
        wrong = {key: each for key, each in body.items() if key != name}
        yield where, wrong | {f"{name}_": value}
        if isinstance(value, dict):
            yield from ((deep, body | {name: spoilt}) for deep, spoilt in misspelt(value, where))
        if isinstance(value, list) and value and isinstance(value[-1], dict):
            for deep, spoilt in misspelt(value[-1], where):
                yield deep, body | {name: [*value[:-1], spoilt]}


@pytest.mark.parametrize(
    ("field", "value"),
    [("suffix", "x" * 65), ("seed", -1), ("model", None), ("training_file", 7), ("method", {"type": "magic"})],
)
def test_a_wrong_value_is_noticed(
    openai_standin: StandIn, files: TrainingFiles, contract: openai_contract.Contract, field: str, value: object
) -> None:
    train(openai_standin, files)
    job = copy.deepcopy(next(body for body in openai_standin.bodies if "training_file" in body))
    assert contract.request_problem(JOBS, "post", JSON, job) is None
    assert contract.request_problem(JOBS, "post", JSON, job | {field: value}) is not None


def test_a_query_that_the_description_does_not_know_is_noticed(openai_standin: StandIn) -> None:
    with pytest.raises(openai.BadRequestError):
        sdk(openai_standin).fine_tuning.jobs.list(extra_query={"pagesize": 5})
    assert openai_standin.violations == ["request GET /fine_tuning/jobs no such query parameter: pagesize"]
    openai_standin.violations.clear()
