"""Simple questions go to the cheap model, hard ones to the strong one; what fails is passed over, then left alone."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import openai
import pytest
import sqlalchemy as sa
from fakes.openai_endpoints import StandIn
from fakes.openai_server import running
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from mhc_core.concierge.models import choice
from mhc_core.concierge.models.breaker import Breaker, CircuitOpen
from mhc_core.concierge.models.choice import RemoteModel
from mhc_core.concierge.models.providers import ConfiguredProviders
from mhc_core.db.queries.training import BASELINE_ID
from mhc_core.db.tables import messages
from mhc_core.errors import ProviderUnavailable
from mhc_core.protocols import ChatAnswer, ChatRequest, Turn
from mhc_core.providers.openai import client as openai_client
from mhc_core.settings import ModelChoice, Settings
from mhc_core.vocabulary import Intent
from mhc_serving.app import create_app

SIMPLE = ChatRequest("Do you come to Fresno?")
HARD = ChatRequest(
    "We are 14 adults and 6 kids, 3 of them under 5, and we would like to compare filet with salmon: what is the "
    "difference in price if half of us take lobster instead, but only when it does not rain, and what happens with our "
    "deposit of 100 if we have to move the party by 2 weeks? Or is it better to cancel?",
    (Turn("user", "hello"), Turn("assistant", "hello")),
)


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Scripted:
    """A model that answers or fails as told."""

    version_id: str
    down: bool = False
    asked: int = 0

    def answer(self, request: ChatRequest) -> ChatAnswer:
        self.asked += 1
        if self.down:
            raise ProviderUnavailable("down; try again later")
        return ChatAnswer(f"{self.version_id} answers", 0.9, Intent.OTHER)


@pytest.fixture
def standin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[StandIn]:
    """OpenAI, as far as the tests need it; connections to it are closed at the end."""
    made: list[openai.OpenAI] = []
    real = openai_client.client

    def remembered(settings: Settings) -> openai.OpenAI:
        made.append(real(settings))
        return made[-1]

    monkeypatch.setattr(openai_client, "client", remembered)
    with running(tmp_path / "openai.json") as found:
        yield found
        for client in made:
            client.close()
    assert found.violations == []


def configured(standin: StandIn, settings: Settings, **given: object) -> Settings:
    hosted = {"openai_api_key": standin.key, "openai_base_url": standin.base_url, "chat_model": "gpt-4.1-mini"}
    values = {**hosted, **given}
    return Settings(**{**settings.model_dump(include={"state_dir", "refresh_seconds"}), **values})


def test_hard_questions_are_more_complex_than_simple_ones() -> None:
    assert choice.complexity(SIMPLE) < 0.2 < 0.7 < choice.complexity(HARD)


@given(st.text(max_size=300), st.integers(0, 40))
def test_complexity_stays_between_0_and_1(text: str, turns: int) -> None:
    assert 0 <= choice.complexity(ChatRequest(text, [Turn("user", "x")] * turns)) <= 1


@pytest.mark.parametrize(
    ("cheap_from", "request_", "order"),
    [
        (0.0, SIMPLE, ["cheap", "local", "strong", "last"]),
        (0.0, HARD, ["strong", "cheap", "local", "last"]),
        (0.3, SIMPLE, ["local", "cheap", "strong", "last"]),
    ],
)
def test_the_table_says_who_is_asked_first(cheap_from: float, request_: ChatRequest, order: list[str]) -> None:
    cheap, strong = (
        RemoteModel(Scripted(name), Breaker(), asked_from)
        for name, asked_from in (("cheap", cheap_from), ("strong", 0.5))
    )
    models = [cheap, strong, Scripted("local"), Scripted("last")]
    assert [model.version_id for model in choice.in_order(models, request_)] == order
    assert [model.version_id for model in choice.in_order([cheap, strong], HARD)] == ["strong", "cheap"]


def test_a_model_that_fails_is_passed_over_with_its_reason() -> None:
    models = [Scripted("first", down=True), Scripted("second")]
    found = choice.ask(models, SIMPLE)
    assert found is not None
    assert (found.model.version_id, found.notes) == ("second", {"fallback": {"first": "ProviderUnavailable"}})
    assert choice.ask([Scripted("only", down=True)], SIMPLE) is None


def test_after_three_failures_it_is_not_asked_until_it_has_rested() -> None:
    clock, model = Clock(), Scripted("m", down=True)
    remote = RemoteModel(model, Breaker(failures=3, rest_seconds=30, clock=clock), 0)
    for expected in (ProviderUnavailable, ProviderUnavailable, ProviderUnavailable, CircuitOpen, CircuitOpen):
        with pytest.raises(expected):
            remote.answer(SIMPLE)
    assert model.asked == 3
    clock.now += 30
    with pytest.raises(ProviderUnavailable):
        remote.answer(SIMPLE)
    with pytest.raises(CircuitOpen):
        remote.answer(SIMPLE)
    assert model.asked == 4
    clock.now += 30
    model.down = False
    assert remote.answer(SIMPLE).text == "m answers"
    assert remote.answer(SIMPLE).text == "m answers"


def test_failures_that_are_not_in_a_row_do_not_count() -> None:
    model = Scripted("m")
    remote = RemoteModel(model, Breaker(failures=2), 0)
    for model.down in (True, False, True, False, True):
        if model.down:
            with pytest.raises(ProviderUnavailable):
                remote.answer(SIMPLE)
        else:
            remote.answer(SIMPLE)
    assert model.asked == 5


def test_callers_do_not_wait_for_each_other() -> None:
    together = threading.Barrier(4)
    breaker = Breaker()
    with ThreadPoolExecutor(4) as pool:
        done = [pool.submit(breaker.call, lambda: together.wait(10)) for _ in range(4)]
        assert sorted(item.result(20) for item in done) == [0, 1, 2, 3]


def test_only_one_caller_tries_after_the_rest() -> None:
    clock = Clock()
    breaker = Breaker(failures=1, rest_seconds=5, clock=clock)
    model = Scripted("m", down=True)
    remote = RemoteModel(model, breaker, 0)
    with pytest.raises(ProviderUnavailable):
        remote.answer(SIMPLE)
    clock.now += 5
    entered, leave = threading.Event(), threading.Event()

    def trial() -> str:
        entered.set()
        leave.wait(10)
        return "well again"

    with ThreadPoolExecutor(1) as pool:
        trying = pool.submit(breaker.call, trial)
        assert entered.wait(10)
        with pytest.raises(CircuitOpen):
            remote.answer(SIMPLE)
        leave.set()
        assert trying.result(10) == "well again"
    model.down = False
    assert remote.answer(SIMPLE).text == "m answers"


def test_the_settings_table_reaches_the_provider(
    standin: StandIn, settings: Settings, serving_engine: sa.Engine
) -> None:
    given_ = configured(
        standin, settings, strong_chat_model="gpt-6-luna", model_choice=ModelChoice(strong_chat_model_from=0.6)
    )
    chain = ConfiguredProviders(given_).chain(serving_engine, None)
    assert [model.version_id for model in chain] == ["openai/gpt-4.1-mini", "openai/gpt-6-luna", BASELINE_ID]
    for request, name in ((SIMPLE, "gpt-4.1-mini"), (HARD, "gpt-6-luna")):
        found = choice.ask(chain, request)
        assert found is not None
        assert found.model.version_id == f"openai/{name}"
        assert standin.bodies[-1]["model"] == name


def test_a_provider_that_is_down_is_left_alone_and_comes_back(
    standin: StandIn, settings: Settings, serving_engine: sa.Engine
) -> None:
    providers = ConfiguredProviders(configured(standin, settings))
    standin.fail("POST", "/chat/completions", "500", times=1000)
    for _ in range(5):
        found = choice.ask(providers.chain(serving_engine, None), SIMPLE)
        assert found is None or found.model.version_id == BASELINE_ID
    assert standin.sent("POST", "/chat/completions") == 3 * 2  # three questions, each tried twice


def test_customers_get_an_answer_while_the_provider_is_down(
    standin: StandIn, settings: Settings, serving_engine: sa.Engine, customer: str
) -> None:
    standin.fail("POST", "/chat/completions", "rate_limit", times=1000)
    with TestClient(create_app(configured(standin, settings), serving_engine)) as client:
        body = {"message": "Who brings a tent when it rains on us?", "customer_id": customer, "channel": "web"}
        given_ = client.post("/api/v1/chat", json=body)
    assert given_.status_code == 200
    assert given_.json()["citations"][0]["id"] == "KB-087"
    with serving_engine.connect() as connection:
        notes = connection.scalar(
            sa.select(messages.c.message_metadata).where(messages.c.id == given_.json()["message_id"])
        )
    assert notes["fallback"] == {"openai/gpt-4.1-mini": "ProviderUnavailable"}
