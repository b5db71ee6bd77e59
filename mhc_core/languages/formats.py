"""Dates, times, amounts, distances and lists as a language writes them, by the Unicode CLDR (through Babel).

English is written as the concierge always wrote it: "6 pm", "$1,550", lists without a comma before "and".
"""

from collections.abc import Sequence
from datetime import date, time
from decimal import Decimal
from functools import cache

from babel import Locale, UnknownLocaleError
from babel.core import get_global
from babel.dates import format_date, format_skeleton, format_time
from babel.lists import format_list
from babel.numbers import format_currency
from babel.units import format_unit

from mhc_core.languages.speaking import ENGLISH, current

_MILE = "length-mile"
TERRITORY = "US"
"""Where customers live: its way of writing is taken where the CLDR has it for a language (``es_US``)."""


@cache
def locale(language: str) -> Locale:
    """The locale by whose rules a language is written; that of English for a code that the CLDR does not know."""
    name = language.replace("-", "_")
    likely = get_global("likely_subtags").get(name, "")
    for candidate in (f"{name}_{TERRITORY}", likely, name):
        try:
            return Locale.parse(candidate)
        except (ValueError, UnknownLocaleError):
            continue
    return Locale.parse(f"{ENGLISH}_{TERRITORY}")


def day_and_date(day: date) -> str:
    """A date with its weekday: ``Saturday, December 5, 2026``, ``sábado, 5 de diciembre de 2026``."""
    return format_date(day, "full", locale=locale(current()))


def weekday_and_day(day: date) -> str:
    """A date with its weekday and without its year: ``Saturday, December 5``, ``sáb, 5 de dic``."""
    if current() == ENGLISH:
        return f"{day:%A, %B} {day.day}"
    return format_skeleton("MMMEd", day, locale=locale(current()))


def month_and_day(day: date) -> str:
    """A date without its weekday and year: ``December 5``, ``5 de diciembre``, ``12月5日``."""
    if current() == ENGLISH:
        return f"{day:%B} {day.day}"
    return format_skeleton("MMMMd", day, locale=locale(current()))


def clock(at: time) -> str:
    """A time of day: ``6:30 pm``, ``6:30 p.m.``, ``18:30``."""
    if current() != ENGLISH:
        return format_time(at, "short", locale=locale(current())).replace("\u202f", " ").replace("\xa0", " ")
    minutes = f":{at.minute:02d}" if at.minute else ""
    return f"{at.hour % 12 or 12}{minutes} {'am' if at.hour < 12 else 'pm'}"


def money(amount: Decimal) -> str:
    """An amount in US dollars; whole dollars without cents."""
    whole = amount == amount.to_integral_value()
    if current() == ENGLISH:
        return f"${amount:,.0f}" if whole else f"${amount:,.2f}"
    spoken = locale(current())
    pattern: str = spoken.currency_formats["standard"].pattern
    pattern = pattern.replace(".00", "") if whole else pattern
    return format_currency(amount, "USD", format=pattern, locale=spoken, currency_digits=False).replace("\xa0", " ")


def miles(distance: Decimal) -> str:
    """A distance in miles, to as many digits as it was told with."""
    if current() == ENGLISH:
        return f"{distance:f} miles"
    spoken = locale(current())
    for length in ("long", "short"):  # Chinese has the short form alone in the CLDR that Babel brings
        said = format_unit(distance, _MILE, length, locale=spoken)
        if _MILE not in said:
            break
    return said.replace("\xa0", " ")


def listed(parts: Sequence[str]) -> str:
    """The parts as a list in words: ``a, b and c``; empty for none."""
    if current() != ENGLISH:
        return format_list(list(parts), locale=locale(current())) if parts else ""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}" if parts else ""
