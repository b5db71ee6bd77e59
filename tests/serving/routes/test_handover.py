"""Agents take conversations over the API, customers read what they answer, and the assistant is silent meanwhile."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient

from mhc_core.business import pricing
from mhc_core.concierge.turn.store import TurnStore
from mhc_core.db.queries.serving import NewTurn
from mhc_core.db.queries.turns import Beginning, Turn
from mhc_core.db.tables import audit_log, messages
from mhc_core.support import handover
from mhc_core.vocabulary import Channel
from mhc_serving.access import keys
from mhc_serving.access.keys import Role
from mhc_serving.app import utc_now

Call = Callable[..., Any]
QUESTION = "What happens when it rains?"


@pytest.fixture(scope="module")
def agents(serving_engine: sa.Engine) -> dict[str, dict[str, str]]:
    """Headers of two agents."""
    with serving_engine.begin() as connection:
        made = {name: keys.create(connection, name, Role.AGENT, utc_now()) for name in ("Ann", "Ben")}
    return {name: {"Authorization": f"Bearer {key}"} for name, key in made.items()}


@pytest.fixture
def handed_over(
    client: TestClient, serving_engine: sa.Engine, customer: str, agents: dict[str, dict[str, str]]
) -> dict[str, Any]:
    """A conversation of ``customer`` that waits for a person, as the queue lists it."""
    now, conversation = utc_now(), uuid4()
    turn = Turn(
        conversation,
        NewTurn(uuid4(), "user", "you will hear from my lawyer", now),
        NewTurn(uuid4(), "assistant", "A person will answer you.", now, notes={"agent": "handover"}),
        begins=Beginning(customer, Channel.WEB),
        effects=[lambda connection: begin(connection, conversation, now)],
    )
    TurnStore(serving_engine).put(turn)
    items = client.get("/api/v1/handovers?limit=200", headers=agents["Ann"]).json()["items"]
    [found] = [item for item in items if item["conversation_id"] == str(conversation)]
    return dict(found)


def begin(connection: sa.Connection, conversation: UUID, now: datetime) -> None:
    handover.begin(connection, pricing.load(), conversation, "legal threat", now)


@pytest.fixture
def call(client: TestClient, agents: dict[str, dict[str, str]], handed_over: dict[str, Any]) -> Call:
    """An agent does something with the hand-over."""

    def do(name: str, action: str, **body: Any) -> Any:
        path = f"/api/v1/handovers/{handed_over['id']}/{action}"
        return client.post(path, headers=agents[name], json=body or None)

    return do


@pytest.fixture
def read(client: TestClient, customer: str, handed_over: dict[str, Any]) -> Call:
    """The customer reads the conversation."""

    def do(**query: str) -> dict[str, Any]:
        path = f"/api/v1/chat/{handed_over['conversation_id']}/messages"
        response = client.get(path, params={"customer_id": customer, **query})
        assert response.status_code == 200, response.text
        return dict(response.json())

    return do


def test_the_queue_names_reason_and_queue_but_no_words(handed_over: dict[str, Any]) -> None:
    assert (handed_over["state"], handed_over["reason"]) == ("waiting", "legal threat")
    assert handed_over["urgent"] is True
    assert "lawyer" not in str(handed_over)


def test_a_queue_can_be_asked_for_alone(
    client: TestClient, agents: dict[str, dict[str, str]], handed_over: dict[str, Any]
) -> None:
    def listed(queue: str) -> set[int]:
        response = client.get("/api/v1/handovers", params={"queue": queue, "limit": 200}, headers=agents["Ann"])
        return {item["id"] for item in response.json()["items"]}

    assert handed_over["id"] in listed(handed_over["queue"])
    assert listed("no such queue") == set()


def test_an_agent_reads_what_was_said_and_the_log_keeps_who_did(
    client: TestClient, serving_engine: sa.Engine, agents: dict[str, dict[str, str]], handed_over: dict[str, Any]
) -> None:
    shown = client.get(f"/api/v1/handovers/{handed_over['id']}", headers=agents["Ann"]).json()
    assert [turn["who"] for turn in shown["messages"]] == ["customer", "assistant"]
    assert shown["messages"][0]["text"] == "you will hear from my lawyer"
    assert shown["handover"] == handed_over
    with serving_engine.connect() as connection:
        readers = connection.scalars(
            sa.select(audit_log.c.actor).where(
                audit_log.c.action == "handover.read", audit_log.c.subject == str(handed_over["id"])
            )
        ).all()
    assert readers == ["Ann"]


def test_of_two_agents_at_once_one_gets_it(call: Call) -> None:
    at_once = threading.Barrier(2)

    def take(name: str) -> int:
        at_once.wait(10)
        status: int = call(name, "claim").status_code
        return status

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(take, ("Ann", "Ben"))) == [200, 409]


def test_taking_ones_own_again_changes_nothing(call: Call) -> None:
    first = call("Ann", "claim").json()
    assert first["claimed_by"] == "Ann"
    assert call("Ann", "claim").json() == first
    assert "Ann" in call("Ben", "claim").json()["detail"]


def test_only_who_has_it_replies_and_ends_it(call: Call) -> None:
    assert call("Ann", "reply", text="Hello.").status_code == 409
    call("Ann", "claim")
    for action, body in (("reply", {"text": "Hello."}), ("give-back", {}), ("resolve", {})):
        assert call("Ben", action, **body).status_code == 409
    assert call("Ann", "resolve").json()["state"] == "resolved"
    assert call("Ann", "reply", text="Hello.").status_code == 409


def test_the_customer_reads_the_persons_answer_and_nothing_twice(call: Call, read: Call) -> None:
    call("Ann", "claim")
    seen = read()
    assert seen["at_a_person"] is True
    last = seen["messages"][-1]["id"]
    assert read(after=last)["messages"] == []
    replied = call("Ann", "reply", text="  I will call you today.  ").json()["message_id"]
    [new] = read(after=last)["messages"]
    assert (new["id"], new["who"], new["text"]) == (replied, "person", "I will call you today.")
    assert "Ann" not in str(read())


def test_a_persons_reply_is_stored_as_human_text(call: Call, serving_engine: sa.Engine) -> None:
    call("Ann", "claim")
    replied = call("Ann", "reply", text="We bring a second grill.").json()["message_id"]
    with serving_engine.connect() as connection:
        row = connection.execute(sa.select(messages).where(messages.c.id == replied)).one()
    assert (row.role, row.edited_by, row.model_version_id) == ("agent", "Ann", None)


def test_the_assistant_is_silent_until_it_is_given_back(
    client: TestClient, customer: str, handed_over: dict[str, Any], call: Call, read: Call
) -> None:
    body = {"message": QUESTION, "customer_id": customer, "channel": "web"}
    body["conversation_id"] = handed_over["conversation_id"]
    call("Ann", "claim")
    assert client.post("/api/v1/chat", json=body).json()["escalated"] is True
    call("Ann", "give-back")
    assert read()["at_a_person"] is False
    after = client.post("/api/v1/chat", json=body).json()
    assert after["escalated"] is False
    assert after["citations"][0]["id"] == "KB-087"


def test_nobody_reads_another_customers_conversation(client: TestClient, handed_over: dict[str, Any]) -> None:
    path = f"/api/v1/chat/{handed_over['conversation_id']}/messages"
    strange = client.get(path, params={"customer_id": "somebody else"})
    unknown = client.get(f"/api/v1/chat/{uuid4()}/messages", params={"customer_id": "somebody else"})
    assert (strange.status_code, strange.json()) == (404, unknown.json())


def test_an_unknown_turn_opens_nothing(read: Call) -> None:
    assert read(after=str(uuid4()))["messages"] == []


@pytest.mark.parametrize("text", ["", "   ", "x" * 4001, "a\x00b"])
def test_a_reply_that_is_none_is_refused(call: Call, text: str) -> None:
    call("Ann", "claim")
    refused = call("Ann", "reply", text=text)
    assert refused.status_code == 422
