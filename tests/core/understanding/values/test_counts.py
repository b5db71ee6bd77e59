"""Counts of people and portions, ages, distances and budgets."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mhc_core.language.number_words import ONES, TENS
from mhc_core.understanding.result import EVERYONE, AgeRange
from mhc_core.understanding.values import ages, amounts, counts
from mhc_core.understanding.values.word_lists import meaning


def _english(number: int) -> str:
    if number < len(ONES):
        return ONES[number]
    if number >= 100:
        return f"{ONES[number // 100]} hundred" + (f" and {_english(number % 100)}" if number % 100 else "")
    return TENS[number // 10 - 2] + (f"-{ONES[number % 10]}" if number % 10 else "")


def _spanish(number: int) -> str:
    words = {int(value): word for word, value in meaning("numbers").items() if not word.isdigit()}
    return words.get(number) or f"{words[number // 10 * 10]} y {words[number % 10]}"


@given(number=st.integers(0, 999), noun=st.sampled_from(["", " adults", " of us", " ppl", "ish", " people total"]))
def test_a_count_is_read_back(number: int, noun: str) -> None:
    assert counts.people(f"{number}{noun}") == number
    assert counts.people(f"{_english(number)}{noun}".title()) == number


@given(number=st.integers(0, 100), noun=st.sampled_from(["", " adultos", " personas", " niños"]))
def test_a_spanish_count_is_read_back(number: int, noun: str) -> None:
    assert counts.people(f"{_spanish(number)}{noun}") == number


@given(st.text(max_size=60))
def test_no_text_is_too_odd(words: str) -> None:
    for read in (counts.people, counts.portions, amounts.miles, amounts.budget):
        read(words)
    ages.age(words, 13)


@given(st.integers(0, 9999))
def test_amounts_are_read_back(number: int) -> None:
    assert amounts.miles(f"about {number} miles") == number
    assert amounts.budget(f"${number:,}") == number
    assert amounts.budget(f"{number}.50 dollars") == Decimal(f"{number}.5")


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("just me", 1),
        ("me", 1),
        ("+1", 1),
        ("me plus 11", 12),
        ("8 ppl + me", 9),
        ("me, my wife, her parents", 4),
        ("mom n dad", 2),
        ("one, my stepdaughter", 1),
        ("one adult and my mom", 2),
        ("my sister Lina", 1),
        ("Ron", 1),
        ("Big Al", 1),
        ("Patty and her new fella", 2),
        ("Mr. and Mrs. Halloran", 2),
        ("my maid of honor", 1),
        ("a pair of nine-year-olds", 2),
        ("a 10 yr old", 1),
        ("10 yr olds", None),
        ("aunt Dolores", 1),
        ("10 adults and my 2 boys", 12),
        ("six couples", 12),
        ("3 couples and 2 singles", 8),
        ("a couple", 2),
        ("a dozen", 12),
        ("two dozen", 24),
        ("half a dozen", 6),
        ("the twins", 2),
        ("fiveteen", 15),
        ("elven adults", 11),
        ("20ish people", 20),
        ("12 over 13", 12),
        ("one under five", 1),
        ("a 3-month-old baby", 1),
        ("no kids", 0),
        ("nobody under 13", 0),
        ("ningún niño", 0),
        ("zero", 0),
        ("14 ppl no lil kids", 14),
        ("15 total, 4 of those are kids", 15),
        ("15.", 15),
        ("99999", None),
        ("15-18 people", None),
        ("12 or 13", None),
        ("a few", None),
        ("several", None),
        ("my family", None),
        ("my boys", None),
        ("not many", None),
        ("so many", None),
        ("", None),
    ],
)
def test_people(words: str, wanted: int | None) -> None:
    assert counts.people(words) == wanted


def test_partners_are_as_many_as_those_named_before() -> None:
    assert counts.people("their wives", 3) == 3
    assert counts.people("their wives") is None


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("6", 6),
        ("14x", 14),
        ("for 6.", 6),
        ("all 12", 12),
        ("the other nine", 9),
        ("both", 2),
        ("me and my wife", 2),
        ("everyone", EVERYONE),
        ("all of us", EVERYONE),
        ("todos", EVERYONE),
        ("half", None),
        ("a third", None),
        ("1/3", None),
        ("the rest", None),
        ("everyone else", None),
        ("all but 2", None),
        ("the kids", None),
    ],
)
def test_portions(words: str, wanted: int | None) -> None:
    assert counts.portions(words) == wanted


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("8", 8),
        ("twelve", 12),
        ("8yo", 8),
        ("4 1/2", 4),
        ("8 months", 0),
        ("18 months", 1),
        ("2 weeks old", 0),
        ("newborn", 0),
        ("5 años", 5),
        ("6 to 12", AgeRange(6, 12)),
        ("5 and 11", AgeRange(5, 11)),
        ("7 a 10", AgeRange(7, 10)),
        ("under 5", AgeRange(None, 4)),
        ("5 and under", AgeRange(None, 5)),
        ("over 13", AgeRange(14, None)),
        ("13 and up", AgeRange(13, None)),
        ("18+", AgeRange(18, None)),
        ("toddlers", AgeRange(1, 3)),
        ("teenagers", AgeRange(13, 19)),
        ("grown ups", AgeRange(13, None)),
        ("3, 8 and 10", None),
        ("200", None),
    ],
)
def test_ages(words: str, wanted: int | AgeRange | None) -> None:
    assert ages.age(words, 13) == wanted


@pytest.mark.parametrize(
    ("words", "wanted"),
    [("28.4 miles", "28.4"), ("forty five miles", "45"), ("20 to 25", "25"), ("80 kilometers", "49.7"),
     ("half a mile", "0.5"), ("1/2 mile", "0.5"), ("a mile", "1"), ("far", None)],
)  # fmt: skip
def test_miles(words: str, wanted: str | None) -> None:
    assert amounts.miles(words) == (Decimal(wanted) if wanted else None)


@pytest.mark.parametrize(
    ("words", "wanted"),
    [("under 1k", 1000), ("1.5k", 1500), ("two grand", 2000), ("six fifty", 650), ("twelve hundred", 1200),
     ("800-1000", 1000), ("60 a head", None), ("$60/person", None), ("cheap", None)],
)  # fmt: skip
def test_budgets(words: str, wanted: int | None) -> None:
    assert amounts.budget(words) == wanted
