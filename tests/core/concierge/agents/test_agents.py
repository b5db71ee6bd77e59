"""Every part of a message reaches its agent, and tools are called with typed arguments."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, time
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from mhc_core.business import pricing
from mhc_core.concierge.agents import operations, router
from mhc_core.concierge.agents.reply import AgentContext, Question
from mhc_core.concierge.facts import updating
from mhc_core.concierge.facts.memory import Facts, Source
from mhc_core.concierge.models.live import Live
from mhc_core.concierge.tools import booking, registry
from mhc_core.concierge.tools.case import Case
from mhc_core.db.queries.bookings import Booking
from mhc_core.understanding import labelled
from mhc_core.understanding.result import PersonNeed
from mhc_core.understanding.values.resolve import resolve
from mhc_core.vocabulary import Intent

RULES = pricing.load()
TODAY = date(2026, 11, 21)  # a Saturday
NOW = datetime(2026, 11, 21, 12, tzinfo=ZoneInfo("America/Los_Angeles"))
Say = Callable[..., dict[str, Any]]


def case() -> Case:
    return Case(RULES, Facts(), NOW, "MHC-1", lambda topic: ())


def agents_for(
    line: str, before: Facts | None = None, notes: dict[str, Any] | None = None, likely: router.Known | None = None
) -> list[str]:
    """Who answers the parts of a labelled message."""
    question = asked(line, before, notes)
    return [step.agent.name for step in router.plan(question, likely or router.nothing_known)]


def asked(line: str, before: Facts | None = None, notes: dict[str, Any] | None = None) -> Question:
    """A labelled message as it reaches the router."""
    message, known = labelled.parse_line(line), before or Facts()
    read = resolve(labelled.as_understood(message), RULES, TODAY, message.context)
    facts = updating.update(RULES, known, read, message.context, Source(1, NOW))
    return Question(message.text, (), RULES, known, facts, Intent.OTHER, read, message.context, notes or {})


BOOKING = Facts(booking=True, day=date(2026, 12, 12))
SENT = Facts(booking=True, day=date(2026, 12, 12), reference="MHC-1")


@pytest.mark.parametrize(
    ("line", "before", "agents"),
    [
        ("ask/price_party: how much for [adults:10 adults], [miles:20 miles] away", None, ["quote"]),
        ("ask/travel: what is travel for [miles:45 miles]?", None, ["quote"]),
        ("inform/book: id like to book [date:dec 12]", None, ["booking"]),
        ("ask/availability: are you free on [date:december 12]?", None, ["booking"]),
        ("ask/availability: do you work on sundays?", None, ["knowledge"]),
        ("ask/policy: what is your cancellation policy", None, ["knowledge"]),
        ("ask/booking_info: How do I book?", None, ["knowledge"]),
        ("complain/complaint: the chef was rude", None, ["complaint"]),
        ("ask/complaint: when does the chef get here?", None, ["knowledge"]),
        ("complain/complaint: has a guest ever been burned? my toddlers grab everything", None, ["knowledge"]),
        ("ask/day_of: where should the chef park", None, ["operations"]),
        ("inform/allergy: need a chef [date:dec 12], my son cant have [allergen:peanuts]", None, ["booking"]),
        ("inform/undecided: I need to think about it", None, ["lead"]),
        ("ask/booking_status: is my booking confirmed?", None, ["operations"]),
        ("inform/contact_details: my new email is [email:a@b.com]", None, ["operations"]),
        ("greet: hi", None, ["courtesy"]),
        ("thank: thanks!", BOOKING, ["courtesy"]),
        ("stop: STOP || complain/complaint: leave me alone", None, ["courtesy"]),
        # two questions, or a question and facts: each has its answer, the booking comes last
        ("ask/policy: what if it rains? || ask/menu: is [dish:salmon] extra?", None, ["knowledge", "knowledge"]),
        ("ask/policy: do you bring tables? || inform/book: book us for [date:dec 12]", None, ["knowledge", "booking"]),
        (
            "complain/complaint: the rice was cold || ask/price_info: what is the deposit?",
            None,
            ["knowledge", "complaint"],
        ),
        # within a booking
        ("affirm: yes", BOOKING, ["booking"]),
        ("inform/contact_details: [phone:916-555-0191]", BOOKING, ["booking"]),
        ("ask/price_party: whats the total?", BOOKING, ["quote"]),
        ("deny: hm || inform/booking_cancel: never mind", BOOKING, ["booking"]),
        ("correct/booking_change: make it [time:7pm] instead", SENT, ["booking"]),
        ("ask/booking_change: can i change it?", SENT, ["operations"]),
        ("inform/booking_cancel: scrap my request", SENT, ["operations"]),
    ],
)
def test_each_part_of_a_message_reaches_its_agent(line: str, before: Facts | None, agents: list[str]) -> None:
    assert agents_for(line, before) == agents


def likely(text: str) -> tuple[str, float]:
    """What an article likely answers."""
    articles = {"tip": "Tipping", "rain": "Rain", "late": "Arrival"}
    found = {title for word, title in articles.items() if word in text}
    return (found.pop(), 0.6) if len(found) == 1 else ("", 0.1)


@pytest.mark.parametrize(
    ("line", "before", "agents"),
    [
        ("ask/day_of: does the chef come late", None, ["knowledge"]),
        ("inform/book: we might have rain", None, ["knowledge"]),
        ("ask/price_party: what about a tip", None, ["knowledge"]),
        # what can be worked out, books a day or belongs to an open booking stays where it was
        ("ask/price_party: [adults:12 adults] with tip", None, ["quote"]),
        ("inform/book: book [date:dec 12] for [adults:12 adults], no rain please", None, ["booking"]),
        ("ask/price_party: what about a tip", BOOKING, ["quote"]),
        ("complain/complaint: the chef was late", None, ["complaint"]),
        # two things asked in one go
        ("ask/price_info: is tip included and what if there is rain", None, ["knowledge", "knowledge"]),
        # a day or guests that nothing answers are the wish for a party
        ("ask/availability: [occasion:valentines] with [guests:six couples], do you work?", None, ["booking"]),
        ("ask/other: six couples at ours, do you play jazz", None, ["knowledge"]),
    ],
)
def test_a_question_that_an_article_likely_answers_goes_to_the_knowledge(
    line: str, before: Facts | None, agents: list[str]
) -> None:
    assert agents_for(line, before, likely=likely) == agents


@pytest.mark.parametrize(
    ("line", "reason", "probability", "overruled"),
    [
        ("ask/price_info: is a tip cheaper on fridays", "discount outside the policy", 0.5, True),
        ("ask/price_info: is a tip cheaper on fridays", "discount outside the policy", 0.95, False),
        ("ask/price_info: is it cheaper on fridays", "discount outside the policy", 0.5, False),
        ("complain/complaint: the chef was late", "angry customer", 0.5, False),
        ("ask/allergy: is the rain safe", "severe allergy", 0.5, False),
        # who tells of a party to come has nothing to complain of yet
        ("inform/book: egg upsets my tummy, [date:jan 14] for [guests:ten of us]", "illness after an event", 0.5, True),
        ("inform/book: egg upsets my tummy, [date:jan 14] for [guests:ten]", "illness after an event", 0.9, False),
        ("inform/complaint: the egg upset us all on [date:nov 14]", "illness after an event", 0.5, False),
    ],
)
def test_a_doubted_need_for_a_person_yields_to_a_likely_answer_and_safety_never_does(
    line: str, reason: str, probability: float, overruled: bool
) -> None:
    question = asked(line)
    assert question.understood is not None
    read = replace(question.understood, person=PersonNeed(reason, probability))
    assert router.overruled(replace(question, understood=read), reason, likely) is overruled


def test_an_answer_to_a_quote_is_the_quotes_unless_it_wants_to_book() -> None:
    quoting = {"agent": "quote"}
    assert agents_for("inform/book: [adults:16 adults]", None, quoting) == ["quote"]
    assert agents_for("inform/book: lets do it on [date:dec 12]", None, quoting) == ["booking"]


@pytest.mark.parametrize(
    ("status", "line", "says", "offers"),
    [
        ("requested", "ask/booking_status: did you get my booking?", "waits for their confirmation", False),
        ("confirmed", "ask/booking_status: am i booked?", "has confirmed your party on Saturday, December 12", False),
        ("declined", "ask/booking_status: am i booked?", "could not take", False),
        ("withdrawn", "ask/booking_status: am i booked?", "was taken back", False),
        ("requested", "inform/booking_cancel: scrap it", "taken back your request", False),
        ("confirmed", "inform/booking_cancel: we cant make it", "$90 of a deposit of $100", True),
        ("confirmed", "ask/booking_change: can we change it?", "a person changes it", True),
        ("requested", "ask/booking_change: can we change it?", "tell me what to change", False),
    ],
)
def test_a_request_is_told_changed_and_taken_back_by_its_state(status: str, line: str, says: str, offers: bool) -> None:
    found = Booking(uuid4(), uuid4(), status, date(2026, 12, 12), time(18), 10, 0, 0, None, {}, NOW, NOW)
    message = labelled.parse_line(line)
    read = labelled.as_understood(message)
    question = Question(message.text, (), RULES, SENT, SENT, Intent.ACCOUNT, read)
    around = AgentContext(Live(), Case(RULES, SENT, NOW, "MHC-1", lambda topic: (), lambda: found), 0.5, "c")
    given = operations.AGENT.reply(question, around)
    assert says in given.text
    assert bool(given.notes.get("offered_person")) is offers
    assert (given.withdraws == found.id) is ("taken back your request" in says)


def test_without_a_reader_the_knowledge_answers() -> None:
    question = Question("id like to book", (), RULES, Facts(), Facts())
    assert [step.agent.name for step in router.plan(question)] == ["knowledge"]


def test_every_agent_names_tools_that_exist_and_a_temperature() -> None:
    found = {agent.name: agent for agent in router.AGENTS}
    assert {"knowledge", "booking", "complaint", "lead", "operations", "quote", "courtesy"} <= set(found)
    assert (found["knowledge"].temperature, found["booking"].temperature, found["complaint"].temperature) == (
        0.3, 0.5, 0.7,
    )  # fmt: skip
    assert all(tool in registry.TOOLS for agent in found.values() for tool in agent.tools)


def test_a_second_complaint_goes_to_a_person_and_the_first_promises_nothing(say: Say) -> None:
    first = say("complain/complaint: the steak was cold and dry at our party")
    assert "sorry" in first["answer"]
    assert "$" not in first["answer"]
    assert not first["escalated"]
    assert say("complain/complaint: and the rice was burnt too, bad quality")["escalated"]


def test_an_undecided_customer_is_not_pressed(say: Say) -> None:
    say("ask/price_party: how much for [adults:8 adults] and [children:4 children], [miles:45 miles] away?")
    given = say("inform/undecided: hm thats a bit pricey, let me think about it")
    assert "$590" in given["answer"]
    assert "take" in given["answer"] or "understand" in given["answer"]


def test_operations_confirms_nothing_and_says_what_is_needed(say: Say) -> None:
    given = say("ask/booking_status: is my booking for [date:december 12] confirmed?")
    assert "cannot confirm" in given["answer"]
    assert "name the party is booked under" in given["answer"]
    assert say("affirm: yes please")["escalated"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"adults": 8, "children": 4, "miles": 45}, "Total: $590"),
        ({"adults": 6, "miles": 10}, "Total: $550"),
        ({"adults": 9, "miles": 60}, "Total: $610"),
        ({"adults": 9, "miles": 600}, "not served"),
        ({"adults": -1}, "do not fit"),
        ({"adults": 9, "discount": 50}, "do not fit"),
        ({"adults": 9, "upgrades": [{"name": "caviar", "count": 2}]}, "no such upgrade"),
    ],
)
def test_the_quote_tool(arguments: dict[str, Any], says: str) -> None:
    assert says in registry.use(case(), "quote", arguments)


def test_the_other_tools() -> None:
    now = case()
    assert "$30" in registry.use(now, "travel_fee", {"miles": 45})
    plan = {"guests": 10, "proteins": [{"name": "chicken", "count": 18}, {"name": "lobster tail", "count": 4}]}
    assert "On top of the guests' price: $80" in registry.use(now, "protein_plan", plan)
    assert "not on the menu" in registry.use(
        now, "protein_plan", {"guests": 2, "proteins": [{"name": "pork", "count": 1}]}
    )
    assert "no reason" in registry.use(now, "hand_over", {"reason": "because"})
    assert now.escalation is None
    registry.use(now, "hand_over", {"reason": "request for a person"})
    assert now.escalation == "request for a person"
    late = {"day": "2026-11-22", "starts": "18:00", "adults": 10, "address": "1 Oak St"}
    assert "48 hours" in registry.use(now, "booking_request", late)
    assert now.booking is None
    registry.use(now, "booking_request", late | {"day": "2026-12-12"})
    assert now.booking is not None
    assert len(now.calls) == 4


def test_tools_are_offered_with_a_closed_schema_and_do_the_same() -> None:
    tool = registry.offered(case(), ("quote",))[0]
    assert tool.parameters["additionalProperties"] is False
    assert "Total: $550" in tool.call({"adults": 6, "miles": 10})


def test_a_weekend_within_the_lead_is_cautioned() -> None:
    assert booking.caution(RULES, Facts(day=date(2026, 11, 22)), NOW) is not None
    assert booking.caution(RULES, Facts(day=date(2026, 12, 12)), NOW) is None
    assert booking.caution(RULES, Facts(day=date(2026, 11, 24)), NOW) is None
