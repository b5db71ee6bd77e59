"""What mutations do, for whom, and that the written schema is the one that is served."""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient

from mhc_core.db.queries import pages
from mhc_serving.graphql.schema import description

Ask = Callable[..., dict[str, Any]]
Say = Callable[..., dict[str, Any]]
KeyOf = Callable[[str], dict[str, str]]
REQUEST = """
    mutation ($booking: BookingInput!) {
      requestBooking(booking: $booking) { id status eventOn startsAt adults totalUsd updatedAt conversationId details }
    }
"""
DECIDE = """
    mutation ($id: UUID!, $at: DateTime!, $decision: Decision!) {
      decideBooking(id: $id, decision: $decision, updatedAt: $at) { status conversation { messages { text } } }
    }
"""


def party(customer: str, **changes: Any) -> dict[str, Any]:
    return {
        "day": "2027-12-04", "starts": "17:30", "adults": 8, "children": 4, "address": "12 Elm Street, Fremont",
        "miles": 45, "proteins": [{"name": "chicken", "count": 12}, {"name": "shrimp", "count": 12}],
        "phone": "510 555 0177", "customerId": customer, **changes,
    }  # fmt: skip


def test_a_form_becomes_a_request_that_the_team_confirms(ask: Ask, customer: str) -> None:
    made = ask(REQUEST, "app", booking=party(customer))["data"]["requestBooking"]
    assert (made["status"], made["eventOn"], made["startsAt"]) == ("REQUESTED", "2027-12-04", "17:30")
    assert float(made["totalUsd"]) == 590  # 8 × 55 + 4 × 30 + 15 miles × 2
    assert made["details"]["phone"] == "510 555 0177"
    told = ask(DECIDE, "agent", id=made["id"], at=made["updatedAt"], decision="CONFIRMED")["data"]["decideBooking"]
    assert told["status"] == "CONFIRMED"
    assert [("no booking yet" in one["text"], "confirmed" in one["text"]) for one in told["conversation"]["messages"]] \
        == [(True, False), (False, True)]  # fmt: skip
    late = ask(DECIDE, "agent", id=made["id"], at=made["updatedAt"], decision="DECLINED")
    assert late["errors"][0]["extensions"] == {"code": "CONFLICT", "status": 409}
    again = ask(REQUEST, "app", booking=party(customer, conversationId=made["conversationId"]))
    assert again["errors"][0]["extensions"]["code"] == "CONFLICT"


def test_a_form_that_is_sent_again_asks_once(
    client: TestClient, key_of: KeyOf, customer: str, serving_engine: sa.Engine
) -> None:
    headers = key_of("app") | {"Idempotency-Key": f"form {customer}".replace(" ", "-")}
    body = {"query": REQUEST, "variables": {"booking": party(customer)}}
    made = [client.post("/graphql", json=body, headers=headers).json()["data"]["requestBooking"] for _ in range(2)]
    assert made[0] == made[1]
    with serving_engine.connect() as connection:
        query = """select count(*) from ai.messages m join ai.conversations c on c.id = m.conversation_id
                    where c.customer_id = :customer"""
        assert connection.scalar(sa.text(query), {"customer": customer}) == 1


def test_a_connection_that_breaks_in_the_middle_is_a_503(
    client: TestClient, key_of: KeyOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(connection: sa.Connection, *_: object) -> None:
        connection.execute(sa.text("select pg_terminate_backend(pg_backend_pid())"))

    monkeypatch.setattr(pages, "customers", breaks)
    answer = client.post("/graphql", json={"query": "{ customers { edges { cursor } } }"}, headers=key_of("admin"))
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"


def test_a_form_goes_on_with_what_the_chat_knows(ask: Ask, say: Say, customer: str) -> None:
    conversation = say("How much space does the chef need?")["conversation_id"]
    made = ask(REQUEST, "app", booking=party(customer, conversationId=conversation))["data"]["requestBooking"]
    assert made["conversationId"] == conversation
    changed = ask(REQUEST, "app", booking=party(customer, conversationId=conversation, adults=12))
    assert changed["data"]["requestBooking"]["id"] == made["id"]
    assert changed["data"]["requestBooking"]["adults"] == 12


def test_what_breaks_the_rules_of_the_business_is_not_stored(
    ask: Ask, customer: str, serving_engine: sa.Engine
) -> None:
    for change, says in (
        ({"day": "2020-01-01"}, "passed"),
        ({"miles": 300}, "further than we travel"),
        ({"adults": 0, "children": 3}, "at least one adult"),
        ({"adults": 40}, "arranged by a person"),
        ({"proteins": [{"name": "unicorn", "count": 2}]}, "not on the menu"),
        ({"adults": 5_000}, "adults"),
        ({"address": "x"}, "address"),
        ({"name": "a\0b"}, "name"),
    ):
        told = ask(REQUEST, "app", booking=party(customer, **change))
        assert told["errors"][0]["extensions"]["code"] == "UNFIT", told
        assert says in told["errors"][0]["message"], (change, told)
    with serving_engine.connect() as connection:
        query = "select count(*) from ai.conversations where customer_id = :customer"
        assert connection.scalar(sa.text(query), {"customer": customer}) == 0


def test_nobody_asks_in_another_customers_conversation(ask: Ask, say: Say, customer: str) -> None:
    conversation = say("hello")["conversation_id"]
    told = ask(REQUEST, "app", booking=party(f"{customer}-other", conversationId=conversation))
    assert told["errors"][0]["extensions"]["code"] == "NOT_FOUND"
    assert ask(REQUEST, "app", booking=party(customer, conversationId=str(uuid4())))["errors"]


def test_a_widget_asks_for_its_own_customer_only(client: TestClient) -> None:
    site = {"Origin": "http://127.0.0.1"}
    token = client.post("/api/v1/widget/tokens", json={}, headers=site).json()
    headers = site | {"Authorization": f"Bearer {token['token']}"}

    def send(booking: dict[str, Any]) -> dict[str, Any]:
        answer = client.post("/graphql", json={"query": REQUEST, "variables": {"booking": booking}}, headers=headers)
        given: dict[str, Any] = answer.json()
        return given

    own = {name: value for name, value in party("").items() if name != "customerId"}
    made = send(own)["data"]["requestBooking"]
    assert made["conversationId"] == token["conversation_id"]
    assert send(party("somebody-else"))["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    assert send(own | {"conversationId": str(uuid4())})["errors"][0]["extensions"]["code"] == "FORBIDDEN"


def test_who_may_do_what(ask: Ask, customer: str) -> None:
    for role in ("agent", "reviewer"):
        told = ask(REQUEST, role, booking=party(customer))
        assert told["errors"][0]["extensions"]["code"] == "FORBIDDEN", role
    for role in ("app", "reviewer", None):
        told = ask(DECIDE, role, id=str(uuid4()), at="2026-11-01T00:00:00Z", decision="DECLINED")
        assert told["errors"][0]["extensions"]["code"] in ("FORBIDDEN", "UNAUTHENTICATED"), role


def test_an_answer_is_rated_as_by_the_route(ask: Ask, say: Say, customer: str) -> None:
    answer = say("How much space does the chef need?")
    query = "mutation ($r: RatingInput!) { rateAnswer(rating: $r) { vote stars } }"
    rating = {"messageId": answer["message_id"], "customerId": customer, "vote": "UP", "stars": 5}
    assert ask(query, "app", r=rating)["data"]["rateAnswer"] == {"vote": "up", "stars": 5}
    assert ask(query, "app", r=rating | {"stars": 9})["errors"][0]["extensions"]["code"] == "UNFIT"
    assert ask(query, "app", r=rating | {"customerId": "x"})["errors"][0]["extensions"]["code"] == "NOT_FOUND"
    assert ask(query, "agent", r=rating)["errors"][0]["extensions"]["code"] == "FORBIDDEN"


def test_the_written_schema_is_the_one_that_is_served() -> None:
    written = (Path(__file__).parents[3] / "docs" / "schema.graphql").read_text("utf-8")
    assert written == description(), "write it again: mhc graphql > docs/schema.graphql"


def test_too_many_queries_are_told_to_wait(serving_engine: sa.Engine, tmp_path: Path, key_of: KeyOf) -> None:
    from mhc_core.settings import Settings
    from mhc_serving.app import create_app

    settings = Settings(state_dir=tmp_path, rate_limit_key="2/hour")
    client = TestClient(create_app(settings, serving_engine))  # never started: no query of these needs more
    sent = [client.post("/graphql", json={"query": "{ menu { adult } }"}, headers=key_of("reviewer")) for _ in range(3)]
    assert [one.status_code for one in sent] == [200, 200, 429]
    assert int(sent[-1].headers["Retry-After"]) > 0
    client.close()
