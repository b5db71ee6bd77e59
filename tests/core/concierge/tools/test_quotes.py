"""Prices in chat: worked out from what the customer said, asked for when something is missing, never guessed."""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mhc_core.business import pricing
from mhc_core.business.pricing import QuoteRequest
from mhc_core.concierge.facts.party import Party
from mhc_core.concierge.tools import quote
from mhc_core.language.number_words import in_digits

RULES = pricing.load()
Say = Callable[..., dict[str, Any]]


@pytest.mark.parametrize(
    ("message", "amounts"),
    [
        (
            "ask/price_party: How much for [adults:8 adults] and [children:4 children], [miles:45 miles] away?",
            ["Total: $590", "balance on the day is $490", "$100"],
        ),
        ("ask/price_party: price for [adults:6 adults], [miles:10 miles]?", ["Total: $550", "$330", "$220"]),
        ("ask/price_party: quote pls: [adults:nine adults], [miles:60 miles]", ["Total: $610", "30 × $2 = $60"]),
        (
            "ask/price_party: whats the total for [adults:10 adults], [youngest:2 toddlers] and [miles:20 miles], "
            "[dish:lobster] for [count:4] and [count:2] orders of [dish:gyoza]",
            ["Total: $630"],
        ),
        ("ask/travel: how much is travel for [miles:45 miles]?", ["$30"]),
    ],
)
def test_chat_works_the_price_out(say: Say, message: str, amounts: list[str]) -> None:
    answer = say(message)
    assert answer["model"] == "tool/quote"
    assert answer["confidence"] == 1
    for amount in amounts:
        assert amount in answer["answer"]


def test_what_is_missing_is_asked_for_and_then_used(say: Say) -> None:
    first = say("ask/price_party: how much would a [occasion:birthday] party be?")
    assert "$55 each" in first["answer"]
    assert "Total" not in first["answer"]
    assert "13 or older" in first["answer"]
    second = say("inform/price_party: we are [guests:20 people]")
    assert "Total" not in second["answer"]
    third = say("@ages inform/price_party: [adults:16] are 13 or older, [children:4] are [age:6 to 12]")
    assert "Total without travel: $1,000" in third["answer"]
    fourth = say("@miles inform/price_party: [miles:45]")
    assert "Total: $1,030" in fourth["answer"]
    fifth = say("ask/price_party: and if we add [dish:lobster tail] for [count:3]?")
    assert "Total: $1,075" in fifth["answer"]


def test_a_booking_request_with_guests_gets_price_and_next_step(say: Say) -> None:
    answer = say("inform/book: I'd like to book for [adults:12 adults], we are [miles:20 miles] away")
    assert "Total: $660" in answer["answer"]
    assert answer["intent"] == "booking"
    assert "48 hours" in answer["answer"]
    assert "confirmed" in answer["answer"]


@pytest.mark.parametrize(
    "question",
    ["ask/price_info: how much is [dish:lobster]?", "ask/price_info: do kids eat free?"],
)
def test_a_question_about_a_price_is_not_a_quote(say: Say, question: str) -> None:
    assert say(question)["model"] != "tool/quote"


@given(adults=st.integers(1, 29), children=st.integers(0, 20), miles=st.integers(0, 200), lobster=st.integers(0, 10))
@settings(max_examples=60, deadline=None)
def test_what_is_known_is_what_is_priced(adults: int, children: int, miles: int, lobster: int) -> None:
    known = Party(adults, children, miles=Decimal(miles), upgrades={"lobster tail": lobster})
    worked = quote.work_out(RULES, known)
    if lobster > 2 * (adults + children):
        assert worked.quote is None
    else:
        wanted = QuoteRequest(adults, children, miles=miles, upgrades={"lobster tail": lobster})
        assert worked.quote is not None
        assert worked.quote.total == pricing.quote(RULES, wanted).total


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


@pytest.mark.parametrize(
    ("party", "says"),
    [
        (Party(guests=20), "For 20 guests it is $625 to $1,100 without travel"),
        (Party(guests=20, miles=Decimal(40)), "For 20 guests it is $645 to $1,120:"),
        (Party(guests=5), "For 5 guests it is $550 without travel whatever their ages"),
        (Party(guests=12, under_six=2), "For 12 guests it is $550 without travel whatever their ages"),
    ],
)
def test_where_ages_are_not_known_the_price_has_a_least_and_a_most(party: Party, says: str) -> None:
    worked = quote.work_out(RULES, party)
    assert worked.text.startswith(says)
    assert worked.quote is None
    assert "how many of your guests are 13 or older" in worked.text


@given(adults=st.integers(1, 25), children=st.integers(0, 20), miles=st.none() | st.integers(0, 150))
def test_every_party_of_so_many_costs_no_less_and_no_more(adults: int, children: int, miles: int | None) -> None:
    way = None if miles is None else Decimal(miles)
    text = quote.work_out(RULES, Party(guests=adults + children, miles=way)).text
    told = [int(amount.replace(",", "")) for amount in re.findall(r"\$([\d,]+)", text.split(":")[0])]
    total = pricing.quote(RULES, QuoteRequest(adults, children, miles=way)).total
    assert min(told) <= total <= max(told)


def test_a_party_counted_with_doubt_is_asked_for_before_it_is_priced(say: Say) -> None:
    answer = say("ask/price_party: how much for [adults:10 adults] plus my 3 yr old")
    assert "I am not sure that I counted everybody" in answer["answer"]
    assert "Total" not in answer["answer"]
