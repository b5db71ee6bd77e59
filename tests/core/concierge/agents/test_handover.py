"""What must reach a person does, with its reason stored; what need not is answered."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from mhc_core.business import pricing
from mhc_core.concierge.agents import handover, safety
from mhc_core.concierge.facts import updating
from mhc_core.concierge.facts.memory import Facts, Source
from mhc_core.concierge.facts.party import Party
from mhc_core.db.tables import conversations, messages
from mhc_core.understanding import labelled
from mhc_core.understanding.values.resolve import resolve
from mhc_core.vocabulary import Intent

RULES = pricing.load()
NOW = datetime(2026, 11, 2, 20, tzinfo=UTC)  # noon in the time of the business
Say = Callable[..., dict[str, Any]]


def reason_of(
    line: str, facts: Facts | None = None, answered: int = 0, offered: bool = False, upset: bool = False
) -> str | None:
    """Why a labelled message must reach a person."""
    message = labelled.parse_line(line)
    read = resolve(labelled.as_understood(message), RULES, NOW.date(), message.context)
    known = updating.update(RULES, facts or Facts(), read, message.context, Source(1, NOW))
    return handover.check(RULES, handover.Situation(message.text, read, known, answered, offered, upset))


def test_every_reason_of_the_business_has_a_text() -> None:
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
    ("line", "reason"),
    [
        ("complain/complaint !legal threat: my lawyer will hear of it", "legal threat"),
        ("person !request for a person: que me atienda alguien por favor", "request for a person"),
        ("inform/book !corporate event: its for [guests:35] of our staff", "corporate event"),
        ("ask/price_party: how much for [guests:35 people]", "large party"),
        ("inform/book: [adults:25 adults] and [children:8 kids]", "large party"),
        ("ask/price_party: [guests:29 guests]?", None),
        ("inform/book: we are [miles:100 miles] from you", "long distance"),
        ("inform/book: we are [miles:99 miles] away", None),
        ("inform/book: we are [miles:250 miles] away", None),
        ("complain/complaint: the rice was cold", None),
        ("ask/policy: what is your refund policy?", None),
    ],
)
def test_what_was_understood_and_arithmetic_decide(line: str, reason: str | None) -> None:
    assert reason_of(line) == reason


def test_a_number_of_guests_read_with_doubt_is_no_large_party_yet() -> None:
    message = labelled.parse_line("inform/book: booking for mom, [guests:she turns 70] on [date:jan 10]")
    read = resolve(labelled.as_understood(message), RULES, NOW.date(), message.context)
    known = updating.update(RULES, Facts(), read, message.context, Source(1, NOW))
    assert handover.check(RULES, handover.Situation(message.text, read, known)) == "large party"
    doubted = replace(known, unsure=("guests",))
    assert handover.check(RULES, handover.Situation(message.text, read, doubted)) is None


def test_a_yes_to_the_offer_of_a_person_is_one_only_right_after_it() -> None:
    assert reason_of("affirm: yes please", offered=True) == "request for a person"
    assert reason_of("affirm: yes please") is None


def test_anger_that_shows_in_the_tone_reaches_a_person_after_one_answer() -> None:
    line = "inform/smalltalk: THIS IS USELESS"
    assert reason_of(line, upset=True) is None
    assert reason_of(line, upset=True, answered=1) == "angry customer"


@pytest.mark.parametrize("reason", ["large party", "long distance", "severe allergy"])
def test_what_a_person_looked_at_is_not_handed_over_again(reason: str) -> None:
    lines = {
        "large party": "inform/book: [adults:40 adults]",
        "long distance": "inform/book: [miles:120 miles]",
        "severe allergy": "inform/allergy !severe allergy: peanuts would kill her",
    }
    assert reason_of(lines[reason]) == reason
    assert reason_of(lines[reason], handover.handed(Facts(), reason)) is None
    assert reason_of("person !request for a person: a human", handover.handed(Facts(), "request for a person"))


def test_a_bereaved_customer_gets_a_person_and_decent_words() -> None:
    line = "inform/booking_cancel: please cancel, my mother passed away"
    assert reason_of(line) == "request for a person"
    assert handover.text(RULES, "request for a person", NOW, line).startswith("I am very sorry for your loss.")


def test_thresholds_and_reasons_come_from_the_business_file() -> None:
    smaller = RULES.model_copy(update={"handover": RULES.handover.model_copy(update={"guests_from": 20})})
    known = Facts(party=Party(guests=20))
    assert handover.check(smaller, handover.Situation("20 guests", None, known)) == "large party"
    assert handover.check(RULES, handover.Situation("20 guests", None, known)) is None
    silent = RULES.model_copy(update={"handover": RULES.handover.model_copy(update={"reasons": ()})})
    assert handover.check(silent, handover.Situation("40 guests", None, Facts(party=Party(guests=40)))) is None


def test_the_guests_of_earlier_messages_count(say: Say) -> None:
    assert not say("ask/price_party: how much for [adults:25 adults]?")["escalated"]
    assert say("add/price_party: and [children:10 kids] on top")["escalated"]


def test_the_conversation_is_escalated_with_its_reason(say: Say, serving_engine: sa.Engine) -> None:
    given = say("complain/complaint !illness after an event: my kids were sick all night after the shrimp")
    assert given["escalated"]
    assert "person" in given["answer"]
    with serving_engine.connect() as connection:
        row = connection.execute(
            sa.select(conversations).where(conversations.c.id == UUID(given["conversation_id"]))
        ).one()
    assert (row.status, row.escalation_reason) == ("escalated", "illness after an event")
    assert row.escalated_at is not None


def test_the_assistant_says_once_that_a_person_has_the_conversation_and_is_silent_then(
    say: Say, serving_engine: sa.Engine
) -> None:
    given = say("person !request for a person: I want to talk to a person")
    later = say("ask/price_party: How much for [adults:8 adults], [miles:10 miles]?")
    assert later["escalated"]
    assert "person will answer you here" in later["answer"]
    assert [say("inform/other: hello?")["answer"], say("inform/other: anyone?")["answer"]] == ["", ""]
    with serving_engine.connect() as connection:
        rows = connection.execute(
            sa.select(messages.c.role, messages.c.content)
            .where(messages.c.conversation_id == UUID(given["conversation_id"]))
            .order_by(messages.c.position)
        ).all()
    assert [row.role for row in rows] == ["user", "assistant", "user", "system", "user", "user"]
    assert rows[2].content == "How much for 8 adults, 10 miles?"


def test_stop_is_confirmed_once_and_leaves_the_conversation_open(say: Say, serving_engine: sa.Engine) -> None:
    given = say("stop: STOP texting me")
    assert "off our list" in given["answer"]
    assert not given["escalated"]
    with serving_engine.connect() as connection:
        row = connection.execute(
            sa.select(conversations).where(conversations.c.id == UUID(given["conversation_id"]))
        ).one()
    assert (row.status, row.facts["stopped"]) == ("active", True)


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
    given = say("ask/allergy: are there any nuts or [allergen:sesame] in the food? [whom:my aunt] has an allergy")
    assert "grill" in given["answer"]
    assert not given["escalated"]
