"""Bookings in chat as a state: facts in any order, questions in the middle, and a yes that confirms what was asked."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from fakes.understanding import Labelled
from fastapi.testclient import TestClient

from mhc_core.business import pricing
from mhc_core.concierge.turn import understanding
from mhc_core.db.queries.serving import StoredTurn
from mhc_core.db.tables import booking_requests, conversations
from mhc_core.settings import Settings
from mhc_jobs.bench.understanding.policies import Talk
from mhc_serving.app import create_app

RULES = pricing.load()


class Dialogue:
    """Says labelled messages one after the other to a concierge without a server, on Monday, November 30, 2026."""

    def __init__(self) -> None:
        self.reader = Labelled()
        self.talk = Talk(RULES, self.reader, "test")
        self.notes: dict[str, Any] = {}

    def __call__(self, *lines: str) -> str:
        for line in lines:
            given = self.talk.say(self.reader.learn(line))
        self.notes = dict(given.notes)
        return given.text


@pytest.fixture
def tell() -> Dialogue:
    return Dialogue()


STEP_BY_STEP = (
    "greet: hi! || inform/book: id like to book hibachi for my sons [occasion:bday]",
    "@date+time inform/book: [date:dec 12] at [time:6pm]",
    "@guests inform/book: [adults:8 adults] and [children:4 kids]",
    "@ages inform/book: [age:7] [age:8] [age:9] and [age:12]",
    "@address inform/book: [address:123 Oak Street], [city:Folsom] [zip:95630], about [miles:45 miles]",
    "@proteins inform/book: [count:12] [dish:chicken] and [count:12] [dish:steak]",
    "@name inform/book: [name:Tom Carver] [phone:916-555-0191]",
)
ALL_AT_ONCE = (
    "inform/book: I want to book for [adults:10 adults], [children:no kids], on [date:12/19] at [time:5:30], "
    "[dish:chicken] and [dish:shrimp] for [count:everyone], at [address:88 Maple Ave], [city:Davis], [miles:20 miles]. "
    "my name is [name:Ana Ruiz], [email:ana@example.com]"
)


def test_a_request_that_stays_in_doubt_goes_to_a_person_and_once_only(tell: Dialogue) -> None:
    guests = "@guests inform/book: Rob, [adults:Uncle Gus], me and the two Petersons, [children:no kids]"
    assert "how many guests" in tell(*STEP_BY_STEP[:2], guests)
    text = tell(guests, *STEP_BY_STEP[4:])
    assert "a person of our team goes through it" in text.replace("\n", " ")
    assert tell.talk.sent is None
    assert tell.talk.person
    assert "Shall I send this request" in tell("ask/book: can you send it now?")
    assert "is with our team" in tell("@confirm affirm: yes, send it")


def test_a_count_told_again_in_plain_words_is_certain(tell: Dialogue) -> None:
    tell(*STEP_BY_STEP[:2], "@guests inform/book: Rob, [adults:Uncle Gus] and the two Petersons, [children:no kids]")
    assert tell.notes["missing"] == ["guests"]
    tell("@guests inform/book: [adults:10 adults] and [children:no kids]")
    assert tell.notes["missing"] == ["address"]


def test_one_thing_is_asked_at_a_time_and_nothing_twice(tell: Dialogue) -> None:
    asked = []
    for line in STEP_BY_STEP:
        tell(line)
        asked.append(tell.notes.get("missing", []))
    assert asked == [["date", "time"], ["guests"], ["ages"], ["address"], ["proteins"], ["name"], []]
    assert tell.notes["confirm"]


def test_the_questions_name_what_they_ask_for(tell: Dialogue) -> None:
    nouns = ("the date", "how many guests", "the ages", "the address", "which proteins", "your name", "Shall I send")
    assert [noun for line, noun in zip(STEP_BY_STEP, nouns, strict=True) if noun not in tell(line)] == []


def test_all_in_one_message_is_asked_for_nothing_but_the_agreement(tell: Dialogue) -> None:
    text = tell(ALL_AT_ONCE)
    assert "Saturday, December 19, 2026 at 5:30 pm" in text
    assert "Total: $550" in text
    assert text.endswith("Shall I send this request to our team? Just say yes, or tell me what to change.")


def test_a_yes_sends_what_was_summed_up_and_nothing_else_does(tell: Dialogue) -> None:
    tell("affirm: yes", *STEP_BY_STEP[:2], "affirm: yes")
    assert tell.talk.sent is None
    tell(*STEP_BY_STEP[2:])
    assert "not a booking yet" in tell("@confirm affirm: sí, mándala")
    assert tell.talk.sent is not None


def test_a_yes_with_a_change_is_summed_up_again(tell: Dialogue) -> None:
    text = tell(ALL_AT_ONCE, "@confirm affirm: yes but || correct/book: start at [time:7]")
    assert "at 7 pm" in text
    assert "Shall I send" in text
    assert tell.talk.sent is None


@pytest.mark.parametrize(
    "line",
    [
        "@confirm affirm: yes but with more sauce please",
        "@confirm affirm: yes for 14",
        "@confirm correct/book: push it back an hour",
        "@confirm add/book: and the other thing we talked about",
    ],
)
def test_a_change_that_was_not_understood_is_asked_about_and_never_sent(tell: Dialogue, line: str) -> None:
    assert "not sure what to change" in tell(ALL_AT_ONCE, line)
    tell("affirm: yes")
    assert tell.talk.sent is None  # a yes to that question confirms no summary
    tell("@confirm affirm: yes")
    assert tell.talk.sent is not None


def test_a_no_asks_what_to_change_and_a_second_one_leaves_it(tell: Dialogue) -> None:
    assert "What would you like to change?" in tell(ALL_AT_ONCE, "@confirm deny: no")
    assert "Shall I send" in tell("@confirm add/book: add [count:2] [dish:gyoza]")
    tell("@confirm deny: no")
    assert "nothing is sent" in tell("@confirm deny: no")
    assert tell.talk.sent is None


def test_a_name_and_a_number_after_the_summary_are_taken(tell: Dialogue) -> None:
    text = tell(ALL_AT_ONCE, "@confirm inform/book: [name:Tom Carver] [phone:916-555-0191]")
    assert "Tom Carver" in text
    assert tell.notes["confirm"]


def test_what_is_the_total_is_answered_and_the_agreement_asked_again(tell: Dialogue) -> None:
    text = tell(ALL_AT_ONCE, "@confirm ask/price_party: whats the total?")
    assert "Total: $550" in text
    assert text.endswith("Shall I send this request to our team?")
    assert "not a booking yet" in tell("@confirm affirm: ok send it")


def test_a_question_in_the_middle_is_answered_and_the_booking_goes_on(tell: Dialogue) -> None:
    text = tell(*STEP_BY_STEP[:4], "@address ask/policy: how much space do you need btw?")
    assert "Please tell me the address" in text
    assert tell.notes["missing"] == ["address"]
    assert tell.talk.facts.questions == ("how much space do you need btw?",)  # nobody knew: the team sees it


def test_two_questions_of_one_message_are_both_answered(tell: Dialogue) -> None:
    text = tell("ask/price_party: how much for [adults:12 adults]? || ask/policy: and do you bring tables?")
    assert "Total without travel: $660" in text
    assert "I do not know that." in text


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("inform/book: book us for [date:nov 2] at [time:5pm]", "has already passed"),
        ("inform/book: book us for [date:tomorrow] at [time:noon]", "at least 48 hours"),
        ("inform/book: book us for [date:feb 30] at [time:6pm]", "February"),
        ("inform/book: book us for [date:Friday December 12th]", "is a Saturday"),
        ("inform/book: [adults:10 adults], [miles:250 miles] away", "further than we travel"),
        ("inform/book: book [date:dec 20] at [time:3am]", "did you mean 3 pm"),
    ],
)
def test_a_wish_that_can_not_be_is_told_so(tell: Dialogue, line: str, says: str) -> None:
    assert says in tell(line)
    assert not tell.notes.get("confirm")


def test_a_request_that_is_not_sent_is_not_said_to_be(tell: Dialogue) -> None:
    text = tell(*STEP_BY_STEP[:2], "ask/booking_status: did you get my booking?")
    assert "not sent" in text
    assert tell.notes["missing"] == ["guests"]


def test_who_cannot_be_understood_gets_an_example_and_then_a_person(tell: Dialogue) -> None:
    tell("inform/book: book us please")
    assert "such as “December 12”" in tell("@date+time inform/book: the usual")
    tell("@date+time inform/book: the usual")
    assert "person of our team" in tell("@date+time inform/book: the usual")
    tell("@date+time+person affirm: yes")
    assert tell.talk.person


def test_too_soon_is_no_dead_end(tell: Dialogue) -> None:
    tell("inform/book: book us for [date:tomorrow] at [time:noon]")
    tell("@date+person affirm: yes please")
    assert tell.talk.person
    other = Dialogue()
    other("inform/book: book us for [date:tomorrow] at [time:noon]", "@date+person inform/book: then [date:dec 12]")
    assert other.notes["missing"] == ["guests"]


def test_a_transcript_that_a_client_keeps_itself_is_enough(tell: Dialogue) -> None:
    for line in (*STEP_BY_STEP, "@confirm affirm: yes please"):
        tell.talk.turns = [StoredTurn(turn.role, turn.content, {}) for turn in tell.talk.turns]  # as it is sent to us
        tell.talk.facts = understanding.recall(RULES, tell.reader, tell.talk.turns, date(2026, 11, 30), SATURDAY_NOON)
        tell(line)
    assert tell.talk.sent is not None
    assert tell.talk.sent.party.children == 4


def test_who_does_not_want_to_give_a_name_can_book(tell: Dialogue) -> None:
    tell(*STEP_BY_STEP[:6], "@name deny: rather not say")
    assert tell.notes["missing"] == ["contact"]
    assert "Shall I send" in tell("@contact deny: no need")


def test_never_mind_ends_it_and_an_undecided_customer_is_not_pressed(tell: Dialogue) -> None:
    text = tell(*STEP_BY_STEP[:3], "@ages inform/undecided: let me talk to my husband first")
    assert "take your time" in text
    assert "Please tell me" not in text
    assert "Nothing was sent" in tell("deny: hm || inform/booking_cancel: never mind all of it")


def test_a_party_that_grew_reaches_a_person_once_and_goes_on_with_what_staff_said(tell: Dialogue) -> None:
    tell(*STEP_BY_STEP[:6], "add/book: [adults:20 more adults]")
    assert tell.talk.person
    tell.talk.person = False
    tell.talk.staff(tell.reader.learn("inform/book: 32 is fine if you start at [time:5pm]"))
    text = tell("affirm: ok great")
    assert not tell.talk.person
    assert tell.notes["missing"] == ["name"]
    assert tell.talk.facts.starts == time(17)
    assert "5 pm" in text


def test_a_distance_to_look_at_reaches_a_person_and_one_out_of_reach_does_not(tell: Dialogue) -> None:
    tell("inform/book: book [date:dec 12] [time:6pm], [adults:10 adults], its [miles:160 miles]")
    assert tell.talk.person


# --- stored, changed, taken back -------------------------------------------------------------------------------------
SATURDAY_NOON = datetime(2026, 11, 21, 20, tzinfo=UTC)  # noon in California


@pytest.fixture(scope="module")
def on_saturday(serving_engine: sa.Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    settings = Settings(state_dir=tmp_path_factory.mktemp("state"))
    with TestClient(create_app(settings, serving_engine, clock=lambda: SATURDAY_NOON)) as client:
        yield client


@pytest.fixture
def talk(on_saturday: TestClient, customer: str, reader: Labelled) -> Callable[..., dict[str, Any]]:
    """Sends messages of a customer, one after the other; the last answer."""
    running: dict[str, dict[str, str]] = {}

    def call(*lines: str, by: str = customer) -> dict[str, Any]:
        for line in lines:
            body = {"message": reader.learn(line), "customer_id": by, "channel": "web", **running.get(by, {})}
            response = on_saturday.post("/api/v1/chat", json=body)
            assert response.status_code == 200, response.text
            running[by] = {"conversation_id": response.json()["conversation_id"]}
        given: dict[str, Any] = response.json()
        return given

    return call


def request_of(engine: sa.Engine, given: dict[str, Any]) -> Any:
    with engine.connect() as connection:
        return connection.execute(
            sa.select(booking_requests).where(booking_requests.c.conversation_id == UUID(given["conversation_id"]))
        ).one_or_none()


def test_a_request_is_stored_once_agreed_then_changed_and_taken_back(
    talk: Callable[..., dict[str, Any]], serving_engine: sa.Engine
) -> None:
    assert request_of(serving_engine, talk(*STEP_BY_STEP)) is None
    row = request_of(serving_engine, talk("@confirm affirm: yes please"))
    assert (row.status, row.event_on, row.starts_at) == ("requested", date(2026, 12, 12), time(18))
    assert (row.adults, row.children, row.total_usd) == (8, 4, Decimal(590))
    assert row.details["address"] == "123 Oak Street"
    assert row.details["proteins"] == {"chicken": 12, "NY strip steak": 12}
    assert row.details["sources"]["starts"]["message"] == 2

    assert "send the change" in talk("correct/booking_change: make it [time:7] instead")["answer"]
    assert request_of(serving_engine, talk("@confirm affirm: yep")).starts_at == time(19)

    assert "is with our team" in talk("ask/booking_status: did you get my booking?")["answer"]
    given = talk("inform/booking_cancel: scrap my request please")
    assert "taken back" in given["answer"]
    assert request_of(serving_engine, given).status == "withdrawn"
    assert "nothing is booked" in talk("ask/booking_status: is my booking confirmed?")["answer"]


def test_the_state_of_a_request_is_told_to_its_customer_only(
    talk: Callable[..., dict[str, Any]], on_saturday: TestClient, customer: str
) -> None:
    talk(ALL_AT_ONCE, "@confirm affirm: yes")
    status = talk("ask/booking_status: did you get my booking?", by=f"{customer}-other")
    assert "December 19" not in status["answer"]
    body = {"message": "did you get my booking?", "customer_id": customer, "channel": "sms"}
    assert "December 19" in on_saturday.post("/api/v1/chat", json=body).json()["answer"]  # in another conversation


def test_a_question_about_booking_starts_no_request(
    talk: Callable[..., dict[str, Any]], serving_engine: sa.Engine
) -> None:
    given = talk("ask/booking_info: how far ahead do we need to book?")
    with serving_engine.connect() as connection:
        facts: dict[str, Any] = connection.scalar(
            sa.select(conversations.c.facts).where(conversations.c.id == UUID(given["conversation_id"]))
        )
    assert "booking" not in facts
