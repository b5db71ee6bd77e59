"""Replies that are given again from memory: only while nothing they follow from has changed."""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient

from mhc_core.db.queries import privacy
from mhc_core.db.tables import messages
from mhc_core.settings import Settings
from mhc_serving.app import create_app

OPEN = "How old is the chef?"  # nothing answers it: never in the response cache


class Day:
    """The time of a test, which a test may move."""

    now = datetime(2026, 11, 2, 19, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def day() -> Day:
    return Day()


@pytest.fixture
def client(empty_engine: sa.Engine, publish: Callable[..., str], settings: Settings, day: Day) -> Iterator[TestClient]:
    publish(empty_engine)
    with TestClient(create_app(settings, empty_engine, clock=day)) as client:
        yield client


def ask(client: TestClient, customer: str, message: str = OPEN, **more: Any) -> Any:
    response = client.post("/api/v1/chat", json={"message": message, "customer_id": customer, "channel": "web"} | more)
    assert response.status_code == 200, response.text
    assert not response.json()["cached"]
    return response


def searched(response: Any) -> bool:
    return "search;" in response.headers["Server-Timing"]


def test_the_next_customer_gets_the_same_reply_without_a_search(client: TestClient) -> None:
    first, second = ask(client, "ann"), ask(client, "bob")
    assert searched(first)
    assert not searched(second)
    own = ("conversation_id", "message_id", "latency_ms")
    assert {k: v for k, v in first.json().items() if k not in own} == {
        k: v for k, v in second.json().items() if k not in own
    }


def test_another_sign_is_another_message(client: TestClient) -> None:
    ask(client, "ann")
    assert searched(ask(client, "bob", OPEN.replace("?", "!")))


def test_a_message_within_a_conversation_is_worked_out(client: TestClient) -> None:
    begun = ask(client, "ann").json()
    assert searched(ask(client, "ann", conversation_id=begun["conversation_id"]))


def test_a_message_that_tells_who_somebody_is_stays_in_no_memory(client: TestClient) -> None:
    own = f"{OPEN} My cell is 650-555-0177."
    assert searched(ask(client, "ann", own))
    assert searched(ask(client, "bob", own))


def test_the_next_day_it_is_worked_out_again(client: TestClient, day: Day) -> None:
    ask(client, "ann")
    day.now += timedelta(days=1)
    assert searched(ask(client, "bob"))


def test_new_knowledge_ends_it(client: TestClient, empty_engine: sa.Engine, publish: Callable[..., str]) -> None:
    before = ask(client, "ann").json()["knowledge_version"]
    assert not searched(ask(client, "bob"))
    publish(empty_engine, {"KB-900": ("How long", "setup", "The chef stays for two hours, cooking and cleaning up.")})
    deadline = time.monotonic() + 30
    while (given := ask(client, "cat")).json()["knowledge_version"] == before:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert searched(given)


def test_an_erasure_ends_it(client: TestClient, empty_engine: sa.Engine) -> None:
    """Two memories once held first messages by their raw text, and no erasure reached them."""
    concierge = client.app.state.services.concierge  # type: ignore[attr-defined]
    entries = concierge._answering._memo._entries
    ask(client, "ann")
    assert len(entries) > 0
    assert not any(OPEN.encode() in key[-1] for key in entries), "messages are known by their hashes"
    with empty_engine.begin() as connection:
        privacy.request(connection, "hash of ann", "staff", Day.now)
    concierge.live.refresh()
    assert len(entries) == 0
    assert searched(ask(client, "bob"))


def test_a_shouted_question_is_understood_anew(client: TestClient) -> None:
    """What is remembered of a calm question says nothing about the tone of the next customer."""
    ask(client, "ann")
    shouted = ask(client, "bob", "HOW LONG DOES THE CHEF STAY?!!!").json()
    with client.app.state.services.engine.connect() as connection:  # type: ignore[attr-defined]
        notes = connection.scalar(sa.select(messages.c.message_metadata).where(messages.c.id == shouted["message_id"]))
    assert notes["emotion"] == "frustrated"
