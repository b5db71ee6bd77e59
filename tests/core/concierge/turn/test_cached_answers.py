"""Cached answers over HTTP: who gets one, what is stored of it, and what ends it."""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from fakes.understanding import Labelled
from fastapi.testclient import TestClient

from mhc_core.db.tables import messages, response_cache
from mhc_core.settings import Settings
from mhc_serving.app import create_app

RAIN = "Does the chef cook in the rain?"


class Clock:
    """The time of a test, which a test may move."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 2, 19, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


class Shop:
    """A server with a database of its own, and its customers."""

    def __init__(self, client: TestClient, engine: sa.Engine, clock: Clock) -> None:
        self.client, self.engine, self.clock = client, engine, clock
        self._customers = 0

    def post(self, message: str, **more: Any) -> Any:
        """The response to a message of somebody new, or of who is given."""
        self._customers += 1
        body = {"message": message, "customer_id": f"visitor-{self._customers}", "channel": "web"} | more
        response = self.client.post("/api/v1/chat", json=body)
        assert response.status_code == 200, response.text
        return response

    def ask(self, message: str, **more: Any) -> dict[str, Any]:
        """What a message is answered."""
        given: dict[str, Any] = self.post(message, **more).json()
        return given

    def kept(self) -> list[str]:
        """The questions with a cached answer."""
        with self.engine.connect() as connection:
            return list(connection.scalars(sa.select(response_cache.c.question).order_by(response_cache.c.id)))

    def keep(self, message: str) -> dict[str, Any]:
        """Ask, and wait until the answer is kept."""
        given = self.ask(message)
        assert not given["cached"]
        deadline = time.monotonic() + 60
        while message not in self.kept():
            assert time.monotonic() < deadline, "the answer was not kept"
            time.sleep(0.02)
        return given


@pytest.fixture
def shop(empty_engine: sa.Engine, publish: Callable[..., str], settings: Settings) -> Iterator[Shop]:
    publish(empty_engine)
    clock = Clock()
    with TestClient(create_app(settings, empty_engine, clock=clock)) as client:
        yield Shop(client, empty_engine, clock)


def test_the_next_customer_gets_the_kept_answer_and_what_made_it(shop: Shop) -> None:
    first = shop.keep(RAIN)
    again = shop.ask("does the chef cook in the rain?")
    assert again["cached"]
    assert {name: again[name] for name in ("answer", "citations", "intent", "confidence", "model")} == {
        name: first[name] for name in ("answer", "citations", "intent", "confidence", "model")
    }
    with shop.engine.connect() as connection:
        rows = sa.select(messages).where(messages.c.id.in_([UUID(first["message_id"]), UUID(again["message_id"])]))
        made, given = connection.execute(rows.order_by(messages.c.cached)).all()
    assert given.cached
    assert (given.citations, given.prompt_version_id, given.knowledge_version_id, given.model_version_id) == (
        made.citations, made.prompt_version_id, made.knowledge_version_id, made.model_version_id,
    )  # fmt: skip


def test_answers_given_in_quick_succession_are_all_kept(shop: Shop) -> None:
    questions = [RAIN, "Which allergens are on the menu?"]
    for question in questions:
        assert not shop.ask(question)["cached"]
    deadline = time.monotonic() + 60
    while sorted(shop.kept()) != sorted(questions):
        assert time.monotonic() < deadline, shop.kept()
        time.sleep(0.02)


def test_near_misses_get_answers_of_their_own(shop: Shop) -> None:
    shop.keep(RAIN)
    for near_miss in (
        "Does the chef not cook in the rain?",
        "Does the chef cook in the snow?",
        "Why does the chef cook in the rain?",
    ):
        assert not shop.ask(near_miss)["cached"], near_miss


def test_who_said_something_before_or_of_themselves_gets_an_answer_of_their_own(shop: Shop) -> None:
    shop.keep(RAIN)
    opened = shop.ask("Which space does the grill need?", customer_id="regular")
    later = shop.ask(RAIN, customer_id="regular", conversation_id=opened["conversation_id"])
    assert not later["cached"]
    shop.ask(f"{RAIN} My cell is 650-555-0177.")
    shop.keep("Which allergens are on the menu?")
    assert not any("650" in question for question in shop.kept())


def test_a_question_read_to_name_a_place_or_a_person_is_not_kept(shop: Shop, reader: Labelled) -> None:
    barn = reader.learn("ask/policy: Does the chef cook in the rain at [address:the yellow barn by the creek]?")
    shop.ask(barn)
    shop.keep(RAIN)  # offered after it, so what could be kept of it is kept by now
    assert shop.kept() == [RAIN]


def test_a_thumb_down_ends_it_for_everybody(shop: Shop) -> None:
    shop.keep(RAIN)
    given = shop.ask(RAIN)
    assert given["cached"]
    rating = {"message_id": given["message_id"], "vote": "down", "customer_id": f"visitor-{shop._customers}"}
    response = shop.client.post("/api/v1/ai/feedback", json=rating)
    assert response.status_code < 300, response.text
    assert not shop.ask(RAIN)["cached"]


def test_a_kept_answer_is_looked_up_once_and_still_ends_for_everybody(shop: Shop, settings: Settings) -> None:
    shop.keep(RAIN)
    assert shop.ask(RAIN)["cached"]
    again = shop.post(RAIN)
    assert again.json()["cached"]
    assert "cache;" not in again.headers["Server-Timing"]
    with TestClient(create_app(settings, shop.engine, clock=shop.clock)) as replica:
        rating = {"message_id": again.json()["message_id"], "vote": "down", "customer_id": f"visitor-{shop._customers}"}
        assert replica.post("/api/v1/ai/feedback", json=rating).status_code < 300
    assert not shop.ask(RAIN)["cached"]


def test_an_hour_or_new_knowledge_ends_it(shop: Shop, publish: Callable[..., str]) -> None:
    shop.keep(RAIN)
    assert shop.ask(RAIN)["cached"]
    shop.clock.now += timedelta(minutes=61)
    assert not shop.ask(RAIN)["cached"]
    shop.keep("Which allergens are on the menu?")
    before = shop.ask(RAIN)["knowledge_version"]
    new = {"KB-011": ("Bad weather", "policy", "When it rains the chef cooks under a roof that the host provides.")}
    publish(shop.engine, new)
    deadline = time.monotonic() + 30
    while (given := shop.ask("Which allergens are on the menu?"))["knowledge_version"] == before:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert not given["cached"]
