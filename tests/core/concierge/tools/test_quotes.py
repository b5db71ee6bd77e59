"""Prices in chat: worked out from what the customer said, asked for when something is missing, never guessed."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mhc_core.business import pricing
from mhc_core.business.pricing import QuoteRequest
from mhc_core.concierge.facts import party
from mhc_core.concierge.facts.extras import EVERYONE
from mhc_core.concierge.tools import quote
from mhc_core.language.number_words import in_digits

RULES = pricing.load()
Say = Callable[..., dict[str, Any]]


@pytest.mark.parametrize(
    ("message", "amounts"),
    [
        ("How much for 8 adults and 4 children, 45 miles away?", ["Total: $590", "balance on the day is $490", "$100"]),
        ("price for 6 adults, 10 miles?", ["Total: $550", "$330", "$220"]),
        ("quote pls: nine adults, 60 miles", ["Total: $610", "30 × $2 = $60"]),
        (
            "whats the total for 10 adults, 2 toddlers and 20 miles, lobster for 4 and 2 orders of gyoza",
            ["Total: $630"],
        ),
        ("how much is travel for 45 miles?", ["$30"]),
    ],
)
def test_chat_works_the_price_out(say: Say, message: str, amounts: list[str]) -> None:
    answer = say(message)
    assert answer["model"] == "tool/quote"
    assert answer["confidence"] == 1
    for amount in amounts:
        assert amount in answer["answer"]


def test_what_is_missing_is_asked_for_and_then_used(say: Say) -> None:
    first = say("how much would a birthday party be?")
    assert "$55 each" in first["answer"]
    assert "Total" not in first["answer"]
    assert "13 or older" in first["answer"]
    assert "miles" in first["answer"]
    second = say("we are 20 people")
    assert "Total" not in second["answer"]
    third = say("16 are 13 or older, 4 are 6 to 12")
    assert "Total without travel: $1,000" in third["answer"]
    fourth = say("45")
    assert "Total: $1,030" in fourth["answer"]
    fifth = say("and if we add lobster tail for 3?")
    assert "Total: $1,075" in fifth["answer"]


def test_a_booking_request_with_guests_gets_price_and_next_step(say: Say) -> None:
    answer = say("I'd like to book for 12 adults, we are 20 miles away")
    assert "Total: $660" in answer["answer"]
    assert answer["intent"] == "booking"
    assert "48 hours" in answer["answer"]
    assert "confirmed" in answer["answer"]


@pytest.mark.parametrize(
    "question",
    ["how much is lobster?", "what is the price per adult?", "what does the minimum cost?", "do kids eat free?"],
)
def test_a_question_about_a_price_is_not_a_quote(say: Say, question: str) -> None:
    assert say(question)["model"] != "tool/quote"


@pytest.mark.parametrize(
    ("messages", "expected"),
    [
        (["12 people, no kids"], {"adults": 12, "children": 0}),
        (["party of 25 including 5 kids"], {"adults": 20, "children": 5}),
        (["a dozen adults and a couple of kids"], {"adults": 12, "children": 2}),
        (["twenty-five adults"], {"adults": 25}),
        (["10 adults, 3 kids (7, 8, 4)"], {"adults": 10, "children": 2, "under_six": 1}),
        (["10 adults, two 8 year olds and a 4 year old"], {"adults": 10, "children": 2, "under_six": 1}),
        (["8 adults 2 teenagers"], {"adults": 10}),
        (["6 kids under 5 and 9 adults"], {"under_six": 6, "children": None, "adults": 9}),
        (["15 adults and 5 kids aged 6-12"], {"adults": 15, "children": 5, "open_ages": False}),
        (["4 kids ages 3 to 10, 10 adults"], {"open_ages": True}),
        (["10 adults", "make that 12 adults"], {"adults": 12}),
        (["20 guests", "25 guests, 4 of them are kids"], {"adults": 21, "children": 4}),
        (["first 30 miles are free right? we are 42 miles"], {"miles": 42}),
        (["we have a $600 budget on june 12"], {"adults": None, "guests": None, "miles": None}),
    ],
)
def test_a_party_is_read_as_it_was_meant(messages: list[str], expected: dict[str, Any]) -> None:
    known = party.combine(RULES, messages)
    assert {name: getattr(known, name) for name in expected} == expected


@pytest.mark.parametrize(
    ("text", "upgrades", "add_ons"),
    [
        ("lobster for 4", {"lobster tail": 4}, {}),
        ("4 filets and 3 scallops", {"filet mignon": 4, "scallops": 3}, {}),
        ("filet for everyone", {"filet mignon": EVERYONE}, {}),
        ("with salmon please", {"salmon": None}, {}),
        ("chicken and shrimp with fried rice for 8 adults", {}, {}),
        ("shrimp upgrade for 5, extra fried rice x2", {"shrimp upgrade": 5}, {"extra fried rice": 2}),
        ("no lobster please", {}, {}),
        ("do you have gyoza?", {}, {}),
        ("extra lobster for 2", {}, {"extra lobster tail": 2}),
    ],
)
def test_only_what_is_ordered_counts(text: str, upgrades: dict[str, Any], add_ons: dict[str, Any]) -> None:
    known = party.read(RULES, text)
    assert (known.upgrades, known.add_ons) == (upgrades, add_ons)


@given(
    adults=st.integers(1, 29),
    children=st.integers(0, 20),
    miles=st.integers(0, 99),
    lobster=st.integers(0, 10),
    words=st.booleans(),
)
@settings(max_examples=60, deadline=None)
def test_what_is_written_is_what_is_priced(adults: int, children: int, miles: int, lobster: int, words: bool) -> None:
    text = f"quote for {_spelled(adults) if words else adults} adults"
    text += f" and {children} kids" if children else ""
    text += f", lobster for {lobster}" if lobster else ""
    known = party.combine(RULES, [f"{text}, {miles} miles away"])
    wanted = QuoteRequest(adults, children, miles=miles, upgrades={"lobster tail": lobster})
    worked = quote.work_out(RULES, known, text)
    if lobster > 2 * (adults + children):
        assert worked.quote is None
    else:
        assert worked.quote is not None
        assert worked.quote.total == pricing.quote(RULES, wanted).total


@given(st.text(max_size=300))
@settings(max_examples=150, deadline=None)
def test_any_text_can_be_read(text: str) -> None:
    known = party.combine(RULES, [text, text])
    quote.work_out(RULES, known, text)


@pytest.mark.parametrize("text", ["9" * 400 + " adults", "1 " * 2000, "kids " * 800, "5 adults 5 kids " * 250])
def test_long_input_is_read_quickly(text: str) -> None:
    party.combine(RULES, [text[:4000]] * 10)


@given(st.integers(1, 99))
def test_number_words_are_numbers(number: int) -> None:
    assert in_digits(f"about {_spelled(number)} guests") == f"about {number} guests"


def _spelled(number: int) -> str:
    small = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
    teens = ("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen")
    tens = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
    if number < 20:
        return (*small, *teens)[number]
    return tens[number // 10 - 2] + (f"-{small[number % 10]}" if number % 10 else "")
