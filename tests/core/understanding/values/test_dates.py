"""Days as customers write them: every way is read back, and what no calendar has is said to be so."""

import calendar
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mhc_core.understanding.result import ImpossibleDate
from mhc_core.understanding.values import dates

TODAY = date(2026, 11, 30)  # a Monday
_SPANISH_MONTHS = ("enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre",
                   "noviembre", "diciembre")  # fmt: skip
_SPANISH_DAYS = ("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo")
_ONES = ("", "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth")
_TEENS = ("tenth", "eleventh", "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth",
          "eighteenth", "nineteenth")  # fmt: skip


def _ordinal(number: int) -> str:
    ending = "th" if 10 < number < 14 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def _spelled(number: int) -> str:
    if number < 20:
        return (_ONES + _TEENS)[number]
    tens = {2: ("twentieth", "twenty"), 3: ("thirtieth", "thirty")}[number // 10]
    return tens[0] if number % 10 == 0 else f"{tens[1]} {_ONES[number % 10]}"


WITHOUT_YEAR = (
    lambda d: f"{d:%B} {d.day}",
    lambda d: f"{d:%b} {_ordinal(d.day)}".lower(),
    lambda d: f"the {_ordinal(d.day)} of {d:%B}",
    lambda d: f"{d.day} {d:%B}".upper(),
    lambda d: f"{d.month}/{d.day}",
    lambda d: f"{d:%m-%d}",
    lambda d: f"{d:%A}, {d:%B} {d.day}",
    lambda d: f"{d:%a} the {_ordinal(d.day)} of {d:%b}",
    lambda d: f"{d:%b} {d.day}, a {d:%A}",
    lambda d: f"{d:%B} the {_spelled(d.day)}",
    lambda d: f"{d:%A} the {_spelled(d.day)} of {d:%B}",
    lambda d: f"el {d.day} de {_SPANISH_MONTHS[d.month - 1]}",
    lambda d: f"el {_SPANISH_DAYS[d.weekday()]} {d.day} de {_SPANISH_MONTHS[d.month - 1]}",
)
WITH_YEAR = (
    lambda d: d.isoformat(),
    lambda d: f"{d.month}/{d.day}/{d.year}",
    lambda d: f"{d:%m/%d/%y}",
    lambda d: f"{d:%B} {d.day}, {d.year}",
    lambda d: f"{d:%A}, {d.day} {d:%b} {d.year}",
    lambda d: f"{_ordinal(d.day)} of {d:%B} {d.year}",
    lambda d: f"{d.day} de {_SPANISH_MONTHS[d.month - 1]} de {d.year}",
)
_TODAYS = st.dates(date(2024, 1, 1), date(2050, 12, 31))


@given(today=_TODAYS, days=st.integers(-dates.JUST_PASSED_DAYS, 270), write=st.sampled_from(WITHOUT_YEAR))
def test_a_date_without_a_year_is_read_back(today: date, days: int, write: Callable[[date], str]) -> None:
    wanted = today + timedelta(days=days)
    assert dates.day(write(wanted), today) == wanted


@given(today=_TODAYS, wanted=st.dates(date(2021, 1, 1), date(2059, 12, 31)), write=st.sampled_from(WITH_YEAR))
def test_a_date_with_a_year_is_read_back(today: date, wanted: date, write: Callable[[date], str]) -> None:
    assert dates.day(write(wanted), today) == wanted


@given(today=_TODAYS, days=st.integers(0, 270), shift=st.integers(1, 6))
def test_a_weekday_that_does_not_fit_is_told(today: date, days: int, shift: int) -> None:
    wanted = today + timedelta(days=days)
    number = (wanted.weekday() + shift) % 7
    named = calendar.day_name[number]
    read = dates.day(f"{named}, {wanted:%B} {wanted.day}, {wanted.year}", today)
    assert isinstance(read, ImpossibleDate)
    assert read.reason.endswith(f"is a {wanted:%A}, not a {named}")
    read = dates.day(f"{named}, {wanted:%B} {wanted.day}", today)
    assert isinstance(read, ImpossibleDate) or (isinstance(read, date) and read.weekday() == number)


@given(today=_TODAYS, days=st.integers(0, 29))
def test_a_day_of_the_month_is_the_next_such_day(today: date, days: int) -> None:
    wanted = today + timedelta(days=days)
    passed = [today + timedelta(days=n) for n in range(days)]
    if wanted.day in {one.day for one in passed}:
        return
    assert dates.day(f"the {_ordinal(wanted.day)}", today) == wanted
    assert dates.day(f"el {wanted.day}", today) == wanted
    assert dates.day(f"{wanted:%A} the {_ordinal(wanted.day)}", today) == wanted


@given(st.text(max_size=80), st.text(max_size=20))
def test_no_text_is_too_odd(words: str, before: str) -> None:
    dates.day(words, TODAY, TODAY, before=before)


_DATE_WORDS = (
    *(
        "next",
        "last",
        "31",
        "of",
        "feb",
        "the 5th",
        "sat",
        "weekend",
        "after",
        "easter",
        "2 weeks",
        "from",
        "or",
        "9999",
    ),
    *("99", "00/00", "mlk", "before", "nye", "-", "/", "tomorrow", "month", "ago", "hace 3", "0th", "20", "2099"),
)


@settings(deadline=None)  # the first holiday loads the calendar
@given(st.lists(st.sampled_from(_DATE_WORDS), max_size=9))
def test_no_heap_of_date_words_is_too_odd(words: list[str]) -> None:
    dates.day(" ".join(words), TODAY)


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("today", "2026-11-30"),
        ("tonite", "2026-11-30"),
        ("tommorow", "2026-12-01"),
        ("mañana", "2026-12-01"),
        ("day after tmrw", "2026-12-02"),
        ("pasado mañana", "2026-12-02"),
        ("last night", "2026-11-29"),
        ("in two weeks", "2026-12-14"),
        ("en dos semanas", "2026-12-14"),
        ("in a couple weeks", "2026-12-14"),
        ("the 27th of december 10", "2026-12-27"),
        ("a month from now", "2026-12-30"),
        ("three weeks from tomorrow", "2026-12-22"),
        ("a week from friday", "2026-12-11"),
        ("two saturdays from now", "2026-12-12"),
        ("saturday", "2026-12-05"),
        ("satruday", "2026-12-05"),
        ("this sat", "2026-12-05"),
        ("el próximo sábado", "2026-12-05"),
        ("next sat", "2026-12-12"),
        ("saturday after next", "2026-12-12"),
        ("last saturday", "2026-11-28"),
        ("next sat not this one so the 12th", "2026-12-12"),
        ("this weekend", "2026-12-05"),
        ("next weekend", "2026-12-12"),
        ("the weekend of january 16", "2027-01-16"),
        ("wknd of the 18th", "2026-12-19"),
        ("Friday the 8th", "2027-01-08"),
        ("domingo 20", "2026-12-20"),
        ("18", "2026-12-18"),
        ("25/12", "2026-12-25"),
        ("cinco de mayo", "2027-05-05"),
        ("febuary 3rd", "2027-02-03"),
        ("the second Saturday in June", "2027-06-12"),
        ("last friday of september", "2027-09-24"),
        ("the last weekend of june", "2027-06-26"),
        ("feb 29 2028", "2028-02-29"),
        ("nov 15", "2026-11-15"),
        ("aug 15", "2027-08-15"),
    ],
)
def test_days_told_from_today(words: str, wanted: str) -> None:
    assert dates.day(words, TODAY) == date.fromisoformat(wanted)


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("christmas", "2026-12-25"),
        ("chrismas eve", "2026-12-24"),
        ("nochebuena", "2026-12-24"),
        ("NYE", "2026-12-31"),
        ("new years eve, dec 31", "2026-12-31"),
        ("new year's day", "2027-01-01"),
        ("mlk weekend", "2027-01-16"),
        ("superbowl sunday", "2027-02-14"),
        ("valentine's day", "2027-02-14"),
        ("easter sunday", "2027-03-28"),
        ("mothers day", "2027-05-09"),
        ("memorial day weekend", "2027-05-29"),
        ("the Thursday before Memorial Day", "2027-05-27"),
        ("4th of july", "2027-07-04"),
        ("labor day monday", "2027-09-06"),
        ("sunday of labor day weekend", "2027-09-05"),
        ("halloween 2028", "2028-10-31"),
        ("the saturday after thanksgiving", "2027-11-27"),
        ("day after christmas", "2026-12-26"),
        ("a week before thanksgiving", "2027-11-18"),
    ],
)
def test_days_with_a_name(words: str, wanted: str) -> None:
    assert dates.day(words, TODAY) == date.fromisoformat(wanted)


@pytest.mark.parametrize(
    "words",
    ["next month", "october", "Saturday in May", "any friday in may", "a weekday in early October", "mid february",
     "this week", "the end of the month", "saturday or sunday", "june 14 or 15", "june 14-15", "dec 12th or 13th",
     "sunday 3 weeks from now", "saturday in two weeks", "a saturday", "christmas week", "2026", "0", "soon", ""],
)  # fmt: skip
def test_what_names_no_single_day_stays_open(words: str) -> None:
    assert dates.day(words, TODAY) is None


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("31st of june", "June has only 30 days"),
        ("6/31", "June has only 30 days"),
        ("feb 30th", "February 2027 has only 28 days"),
        ("feb 29", "February 2027 has only 28 days"),
        ("november 0", "November begins with the 1st"),
        ("the 32nd", "no month has that many days"),
        ("13/13", "a year has 12 months"),
        ("Friday, December 12th", "December 12, 2026 is a Saturday, not a Friday"),
        ("friday the 9th", "December 9, 2026 is a Wednesday, not a Friday"),
    ],
)
def test_an_impossible_date_has_a_reason_for_the_customer(words: str, reason: str) -> None:
    assert dates.day(words, TODAY) == ImpossibleDate(words, reason)


@pytest.mark.parametrize(
    ("words", "about", "wanted"),
    [
        ("the 14th", "2027-01-10", "2027-01-14"),
        ("the 2nd", "2026-12-28", "2027-01-02"),
        ("that sunday", "2027-09-04", "2027-09-05"),
        ("the following saturday", "2027-01-09", "2027-01-16"),
        ("the friday before", "2027-01-09", "2027-01-08"),
        ("the day after", "2027-01-09", "2027-01-10"),
        ("a week later", "2027-01-09", "2027-01-16"),
        ("the weekend after", "2027-01-09", "2027-01-16"),
        ("saturday", "2027-01-09", "2026-12-05"),
    ],
)
def test_days_told_from_the_day_spoken_of(words: str, about: str, wanted: str) -> None:
    assert dates.day(words, TODAY, date.fromisoformat(about)) == date.fromisoformat(wanted)


def test_that_sunday_stays_open_where_the_known_day_is_not_given() -> None:
    assert dates.day("that sunday", TODAY, known=True) is None
    assert dates.day("that sunday", TODAY) == date(2026, 12, 6)


@pytest.mark.parametrize("before", ["in January", "Sunday"])
def test_words_before_complete_a_day_of_the_month(before: str) -> None:
    assert dates.day("the 10th", TODAY, before=before) == date(2027, 1, 10)
