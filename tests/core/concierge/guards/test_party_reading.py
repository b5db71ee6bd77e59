"""The parties that a text names, as the check of figures reads them."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mhc_core.business import pricing
from mhc_core.concierge.guards import party_reading as party
from mhc_core.understanding.result import EVERYONE

RULES = pricing.load()


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


@given(st.text(max_size=300))
@settings(max_examples=150, deadline=None)
def test_any_text_can_be_read(text: str) -> None:
    party.combine(RULES, [text, text])


@pytest.mark.parametrize("text", ["9" * 400 + " adults", "1 " * 2000, "kids " * 800, "5 adults 5 kids " * 250])
def test_long_input_is_read_quickly(text: str) -> None:
    party.combine(RULES, [text[:4000]] * 10)


def test_a_few_of_the_guests_are_not_the_party() -> None:
    told = "14 adults and 4 kids, 35 miles away"
    for later in (
        "can we leave out the shrimp? one guest is allergic",
        "and gluten free for 2 people, possible?",
        "3 guests didn't come, refund for them?",
        "scallops for 10 people please",
        "what's the cost for a 10 year old?",
    ):
        known = party.combine(RULES, [told, later])
        assert (known.adults, known.children, known.guests) == (14, 4, None), later
    for whole in ("we have 10 people with one vegetarian", "could be 10 people"):
        assert party.combine(RULES, [told, whole]).guests == 10, whole
