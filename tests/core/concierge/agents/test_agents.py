"""Every kind of message reaches its agent, tools are called with typed arguments, and dates are read as meant."""

from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from mhc_core.business import pricing
from mhc_core.concierge.agents import router
from mhc_core.concierge.agents.reply import Question
from mhc_core.concierge.facts import dates, memory
from mhc_core.concierge.facts.memory import Facts
from mhc_core.concierge.tools import booking, registry
from mhc_core.concierge.tools.case import Case
from mhc_core.language import intents

RULES = pricing.load()
TODAY = date(2026, 11, 21)  # a Saturday
NOW = datetime(2026, 11, 21, 12, tzinfo=ZoneInfo("America/Los_Angeles"))
Say = Callable[..., dict[str, Any]]


def case() -> Case:
    return Case(RULES, Facts(), NOW, "MHC-1", lambda topic: ())


def agent_for(message: str) -> str:
    facts = memory.update(RULES, Facts(), message, frozenset(), TODAY)
    question = Question(message, (), RULES, Facts(), facts, intents.tag(message))
    return router.route(question, router.claimed(question))[0].name


@pytest.mark.parametrize(
    ("message", "agent"),
    [
        ("how much for 10 adults 20 miles away", "quote"),
        ("id like to book dec 12", "booking"),
        ("are you available on december 12?", "booking"),
        ("what is your cancellation policy", "knowledge"),
        ("How do I book?", "knowledge"),
        ("the chef was rude and the chicken was cold", "complaint"),
        ("I need to think about it and check with my husband", "lead"),
        ("is my booking for december 12 confirmed?", "operations"),
        ("please update my email address on my account", "operations"),
        ("the gate code is 1234, where should the chef park", "operations"),
    ],
)
def test_a_message_reaches_its_agent(message: str, agent: str) -> None:
    assert agent_for(message) == agent


def test_every_agent_names_tools_that_exist_and_a_temperature() -> None:
    found = {agent.name: agent for agent in router.AGENTS}
    assert {"knowledge", "booking", "complaint", "lead", "operations", "quote"} <= set(found)
    assert (found["knowledge"].temperature, found["booking"].temperature, found["complaint"].temperature) == (
        0.3, 0.5, 0.7,
    )  # fmt: skip
    assert all(tool in registry.TOOLS for agent in found.values() for tool in agent.tools)


def test_a_second_complaint_goes_to_a_person_and_the_first_promises_nothing(say: Say) -> None:
    first = say("the steak was cold and dry at our party")
    assert "sorry" in first["answer"]
    assert "$" not in first["answer"]
    assert not first["escalated"]
    assert say("and the rice was burnt too, bad quality")["escalated"]


def test_an_undecided_customer_is_not_pressed(say: Say) -> None:
    say("how much for 8 adults and 4 children, 45 miles away?")
    given = say("hm thats a bit pricey, let me think about it")
    assert "$590" in given["answer"]
    assert "take" in given["answer"] or "understand" in given["answer"]


def test_operations_confirms_nothing_and_says_what_is_needed(say: Say) -> None:
    given = say("is my booking for december 12 confirmed?")
    assert "cannot see bookings" in given["answer"]
    assert "name the party is booked under" in given["answer"]
    assert say("yes please")["escalated"]


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


@pytest.mark.parametrize(
    ("text", "day", "starts"),
    [
        ("next saturday at 6", date(2026, 11, 28), time(18)),
        ("this saterday 6:30pm", TODAY, time(18, 30)),
        ("dec 5 12 people", date(2026, 12, 5), None),
        ("decmber 19th around noon", date(2026, 12, 19), time(12)),
        ("12/5/26 for 10 people", date(2026, 12, 5), None),
        ("oct 3", date(2026, 10, 3), None),
        ("july 4", date(2027, 7, 4), None),
        ("may 5 people come", None, None),
        ("in 3 weeks, from 6 to 8 pm", date(2026, 12, 12), time(18)),
        ("the 14th", date(2026, 12, 14), None),
    ],
)
def test_days_and_times(text: str, day: date | None, starts: time | None) -> None:
    when, _ = dates.read(text, TODAY)
    assert (when.day, when.starts) == (day, starts)


def test_facts_come_back_as_they_were_stored_and_changes_are_counted() -> None:
    facts = Facts()
    for message in ("10 adults and 2 kids on dec 12 at 6pm", "2 more adults", "one is allergic to shellfish"):
        facts = memory.update(RULES, facts, message, frozenset(), TODAY)
    assert (facts.party.adults, facts.party.children) == (12, 2)
    assert memory.load(memory.dump(facts)) == facts
    assert memory.load({"party": "of another age"}) == Facts()


def test_a_weekend_within_the_lead_is_cautioned() -> None:
    assert booking.caution(RULES, Facts(day=date(2026, 11, 22)), NOW) is not None
    assert booking.caution(RULES, Facts(day=date(2026, 12, 12)), NOW) is None
    assert booking.caution(RULES, Facts(day=date(2026, 11, 24)), NOW) is None
