"""Bookings in chat, as customers write them: collected over several turns, checked, sent once they agree, kept raw."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient

from mhc_core.db.tables import booking_requests, conversations
from mhc_core.settings import Settings
from mhc_serving.app import create_app

SATURDAY_NOON = datetime(2026, 11, 21, 20, tzinfo=UTC)  # noon in California

Talk = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def on_saturday(serving_engine: sa.Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    settings = Settings(state_dir=tmp_path_factory.mktemp("state"))
    with TestClient(create_app(settings, serving_engine, clock=lambda: SATURDAY_NOON)) as client:
        yield client


@pytest.fixture
def talk(on_saturday: TestClient, customer: str) -> Talk:
    """Sends messages one after the other; the last answer."""
    running: dict[str, str] = {}

    def call(*messages: str) -> dict[str, Any]:
        for message in messages:
            body = {"message": message, "customer_id": customer, "channel": "web", **running}
            response = on_saturday.post("/api/v1/chat", json=body)
            assert response.status_code == 200, response.text
            running["conversation_id"] = response.json()["conversation_id"]
        given: dict[str, Any] = response.json()
        return given

    return call


def request_of(engine: sa.Engine, given: dict[str, Any]) -> Any:
    with engine.connect() as connection:
        return connection.execute(
            sa.select(booking_requests).where(booking_requests.c.conversation_id == UUID(given["conversation_id"]))
        ).one_or_none()


def facts_of(engine: sa.Engine, given: dict[str, Any]) -> dict[str, Any]:
    with engine.connect() as connection:
        facts: dict[str, Any] = connection.scalar(
            sa.select(conversations.c.facts).where(conversations.c.id == UUID(given["conversation_id"]))
        )
    return facts


STEP_BY_STEP = (
    "hi! id like to book hibachi for my sons bday",
    "dec 12 at 6pm",
    "8 adluts and 4 kids",
    "123 Oak Street, Folsom 95630, about 45 miles",
    "12 chiken and 12 steak",
)


def test_a_booking_is_collected_over_several_turns_and_stored_once_agreed(
    talk: Talk, serving_engine: sa.Engine
) -> None:
    first = talk(STEP_BY_STEP[0])
    assert "cannot see the calendar" in first["answer"]
    assert "the date and the start time" in first["answer"]
    assert "how many guests" in talk(STEP_BY_STEP[1])["answer"]
    assert "address" in talk(STEP_BY_STEP[2])["answer"]
    assert "Total: $590" in talk(STEP_BY_STEP[3])["answer"]
    last = talk(STEP_BY_STEP[4])
    assert "Saturday, December 12, 2026 at 6 pm" in last["answer"]
    assert "Shall I send" in last["answer"]
    assert request_of(serving_engine, last) is None
    sent = talk("yes please")
    assert "not a booking yet" in sent["answer"]
    assert not sent["escalated"]
    row = request_of(serving_engine, sent)
    assert (row.status, row.event_on, row.starts_at) == ("requested", date(2026, 12, 12), time(18))
    assert (row.adults, row.children, row.total_usd) == (8, 4, Decimal(590))
    assert row.details["address"] == "123 Oak Street, Folsom 95630"
    assert row.details["proteins"] == {"chicken": 12, "NY strip steak": 12}


def test_all_in_one_message_is_asked_for_nothing_but_the_agreement(talk: Talk) -> None:
    given = talk(
        "I want to book for 10 adults, no kids, on 12/19 at 5:30, chicken and shrimp for everyone, "
        "at 88 Maple Ave, Davis 95616, 20 miles. my name is Ana Ruiz"
    )
    assert "Shall I send" in given["answer"]
    assert "Saturday, December 19, 2026 at 5:30 pm" in given["answer"]
    assert "Total: $550" in given["answer"]


def test_what_was_told_before_is_never_asked_again(talk: Talk) -> None:
    talk("how much for 8 adults and 4 kids, 45 miles away?")
    given = talk("ok lets book it for december 12th at 6 pm")
    assert "how many guests" not in given["answer"]
    assert "miles" not in given["answer"].split("Please tell me")[-1]
    assert "address" in given["answer"]


@pytest.mark.parametrize(
    ("message", "says"),
    [
        ("i want to book for nov 1 at 5pm", "has already passed"),
        ("can you book us for tomorrow at noon", "at least 48 hours"),
        ("please book feb 30 at 6pm", "There is no feb 30"),
        ("we'd like to book december 12 at 6pm, we are 10 adults and 250 miles away", "person"),
    ],
)
def test_a_wish_that_can_not_be_is_told_so(talk: Talk, message: str, says: str, serving_engine: sa.Engine) -> None:
    given = talk(message)
    assert says in given["answer"]
    assert "{" not in given["answer"]
    assert "Shall I send" not in given["answer"]
    assert request_of(serving_engine, given) is None


def test_a_corrected_date_is_taken(talk: Talk) -> None:
    given = talk("i want to book for nov 1 at 5pm", "oh sorry, dec 1")
    assert "Tuesday, December 1, 2026" in given["answer"]
    assert "how many guests" in given["answer"]


def test_next_saturday_is_said_back_with_its_date(talk: Talk) -> None:
    given = talk("Can I book next saterday at 6?")
    assert "Saturday, November 28, 2026" in given["answer"]
    assert "6 pm" in given["answer"]


def test_a_correction_replaces_the_number_and_asks_only_for_the_ages(talk: Talk, serving_engine: sa.Engine) -> None:
    given = talk(*STEP_BY_STEP, "actually 14 of us")
    assert "how many of your guests are 13 or older" in given["answer"]
    assert "address" not in given["answer"].split("Please tell me")[-1]
    given = talk("10 adults 4 kids")
    assert "10 adults and 4 children" in given["answer"]
    assert facts_of(serving_engine, given)["party"]["adults"] == 10


def test_a_request_can_be_changed_after_it_was_sent(talk: Talk, serving_engine: sa.Engine) -> None:
    talk(*STEP_BY_STEP, "yes")
    given = talk("we have 2 more adults")
    assert "send the change" in given["answer"]
    row = request_of(serving_engine, talk("yes"))
    assert (row.adults, row.total_usd) == (10, Decimal(700))


def test_a_question_between_is_answered_and_the_booking_goes_on(talk: Talk) -> None:
    given = talk(*STEP_BY_STEP[:2], "do we get a refund if we cancel 10 days before?")
    assert given["citations"][0]["id"] == "KB-042"
    assert "I still need how many guests" in given["answer"]
    assert "address" in talk("8 adults, no kids")["answer"]


def test_a_party_of_thirty_goes_to_a_person(talk: Talk, serving_engine: sa.Engine) -> None:
    given = talk(*STEP_BY_STEP[:2], "34 adults")
    assert given["escalated"]
    assert request_of(serving_engine, given) is None


def test_a_booking_that_is_given_up_sends_nothing(talk: Talk, serving_engine: sa.Engine) -> None:
    given = talk(*STEP_BY_STEP, "never mind")
    assert "Nothing was sent" in given["answer"]
    assert request_of(serving_engine, given) is None


def test_undecided_proteins_are_no_obstacle(talk: Talk, serving_engine: sa.Engine) -> None:
    given = talk(*STEP_BY_STEP[:4], "not sure yet")
    assert "to be decided" in given["answer"]
    assert request_of(serving_engine, talk("looks good")) is not None


def test_allergies_are_kept_for_the_team(talk: Talk, serving_engine: sa.Engine) -> None:
    given = talk("i want to book dec 12 6pm for 12 adults no kids, my aunt is allergic to eggs")
    assert facts_of(serving_engine, given)["allergies"] == ["eggs"]


@pytest.mark.parametrize(
    "question", ["How do I book?", "how far ahead do we need to book?", "is my booking confirmed?"]
)
def test_a_question_about_booking_starts_no_request(talk: Talk, serving_engine: sa.Engine, question: str) -> None:
    assert "booking" not in facts_of(serving_engine, talk(question))


def test_a_holiday_close_by_is_said_to_be_busy(talk: Talk) -> None:
    given = talk("I'd like to book Thursday, November 26 at 6pm")
    assert "That is Thanksgiving Day, and holidays are usually booked 1 to 2 weeks ahead" in given["answer"]
    assert "booked 1 to 2 weeks" not in talk("make it December 10")["answer"]
