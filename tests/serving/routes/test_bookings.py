"""Staff see what customers asked to be booked and decide on it; the customer reads the decision."""

from collections.abc import Callable
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient

from mhc_core.concierge.turn.store import TurnStore
from mhc_core.db.queries import bookings
from mhc_core.db.queries.serving import NewTurn
from mhc_core.db.queries.turns import Beginning, Turn
from mhc_core.db.tables import audit_log, booking_requests
from mhc_core.vocabulary import Channel
from mhc_serving.app import utc_now

DAY = date(2031, 6, 5)
Call = Callable[..., Any]


@pytest.fixture
def ask(serving_engine: sa.Engine, customer: str) -> Call:
    """Stores a request of ``customer`` for a day; returns its conversation."""

    def call(day: date, conversation: UUID | None = None) -> UUID:
        now, known = utc_now(), conversation
        conversation = known or uuid4()

        def save(connection: sa.Connection) -> None:
            details = {"address": "12 Elm St", "name": "Ann"}
            bookings.save(connection, conversation, day, time(18), (12, 3, 1), Decimal(780), details, now)

        TurnStore(serving_engine).put(
            Turn(
                conversation,
                NewTurn(uuid4(), "user", "yes please", now),
                NewTurn(uuid4(), "assistant", "Thank you!", now, notes={"agent": "booking"}),
                begins=None if known else Beginning(customer, Channel.WEB),
                effects=[save],
            )
        )
        return conversation

    return call


@pytest.fixture
def agent(key_of: Callable[[str], dict[str, str]]) -> dict[str, str]:
    return key_of("agent")


@pytest.fixture
def listed(client: TestClient, agent: dict[str, str]) -> Call:
    def call(**query: Any) -> list[dict[str, Any]]:
        response = client.get("/api/v1/bookings", params={"limit": 200, **query}, headers=agent)
        assert response.status_code == 200, response.text
        found: list[dict[str, Any]] = response.json()["items"]
        return found

    return call


@pytest.fixture
def decide(client: TestClient, agent: dict[str, str]) -> Call:
    def call(seen: dict[str, Any], status: str, code: int = 200) -> Any:
        body = {"status": status, "updated_at": seen["updated_at"]}
        response = client.post(f"/api/v1/bookings/{seen['id']}", json=body, headers=agent)
        assert response.status_code == code, response.text
        return response.json()

    return call


def test_requests_are_listed_by_day_and_filtered(ask: Call, listed: Call) -> None:
    later, sooner = ask(DAY + timedelta(days=1)), ask(DAY)
    found = [
        one
        for one in listed(first=DAY, last=DAY + timedelta(days=1))
        if UUID(one["conversation_id"]) in (later, sooner)
    ]
    assert [one["event_on"] for one in found] == ["2031-06-05", "2031-06-06"]
    assert (found[0]["adults"], Decimal(found[0]["total_usd"])) == (12, Decimal(780))
    assert found[0]["details"]["address"] == "12 Elm St"
    assert str(later) not in str(listed(last=DAY))
    assert str(later) not in str(listed(status="declined"))
    assert len(listed(first=DAY, limit=1)) == len(listed(first=DAY, limit=1, offset=1)) == 1
    assert listed(first=DAY, limit=1) != listed(first=DAY, limit=1, offset=1)


def test_a_decision_is_kept_with_who_made_it_and_told_to_the_customer(
    client: TestClient, serving_engine: sa.Engine, customer: str, ask: Call, listed: Call, decide: Call
) -> None:
    conversation = ask(DAY + timedelta(days=30))
    [seen] = [one for one in listed() if one["conversation_id"] == str(conversation)]
    decided = decide(seen, "confirmed")
    assert decided["status"] == "confirmed"
    assert decide(seen, "confirmed") == decided
    read = client.get(f"/api/v1/chat/{conversation}/messages", params={"customer_id": customer}).json()["messages"]
    assert "confirmed your party on Saturday, July 5 at 18:00" in read[-1]["text"]
    assert len(read) == 3
    with serving_engine.connect() as connection:
        log = connection.execute(sa.select(audit_log).where(audit_log.c.subject == seen["id"])).all()
    assert [(row.action, row.actor) for row in log] == [("booking.confirmed", "test agent")]
    changed = decide(decided, "declined")
    assert changed["status"] == "declined"


def test_nobody_confirms_what_the_customer_has_changed(
    serving_engine: sa.Engine, ask: Call, listed: Call, decide: Call
) -> None:
    conversation = ask(DAY + timedelta(days=60))
    [seen] = [one for one in listed() if one["conversation_id"] == str(conversation)]
    ask(DAY + timedelta(days=61), conversation)
    assert "read it again" in decide(seen, "confirmed", 409)["detail"]
    with serving_engine.connect() as connection:
        status = connection.scalar(
            sa.select(booking_requests.c.status).where(booking_requests.c.conversation_id == conversation)
        )
    assert status == "requested"


def test_an_unknown_request_is_said_to_be_one(decide: Call) -> None:
    decide({"id": str(uuid4()), "updated_at": "2026-11-01T00:00:00Z"}, "declined", 404)
