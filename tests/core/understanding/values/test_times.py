"""Start times as customers write them."""

from collections.abc import Callable
from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mhc_core.language.number_words import ONES, TENS
from mhc_core.understanding.values import times


def _words(number: int) -> str:
    if number < len(ONES):
        return ONES[number]
    return TENS[number // 10 - 2] + (f" {ONES[number % 10]}" if number % 10 else "")


def _twelve(at: time) -> int:
    return at.hour % 12 or 12


EXACT = (
    lambda t: f"{_twelve(t)}:{t:%M}{'pm' if t.hour > 11 else 'am'}",
    lambda t: f"{_twelve(t)}.{t:%M} {'P.M.' if t.hour > 11 else 'A.M.'}",
    lambda t: f"around {_twelve(t)}{t:%M} {'p' if t.hour > 11 else 'a'}.m.",
    lambda t: f"{t:%H:%M}" if t.hour > 12 or t.hour == 0 else f"{_twelve(t)}:{t:%M} {'pm' if t.hour > 11 else 'am'}",
)
IN_THE_AFTERNOON = (
    lambda t: f"{_twelve(t)}:{t:%M}",
    lambda t: f"{_twelve(t)}{t:%M}",
    lambda t: f"{_twelve(t)} {t:%M}ish",
    lambda t: f"dinner, like {_twelve(t)}:{t:%M}" if t.hour != 12 else f"{_twelve(t)}:{t:%M}",
    lambda t: f"{_words(_twelve(t))} {_words(t.minute)}" if t.minute > 9 else f"{_words(_twelve(t))}:{t:%M}",
    lambda t: f"{t.minute} minutes past {_twelve(t)}" if t.minute else f"{_twelve(t)} o'clock",
    lambda t: f"a las {_twelve(t)} y {t.minute}" if t.minute else f"a las {_twelve(t)}",
)


@given(at=st.times(time(0, 0)), write=st.sampled_from(EXACT))
def test_a_full_time_is_read_back(at: time, write: Callable[[time], str]) -> None:
    at = at.replace(second=0, microsecond=0)
    assert times.start(write(at)) == at


@given(at=st.times(time(12, 0), time(21, 59)), write=st.sampled_from(IN_THE_AFTERNOON))
def test_a_bare_time_is_in_the_afternoon_or_evening(at: time, write: Callable[[time], str]) -> None:
    at = at.replace(second=0, microsecond=0)
    assert times.start(write(at)) == at


@given(st.text(max_size=60), st.text(max_size=12))
def test_no_text_is_too_odd(words: str, following: str) -> None:
    times.start(words, following)


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("half past six", "18:30"),
        ("Half six", "18:30"),
        ("quarter to seven", "18:45"),
        ("quarter past 5", "17:15"),
        ("20 to 7", "18:40"),
        ("5 y media", "17:30"),
        ("siete menos cuarto", "18:45"),
        ("6-ish", "18:00"),
        ("sixish", "18:00"),
        ("between 5 and 6", "17:00"),
        ("4 to 6 pm", "16:00"),
        ("10-11pm", "22:00"),
        ("11 to 1pm", "11:00"),
        ("1 or 1:30", "13:00"),
        ("noon to 2", "12:00"),
        ("nooon", "12:00"),
        ("mediodía", "12:00"),
        ("midnight", "00:00"),
        ("dinner time, like 6", "18:00"),
        ("lunch, 12 30", "12:30"),
        ("6 de la tarde", "18:00"),
        ("9 de la mañana", "09:00"),
        ("10:30 in the morning", "10:30"),
        ("eight at night", "20:00"),
        ("3am", "03:00"),
        ("10", "10:00"),
        ("12", "12:00"),
        ("18h30", "18:30"),
        ("eighteen thirty hours", "18:30"),
        ("09:00", "09:00"),
        ("6.30 evening", "18:30"),
    ],
)
def test_ways_to_say_a_time(words: str, wanted: str) -> None:
    assert times.start(words) == time.fromisoformat(wanted)


@pytest.mark.parametrize("words", ["evening", "brunch time", "in 2 hours", "25:00", "7:75", "anytime", ""])
def test_what_names_no_time_stays_open(words: str) -> None:
    assert times.start(words) is None


def test_what_follows_a_bare_hour_counts() -> None:
    assert times.start("6", " am sharp") == time(6)
    assert times.start("6", " amigos") == time(18)
