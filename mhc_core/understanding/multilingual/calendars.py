"""What the grammars of Chinese and Japanese dates and times share: counting from today, and the clock."""

from datetime import date, timedelta

from dateutil.relativedelta import MO, relativedelta

from mhc_core.understanding.values.calendar_words import DAYS, MONTHS

MORNING, NOON, LATER = "morning", "noon", "later"
"""Parts of the day that a word beside an hour may name."""


def month_and_day(month: int, day: int, year: int | None = None) -> str:
    """The date as the English reader of dates reads it; an impossible one stays impossible."""
    if not 1 <= month <= len(MONTHS):
        return f"{month}/{day}"
    return f"{MONTHS[month - 1]} {day}" + (f" {year}" if year else "")


def on(day: date) -> str:
    """A day with its year."""
    return month_and_day(day.month, day.day, day.year)


def in_month(today: date, ahead: int, day: int) -> str:
    """A day of the month that lies ``ahead`` of this one."""
    first = today.replace(day=1) + relativedelta(months=ahead)
    return month_and_day(first.month, day, first.year)


def weekday_of_week(today: date, ahead: int, number: int) -> str:
    """A weekday (Monday is 0) of the week ``ahead`` of this one, which begins on Monday."""
    monday = today + relativedelta(weekday=MO(-1)) + timedelta(weeks=ahead)
    return on(monday + timedelta(days=number))


def weekday(number: int) -> str:
    """The next such weekday from today on."""
    return DAYS[number]


def clock(hour: int, minute: int, part: str | None) -> str:
    """A time as the English reader of times reads it."""
    if hour > 24 or minute > 59:
        return f"{hour}:{minute:02d}"
    if part == LATER and 0 < hour < 12:
        hour += 12
    elif part == LATER and hour == 12:
        hour = 0
    elif part == NOON and 0 < hour < 6:
        hour += 12
    if part is None or hour > 12:
        return f"{hour}:{minute:02d}"
    half = "am" if hour < 12 or hour == 24 else "pm"
    return f"{hour % 12 or 12}:{minute:02d} {half}"
