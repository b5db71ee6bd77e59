"""Points in time as exports write them. What can mean two days, or two moments, is refused or noted, never guessed."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from email.utils import parsedate_to_datetime
from typing import Literal

DateOrder = Literal["mdy", "dmy"]

_EPOCH = re.compile(r"\d{9,13}(\.\d+)?|\d{16}")
_SHORT = re.compile(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4}|\d{2})(?!\d)[,T ]*(.*)", re.DOTALL)
_YEAR_FIRST = re.compile(r"(\d{4})[/.-](\d{1,2})[/.-](\d{1,2})(?!\d)[,T ]*(.*)", re.DOTALL)
_NAMED_MONTH = re.compile(r"(?i)\b(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\b")
_WEEKDAY = re.compile(r"(?i)(mon|tue|wed|thu|fri|sat|sun)[a-z]{0,8},? ")
_CLOCK = re.compile(
    r"(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,6})\d*)?)?\s*([ap])?\.?m?\.?\s*(UTC|GMT|Z|[+-]\d{2}:?\d{2})?", re.I
)
_UTC_NAME = re.compile(r"\s*(UTC|GMT|Z)$", re.I)
_BARE_TIME = re.compile(r"\s*\d{1,2}:\d{2}(:\d{2})?.*")
NOT_A_TIME = "not a time in ISO 8601 or seconds since 1970"
TWO_DAYS = "can mean two days; say which with --date-order mdy or --date-order dmy"


@dataclass(frozen=True, slots=True)
class Calendar:
    """How times are read: the zone of those that name none, and the order of day and month in 3/4/2025.

    ``zone`` None: read as UTC, and counted in ``notes``.
    """

    zone: tzinfo | None = None
    order: DateOrder | None = None
    notes: Counter[str] = field(default_factory=Counter)

    def read(self, value: object) -> datetime:
        """The moment that ``value`` means, in UTC.

        Raises:
            ValueError: it is no time, or can mean two; the reason quotes nothing.
        """
        try:
            found = self._parsed(value)
        except ValueError as error:
            raise ValueError(str(error) if str(error) == TWO_DAYS else NOT_A_TIME) from None
        except (OverflowError, OSError):
            raise ValueError(NOT_A_TIME) from None
        if found.tzinfo is None:
            if self.zone is None:
                self.notes["times without a zone, read as UTC (say theirs with --timezone)"] += 1
            found = found.replace(tzinfo=self.zone or UTC)
        try:
            return found.astimezone(UTC)
        except OverflowError:
            raise ValueError(NOT_A_TIME) from None

    def _parsed(self, value: object) -> datetime:
        if isinstance(value, datetime):
            return value
        if isinstance(value, int | float) and not isinstance(value, bool):
            return _since_1970(float(value))
        if not isinstance(value, str):
            raise ValueError
        text = " ".join(value.replace("\u202f", " ").replace("\u200e", "").split())
        if _EPOCH.fullmatch(text) or text == "0":
            return _since_1970(float(text))
        try:
            return datetime.fromisoformat(_UTC_NAME.sub("+00:00", text))
        except ValueError:
            pass
        if named := _NAMED_MONTH.search(text):
            return _with_named_month(text, named)
        if found := _YEAR_FIRST.fullmatch(text):
            year, month, day, clock = found.groups()
            return _at(int(year), int(month), int(day), clock)
        if found := _SHORT.fullmatch(text):
            return self._short(found)
        raise ValueError

    def _short(self, found: re.Match[str]) -> datetime:
        first, separator, second = int(found[1]), found[2], int(found[3])
        year = int(found[4]) + (2000 if len(found[4]) == 2 else 0)
        orders = _orders(first, separator, second)
        if not orders:
            raise ValueError
        if len(orders) == 2 and first != second and self.order is None:
            raise ValueError(TWO_DAYS)
        order = self.order if self.order in orders else orders[0]
        month, day = (first, second) if order == "mdy" else (second, first)
        return _at(year, month, day, found[5])


def is_time(value: object) -> bool:
    """Whether ``value`` is a time, be it one that can mean two days."""
    try:
        Calendar().read(value)
    except ValueError as error:
        return str(error) == TWO_DAYS
    return True


def evidence(values: Iterable[object]) -> set[DateOrder]:
    """The orders of day and month that these values can only have."""
    found: set[DateOrder] = set()
    for value in values:
        if isinstance(value, str) and (match := _SHORT.fullmatch(value.strip())):
            orders = _orders(int(match[1]), match[2], int(match[3]))
            if len(orders) == 1 and match[2] != ".":
                found.add(orders[0])
    return found


def joined(day: str, clock: str) -> str:
    """A date and a time of day from two columns as one value."""
    return f"{day.strip()} {clock.strip()}" if _BARE_TIME.fullmatch(clock) else day


def _orders(first: int, separator: str, second: int) -> list[DateOrder]:
    if separator == ".":  # 3.4.2025 is written where the day comes first
        return ["dmy"] if second <= 12 else []
    possible: list[DateOrder] = []
    if first <= 12 and second <= 31:
        possible.append("mdy")
    if second <= 12 and first <= 31:
        possible.append("dmy")
    return possible


def _with_named_month(text: str, month: re.Match[str]) -> datetime:
    if not re.search(r"\b\d{4}\b", text):
        raise ValueError
    if re.search(r"\d{1,2}:\d{2}(:\d{2})? [+-]\d{4}$|[A-Z]{3,4}$", text) and text[-1:] not in "Mm":
        found = parsedate_to_datetime(text)
        if found.tzinfo is not None:
            return found
    number = "janfebmaraprmayjunjulaugsepoctnovdec".index(month[1].lower()) // 3 + 1
    rest = _WEEKDAY.sub("", text[: month.start()]) + " " + text[month.end() :]
    clock = _CLOCK.search(rest)
    numbers = re.findall(r"\d+", rest[: clock.start()] + " " + rest[clock.end() :] if clock else rest)
    years = [int(part) for part in numbers if len(part) == 4]
    days = [int(part) for part in numbers if len(part) <= 2]
    if len(years) != 1 or len(days) != 1 or len(numbers) != 2:
        raise ValueError
    return _at(years[0], number, days[0], clock[0] if clock else "")


def _at(year: int, month: int, day: int, clock: str) -> datetime:
    if not clock.strip():
        return datetime(year, month, day)
    found = _CLOCK.fullmatch(clock.strip())
    if found is None:
        raise ValueError
    hour, half = int(found[1]), (found[5] or "").lower()
    if half and not 1 <= hour <= 12:
        raise ValueError
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    micro = int((found[4] or "0").ljust(6, "0"))
    naive = datetime(year, month, day, hour, int(found[2]), int(found[3] or 0), micro)
    if found[6] is None:
        return naive
    offset = _UTC_NAME.sub("+00:00", found[6])
    return datetime.fromisoformat(naive.isoformat() + offset)


def _since_1970(number: float) -> datetime:
    for unit in (1, 1e3, 1e6):
        if abs(number) < 1e11 * unit:
            return datetime.fromtimestamp(number / unit, UTC)
    raise ValueError
