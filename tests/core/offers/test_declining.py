"""Who wants no extras is understood, in words that taught nothing."""

import pytest

from mhc_core.offers import declining


@pytest.mark.parametrize(
    "text",
    [
        "we would like only the basic thing, no upgrades for us",
        "How much for 12 adults, 10 miles? And please, no extras.",
        "sin extras, gracias",
        "we don't need add-ons this time",
    ],
)
def test_a_wish_for_no_extras_is_read(text: str) -> None:
    assert declining.load().declined(["hello", text])


@pytest.mark.parametrize(
    "text",
    [
        "How much for 12 adults, 10 miles?",
        "no kids, only 12 adults",
        "which upgrades do you have?",
        "no allergies here",
    ],
)
def test_other_noes_are_none(text: str) -> None:
    assert not declining.load().declined([text])


def test_nothing_said_is_nothing_declined() -> None:
    assert not declining.load().declined([])
    assert not declining.load().declined([" "])
