"""What must reach a person does, with its reason stored; what need not is answered."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from mhc_core.business import pricing
from mhc_core.concierge.agents import handover, safety
from mhc_core.concierge.facts import party
from mhc_core.db.tables import conversations, messages
from mhc_core.vocabulary import Intent

RULES = pricing.load()
NOW = datetime(2026, 11, 2, 20, tzinfo=UTC)  # noon in the time of the business
Say = Callable[..., dict[str, Any]]

MUST = {
    "illness after an event": [
        "Half of us got food poisoning after your dinner",
        "my kids were sick all night after eating the shrimp",
        "Three guests ended up in the hospital after the party",
    ],
    "legal threat": ["You will hear from my lawyer", "I'm going to sue you", "see you in small claims court"],
    "severe allergy": [
        "my son has a severe peanut allergy",
        "she carries an epipen",
        "I have celiac disease, can I eat?",
        "his shrimp allergy is life-threatening",
    ],
    "request for a person": [
        "can I talk to a real person", "let me speak to the manager", "human", "can someone call me",
        "get me a manager",
    ],
    "refund outside the policy": [
        "I want a full refund, the chef was 2 hours late", "give me my money back", "can you make an exception",
    ],
    "discount outside the policy": ["do you have a military discount", "can you do it for 10% off", "any promo code?"],
    "corporate event": ["we want a corporate dinner", "it's for our company party", "team building event for 15"],
    "large party": ["how much for 35 people", "30 guests", "25 adults and 8 kids price?", "party of forty"],
    "long distance": ["we are 120 miles away", "I'm 100 miles from you, how much"],
}  # fmt: skip
NEED_NOT = [
    "how much is it per person?",
    "What is your refund policy?",
    "can I get a refund if I cancel 10 days before?",
    "my aunt is allergic to eggs, what can she eat",
    "no severe allergies here",
    "29 guests",
    "we are 99 miles away",
    "what if I get sick and need to cancel",
    "Aunt Sue is coming, 8 adults",
    "I'd like to switch to chicken for one person",
    "do you work with vegetarians",
    "are you a bot?",
    "what is cheaper, chicken or salmon",
    "Can you accommodate a person in a wheelchair?",
    "thanks, not bad at all",
]


def reason_of(message: str, answered: int = 0) -> str | None:
    return handover.check(RULES, handover.Situation(message, party.combine(RULES, [message]), answered))


def test_every_reason_of_the_business_has_a_rule_and_a_text() -> None:
    assert {reason for reason, _ in handover.RULES} == set(RULES.handover.reasons)
    assert set(MUST) | {"angry customer"} == set(RULES.handover.reasons)
    for reason in RULES.handover.reasons:
        assert RULES.contact.phone in handover.text(RULES, reason, NOW)


@pytest.mark.parametrize(
    ("hours", "promise"),
    [
        (0, "A person will answer you here, usually within"),
        (8, "Our team is back tomorrow at 09:00"),
        (-4, "Our team is back today at 09:00"),
        (13, "Our team is back today at 09:00"),
    ],
)
def test_customers_are_told_when_somebody_is_there(hours: int, promise: str) -> None:
    now = NOW + timedelta(hours=hours)
    assert promise in handover.text(RULES, "legal threat", now)
    assert promise in handover.waiting_text(RULES, now)


@pytest.mark.parametrize(
    ("reason", "message"), [(reason, message) for reason, said in MUST.items() for message in said]
)
def test_it_reaches_a_person(reason: str, message: str) -> None:
    assert reason_of(message) == reason


@pytest.mark.parametrize("message", NEED_NOT)
def test_it_is_answered(message: str) -> None:
    assert reason_of(message, answered=1) is None


@pytest.mark.parametrize("message", ["this is ridiculous", "WHY IS NOBODY ANSWERING MY QUESTION", "you are useless"])
def test_anger_reaches_a_person_after_one_failed_attempt(message: str) -> None:
    assert reason_of(message, answered=0) is None
    assert reason_of(message, answered=1) == "angry customer"


def test_thresholds_come_from_the_business_file() -> None:
    smaller = RULES.model_copy(
        update={
            "handover": RULES.handover.model_copy(update={"guests_from": 20}),
            "travel": RULES.travel.model_copy(update={"review_from_miles": 60}),
        }
    )
    for message, reason in {"20 guests": "large party", "we are 60 miles away": "long distance"}.items():
        known = party.combine(smaller, [message])
        assert handover.check(smaller, handover.Situation(message, known)) == reason
    silent = RULES.model_copy(update={"handover": RULES.handover.model_copy(update={"reasons": ()})})
    assert handover.check(silent, handover.Situation("human", party.Party())) is None


def test_the_guests_of_earlier_messages_count(say: Say) -> None:
    assert not say("how much for 25 adults?")["escalated"]
    assert say("and 10 kids on top")["escalated"]


@pytest.mark.parametrize(("reason", "message"), [(reason, said[0]) for reason, said in MUST.items()])
def test_the_conversation_is_escalated_with_its_reason(
    say: Say, serving_engine: sa.Engine, reason: str, message: str
) -> None:
    given = say(message)
    assert given["escalated"]
    assert "person" in given["answer"]
    with serving_engine.connect() as connection:
        row = connection.execute(
            sa.select(conversations).where(conversations.c.id == UUID(given["conversation_id"]))
        ).one()
    assert (row.status, row.escalation_reason) == ("escalated", reason)
    assert row.escalated_at is not None


def test_the_assistant_stays_silent_while_a_person_has_the_conversation(say: Say, serving_engine: sa.Engine) -> None:
    given = say("I want to talk to a person")
    later = say("How much for 8 adults, 10 miles?")
    assert later["escalated"]
    assert "$" not in later["answer"]
    assert "person will answer you here" in later["answer"]
    with serving_engine.connect() as connection:
        rows = connection.execute(
            sa.select(messages.c.role, messages.c.content)
            .where(messages.c.conversation_id == UUID(given["conversation_id"]))
            .order_by(messages.c.position)
        ).all()
    assert [row.role for row in rows] == ["user", "assistant", "user", "system"]
    assert rows[2].content == "How much for 8 adults, 10 miles?"


@pytest.mark.parametrize(
    "promise",
    [
        "Our food is allergen-free.",
        "Yes, it is completely safe for her!",
        "We guarantee it is free of traces.",
        "There is no cross-contamination on our grill.",
        "The meal is free from any allergens.",
    ],
)
def test_a_promise_of_safety_is_taken_out(promise: str) -> None:
    text = safety.without_promises(RULES, f"Thanks for asking. {promise} See you soon.", Intent.ALLERGY)
    assert promise not in text
    assert text.startswith("Thanks for asking. See you soon.")
    assert "shared grill" in text


@pytest.mark.parametrize(
    "honest",
    [
        "We cannot promise that anything is allergen-free because we share one grill.",
        "The butter is dairy-free and there are no nuts on the menu; the grill is shared.",
        "We never call food allergen-free: one grill cooks all.",
    ],
)
def test_an_honest_answer_stays_as_it_is(honest: str) -> None:
    assert safety.without_promises(RULES, honest, Intent.ALLERGY) == honest


def test_an_allergy_answer_names_the_shared_grill(say: Say) -> None:
    given = say("are there any nuts or sesame in the food? my aunt has an allergy")
    assert "grill" in given["answer"]
    assert not given["escalated"]
