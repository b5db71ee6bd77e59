"""Distances in miles and budgets in US dollars."""

import re
from decimal import Decimal

from mhc_core.understanding.values.spelling import plain

_NUMBER = re.compile(r"(?<![\d.])(?:\d{1,6}(?:\.\d{1,3})?)(?![\d])")
_KILOMETRES = re.compile(r"\bk(?:ilo)?m(?:et(?:er|re)s?|etros?|s)?\b|\bkilometros?\b|\d ?km")
_MILES_IN_A_KILOMETRE = Decimal("0.621371")
_HALF = re.compile(r"\b(?:(\d{1,4}) )?1/2\b")
_ONE_MILE = re.compile(r"(\bhalf )?\ba mile\b")
_THOUSANDS = re.compile(r"(?<=\d) ?(?:grand|k)\b")
_EACH = re.compile(r"\b(?:per|each|pp)\b|\ba (?:person|head|guest|plate|piece)\b|\bpor (?:persona|cabeza)\b|\d ?/")
_SPOKEN_HUNDREDS = re.compile(r"(?<![\d.])([1-9]|1\d) ([1-9]\d)(?![\d.])")


def miles(words: str) -> Decimal | None:
    """A distance one way; of a range the greater end, so that a quote is not too low. Kilometres are converted."""
    text = _HALF.sub(lambda found: f"{found[1] or 0}.5", plain(words))
    found = [Decimal(number) for number in _NUMBER.findall(text)]
    if not found:
        one = _ONE_MILE.search(text)
        return Decimal("0.5" if one[1] else "1") if one else None
    if _KILOMETRES.search(text):
        return (max(found) * _MILES_IN_A_KILOMETRE).quantize(Decimal("0.1"))
    return max(found)


def budget(words: str) -> Decimal | None:
    """What a party may cost; of a range the greater end, and ``None`` for an amount per guest."""
    text = _THOUSANDS.sub("000", _SPOKEN_HUNDREDS.sub(r"\1\2", plain(words)))
    found = [Decimal(number) for number in _NUMBER.findall(text)]
    return max(found) if found and not _EACH.search(text) else None
