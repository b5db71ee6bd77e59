"""Questions about tiers reach their agent, which tells the customer what is theirs and anybody else the rules."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from mhc_core.business import pricing
from mhc_core.concierge.agents import loyalty, router
from mhc_core.concierge.agents.reply import AgentContext, Question
from mhc_core.concierge.facts.memory import Facts
from mhc_core.concierge.models.live import Live
from mhc_core.concierge.tools.case import Case
from mhc_core.understanding import labelled
from mhc_core.understanding.result import DialogueContext

RULES = pricing.load()
NOW = datetime(2026, 11, 21, 20, tzinfo=UTC)
ASKED = "ask/booking_info: how many bookings until I get silver?"
PRICE = "ask/price_info: what is it per person?"


def known(text: str) -> tuple[str, float]:
    assert RULES.loyalty
    return (RULES.loyalty.article, 0.8) if "silver" in text else ("Prices per person", 0.6)


def question(line: str, facts: Facts | None = None) -> Question:
    message = labelled.parse_line(line)
    read = labelled.as_understood(message)
    before = facts or Facts()
    return Question(message.text, (), RULES, before, before, understood=read, context=DialogueContext())


def agents(line: str, facts: Facts | None = None) -> list[str]:
    return [step.agent.name for step in router.plan(question(line, facts), known)]


def told(completed: int | None, rules: pricing.Business = RULES) -> str:
    case = Case(rules, Facts(), NOW, "MHC-1", lambda topic: (), completed=lambda: completed)
    around = AgentContext(Live(), case, 0.5, "somebody")
    return loyalty.reply(replace(question(ASKED), business=rules), around).text


def test_what_the_article_answers_is_the_agents_and_the_rest_stays() -> None:
    assert agents(ASKED) == ["loyalty"]
    assert sorted(agents(f"{ASKED} || {PRICE}")) == ["knowledge", "loyalty"]
    assert agents(PRICE) == ["knowledge"]
    assert "loyalty" in agents(ASKED, Facts(booking=True))
    assert agents("complain/complaint: still not silver, this is a joke") == ["complaint"]


def test_without_understanding_it_is_found_too() -> None:
    plain = replace(question(ASKED), understood=None)
    assert [step.agent.name for step in router.plan(plain, known)] == ["loyalty"]


@pytest.mark.parametrize(
    ("completed", "says"),
    [
        (1, ["one completed booking,", "you are Bronze: 5 % off", "Three more bookings until Silver: 10 % off"]),
        (3, ["One more booking until Silver"]),
        (4, ["you are Silver", "Six more bookings until Gold: 15 % off your next party, VIP treatment"]),
        (12, ["12 completed bookings", "you are Gold", "highest tier"]),
    ],
)
def test_a_customer_is_told_where_they_stand(completed: int, says: list[str]) -> None:
    text = told(completed)
    assert [part for part in says if part not in text] == []


@pytest.mark.parametrize("completed", [None, 0])
def test_anybody_else_is_told_the_rules(completed: int | None) -> None:
    text = told(completed)
    assert "Silver from 4 completed bookings on: 10 % off" in text
    assert "You have" not in text
    assert ("who you are" in text) == (completed is None)


def test_a_business_without_tiers_says_so() -> None:
    assert "no loyalty tiers" in told(3, RULES.model_copy(update={"loyalty": None}))
