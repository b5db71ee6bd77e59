"""Answers for ears: nothing in them that cannot be said, and nothing of what they say lost."""

import re
from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mhc_core.language.number_words import in_digits
from mhc_core.speech import number_names as names
from mhc_core.speech.aloud import MORE, aloud


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("The total is $590.", "The total is five hundred ninety dollars."),
        ("It is $4.50 each.", "It is four dollars and fifty cents each."),
        ("June 14, 2027 at 6:30 pm", "June fourteenth, twenty twenty-seven at six thirty in the evening."),
        ("between 09:00 and 19:00", "between nine in the morning and seven in the evening."),
        ("at 6 pm.", "at six in the evening."),
        ("20 to 35 % is usual", "twenty to thirty-five percent is usual."),
        ("20-35%", "twenty to thirty-five percent."),
        ("8 × $55 = $440", "eight times fifty-five dollars makes four hundred forty dollars."),
        ("in Davis, CA 95616", "in Davis, CA nine five six one six."),
        ("call (916) 740-8768.", "call nine one six, seven four zero, eight seven six eight."),
        ("write to cs@myhibachichef.com!", "write to cs at myhibachichef dot com!"),
        ("Groups of 30+ are special.", "Groups of thirty or more are special."),
        ("- chicken\n- shrimp\n\nWhich one?", "chicken, shrimp. Which one?"),
        ("Your request MHC-7F3K2 is sent.", "Your request is sent."),
        ("**Great** choice 🎉!", "Great choice!"),
        ("the 1st and the 22nd", "the first and the twenty-second."),
        ("1,250 guests", "one thousand two hundred fifty guests."),
    ],
)  # fmt: skip
def test_what_is_written_as_it_is_said(written: str, said: str) -> None:
    assert aloud(written).text == said


def test_links_are_not_read_out_but_kept() -> None:
    spoken = aloud("See [our menu](https://example.com/menu) or https://example.com/a?b=1.", link="our web site")
    assert spoken.text == "See our menu or our web site."
    assert spoken.links == ("https://example.com/menu", "https://example.com/a?b=1")


def test_a_long_answer_is_cut_between_sentences_and_keeps_its_question() -> None:
    long = " ".join(f"This is sentence {word} of many." for word in "abcdefghijklmnopqrst")
    assert aloud(long).sentences[-1] == MORE
    assert aloud(f"{long} Shall I book it?").sentences[-1] == "Shall I book it?"
    assert len(aloud(long).text) < 520


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=300))
def test_no_text_breaks_it_and_no_sign_is_left(text: str) -> None:
    said = aloud(text).text
    assert not re.search(r"https?://|[*_`#|]|\n", said)
    assert aloud(said).links == ()


@given(st.integers(0, 999_999))
def test_numbers_are_understood_as_they_were(number: int) -> None:
    assert in_digits(names.cardinal(number)) == str(number)
    assert aloud(f"We have {number:,} of them.").text == f"We have {names.cardinal(number)} of them."


@given(st.times())
def test_every_time_of_day_has_words(at: time) -> None:
    assert re.fullmatch(r"[a-z -]+", names.clock(at))
