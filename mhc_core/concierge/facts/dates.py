"""Reads the day and the start time of a party out of what a customer wrote. What is unclear stays open.

"Next Saturday" is the Saturday of the coming week, "this Saturday" or "Saturday" the first one from today on. A date
without a year is the next such date, except when it passed in the last ``JUST_PASSED_DAYS``: then it is taken as said,
so that the customer hears that it has passed.
"""

import contextlib
import re
from dataclasses import dataclass
from datetime import date, time, timedelta

from dateutil.relativedelta import MO, relativedelta, weekday

from mhc_core.language.misspellings import meant
from mhc_core.language.number_words import in_digits

JUST_PASSED_DAYS = 90
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SHORT_DAYS = {"mon": 0, "tue": 1, "tues": 1, "wed": 2, "weds": 2, "thu": 3, "thur": 3, "thurs": 3, "fri": 4, "sat": 5,
               "sun": 6}  # fmt: skip
_MONTH = (
    r"(?:(?:jan|feb)(?:[a-z]*ary)?|mar(?:ch)?|apr(?:[a-z]*l)?|may|june?|july?|aug(?:[a-z]*st)?"
    r"|(?:sept?|oct|nov|de[cs])(?:[a-z]*ber)?)\b\.?"
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_LEAP_YEAR = 2028
_NOT_COUNTED = r"(?!\s*(?:adults?|kids?|children|people|guests?|ppl|miles?|of us|[ap]m\b|:\d))"
_DAY_NUMBER = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?\b"
_YEAR = r"(?:,?\s*(?P<year>20\d{2})\b)?"
_DIGIT = re.compile(r"\d")
_ABSOLUTE = (
    re.compile(r"\b(?P<year>20\d{2})-(?P<month>\d{1,2})-(?P<day>\d{1,2})\b"),
    re.compile(
        r"(?<![\d/])(?P<month>\d{1,2})[/.](?P<day>\d{1,2})(?:[/.](?P<year>(?:20)?\d{2}))?(?![\d/.]*\d"
        r"|\s*(?:miles|mi\b))"
    ),
    re.compile(rf"\b(?P<month>{_MONTH})\s+(?:the\s+)?{_DAY_NUMBER}{_YEAR}{_NOT_COUNTED}"),
    re.compile(rf"\b{_DAY_NUMBER}\s+(?:of\s+)?(?P<month>{_MONTH}){_YEAR}"),
)  # fmt: skip
_ORDINAL = re.compile(r"\b(?:on |for |the )+(?P<day>\d{1,2})(?:st|nd|rd|th)\b")
_WEEKDAY = re.compile(
    r"\b(?:(?P<which>next|this|coming|the coming|following)\s+)?(?P<name>[a-z]{3,10})\b(?P<after> after next)?"
)
_NEAR = re.compile(
    r"\b(?:(?P<after>day after tom+or+ow)|(?P<tomorrow>tom+or+ow|tmrw|tmr|tomm?)|(?P<today>today|tonight))\b"
)
_IN = re.compile(r"\bin (?P<count>\d{1,3}|a) (?P<unit>days?|weeks?|months?)\b")
_SPELLED_DAY = re.compile(r"d(?:ay|ya|y)s?$")
_NO_HOUR = (
    r"(?![\d/:.]|\s*(?:adults?|kids?|children|people|guests?|ppl|of us|miles?|mi\b|%|persons?|dollars|hours"
    r"|\w+ (?:adults?|kids|people|guests)|(?:st|nd|rd|th)\b))"
)
_CLOCK = re.compile(
    r"(?<![\d/$.:-])(?P<hour>\d{1,2})(?::(?P<minute>\d{2}))?\s*(?P<half>[ap])\.?m\b\.?"
    r"|(?<![\d/$.])(?P<hour24>\d{1,2}):(?P<minute24>\d{2})(?![\d:])"
    r"|(?:\b(?:at|around|by|from|about|start(?:ing)?(?: at)?)|@)\s*(?P<bare>\d{1,2})(?:\s*o'?clock|ish)?"
    rf"{_NO_HOUR}"
    r"|(?<![\d/$.])(?P<oclock>\d{1,2})\s*(?:o'?clock|ish\b)|\b(?P<noon>noon|midday)\b"
)
_BARE_IS_MORNING_FROM = 10


@dataclass(frozen=True, slots=True)
class When:
    """What a message says about the day and the time; ``impossible`` is a date that no calendar has, as written."""

    day: date | None = None
    starts: time | None = None
    impossible: str | None = None


def read(text: str, today: date) -> tuple[When, str]:
    """Day and start time of a message written ``today``, and the text without the words they were read from."""
    plain = in_digits(text)
    day, impossible, spans = _day(plain, today)
    rest = _without(plain, spans)
    starts, time_spans = _time(rest)
    return When(day, starts, impossible), _without(rest, time_spans)


def _day(text: str, today: date) -> tuple[date | None, str | None, list[tuple[int, int]]]:
    numbered = _DIGIT.search(text) is not None
    for pattern in _ABSOLUTE if numbered else ():
        for found in pattern.finditer(text):
            try:
                return _absolute(found, today), None, [found.span()]
            except (ValueError, OverflowError):
                return None, found[0].strip(), [found.span()]
    near = _NEAR.search(text)
    if near:
        days = 2 if near["after"] else 1 if near["tomorrow"] else 0
        return today + timedelta(days=days), None, [near.span()]
    within = _IN.search(text)
    if within:
        count = 1 if within["count"] == "a" else int(within["count"])
        unit = within["unit"].rstrip("s") + "s"
        return today + relativedelta(**{unit: count}), None, [within.span()]  # type: ignore[arg-type]
    ordinal = _ORDINAL.search(text) if numbered else None
    if ordinal and 1 <= int(ordinal["day"]) <= 31:
        return _on_the(int(ordinal["day"]), today), None, [ordinal.span()]
    for found in _WEEKDAY.finditer(text):
        number = _weekday(found["name"])
        if number is not None:
            return _named(number, found["which"] or "", bool(found["after"]), today), None, [found.span()]
    return None, None, []


def _absolute(found: re.Match[str], today: date) -> date:
    written, year, day = found["month"], found["year"], int(found["day"])
    month = int(written) if written.isdigit() else _MONTHS.index(written[:3].replace("des", "dec")) + 1
    if year:
        return date(int(year) + (2000 if len(year) == 2 else 0), month, day)
    date(_LEAP_YEAR, month, day)  # a day that no year has
    for candidate in (today.year, today.year + 1, today.year + 2, today.year + 3, today.year + 4):
        with contextlib.suppress(ValueError):
            read_as = date(candidate, month, day)
            if read_as >= today - timedelta(days=JUST_PASSED_DAYS):
                return read_as
    raise ValueError


def _weekday(word: str) -> int | None:
    if word in _SHORT_DAYS:
        return _SHORT_DAYS[word]
    single = word.removesuffix("s")
    if single in _DAYS:
        return _DAYS.index(single)
    if len(word) < 6 or not _SPELLED_DAY.search(word):
        return None
    near = meant(word, _DAYS)
    return _DAYS.index(near) if near else None


def _named(number: int, which: str, after_next: bool, today: date) -> date:
    if after_next:
        return today + relativedelta(weekday=weekday(number)(+2))
    if which == "next":
        monday: date = today + timedelta(days=1) + relativedelta(weekday=MO(+1))
        return monday + timedelta(days=number)
    return today + relativedelta(weekday=weekday(number)(+1))


def _on_the(day: int, today: date) -> date | None:
    for months in range(12):
        first = today.replace(day=1) + relativedelta(months=months)
        try:
            found = first.replace(day=day)
        except ValueError:
            continue
        if found >= today:
            return found
    return None


def _time(text: str) -> tuple[time | None, list[tuple[int, int]]]:
    if not _DIGIT.search(text) and "noon" not in text and "midday" not in text:
        return None, []
    for found in _CLOCK.finditer(text):
        if found["noon"]:
            return time(12), [found.span()]
        if found["hour"]:
            hour, minute = int(found["hour"]), int(found["minute"] or 0)
            if not 1 <= hour <= 12:
                continue
            hour = hour % 12 + (12 if found["half"] == "p" else 0)
        elif found["hour24"]:
            hour, minute = int(found["hour24"]), int(found["minute24"])
            hour += 12 if 0 < hour < _BARE_IS_MORNING_FROM else 0
        else:
            hour, minute = int(found["bare"] or found["oclock"]), 0
            hour += 12 if 0 < hour < _BARE_IS_MORNING_FROM else 0
        if hour < 24 and minute < 60:
            return time(hour, minute), [found.span()]
    return None, []


def _without(text: str, spans: list[tuple[int, int]]) -> str:
    for start, end in spans:
        text = text[:start] + " ; " + text[end:]
    return text
