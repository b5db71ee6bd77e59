"""Ages in years, one or a span."""

import re

from mhc_core.understanding.result import AgeRange
from mhc_core.understanding.values.spelling import plain

_OLDEST = 120
_TEENS = AgeRange(13, 19)
_NAMED: tuple[tuple[re.Pattern[str], int | AgeRange], ...] = (
    (re.compile(r"\b(?:newborns?|infants?|bab(?:y|ies)|bebes?|recien nacid\w+)\b"), 0),
    (re.compile(r"\btoddlers?\b"), AgeRange(1, 3)),
    (re.compile(r"\bkindergart[en]+ers?\b|\bkinders?\b"), AgeRange(5, 6)),
    (re.compile(r"\b(?:pre-?)?teen(?:s|agers?)?\b|\badolescentes?\b"), _TEENS),
)
_ADULT = re.compile(r"\b(?:adults?|grown|adultos?)\b")
_MONTHS = re.compile(r"\b(\d{1,3})[- ]*(?:months?|mos?|mths?|mes(?:es)?)\b")
_BABY_UNITS = re.compile(r"\b\d{1,3}[- ]*(?:weeks?|wks?|days?|semanas?|dias?)\b")
_DECADE = re.compile(r"\b([2-9]0)'?s\b")
_SPAN = re.compile(r"(\d{1,3})\s*(?:-|to|thru|through|and|or|[&/,]|a|y|o)\s*(\d{1,3})\b")
_BELOW = re.compile(
    r"\b(?:under|below|younger than|less than|menor(?:es)? de)\s*(?:the age of )?(\d{1,3})\b|<\s*(\d{1,3})"
)
_UP_TO = re.compile(
    r"\b(?:up to|at most|hasta)\s*(\d{1,3})\b"
    r"|\b(\d{1,3})\b[a-z ]{0,12}\b(?:and|or|y|o|&)?\s*(?:under|younger|below|less|menos|menores)\b"
)
_ABOVE = re.compile(
    r"\b(?:over|above|older than|more than|mayor(?:es)? de)\s*(?:the age of )?(\d{1,3})\b|>\s*(\d{1,3})"
)
_FROM = re.compile(
    r"\b(\d{1,3})\s*\+|\b(?:at least|from|desde)\s*(\d{1,3})$"
    r"|\b(\d{1,3})\b[a-z ]{0,12}?\b(?:and|or|y|o|&)?\s*(?:up|over|older|above|mas|mayores)\b"
)
_HALF = re.compile(r"(?<=\d)\s*(?:1/2|½|\.5|and a half|y medio)")
_NUMBER = re.compile(r"(?<!\d)\d{1,3}(?!\d)")


def age(words: str, adult_from: int) -> int | AgeRange | None:
    """An age in whole years or a span of ages; ``adult_from`` is the age from which the business counts adults."""
    text = _HALF.sub("", plain(words))
    for pattern, named in _NAMED:
        found = pattern.search(text)
        if found and (found[0].endswith("s") or not _NUMBER.search(text)):
            return named
    months = _MONTHS.search(text)
    if months:
        return int(months[1]) // 12
    if _BABY_UNITS.search(text):
        return 0
    decade = _DECADE.search(text)
    if decade:
        return AgeRange(int(decade[1]), int(decade[1]) + 9)
    if len(_NUMBER.findall(text)) > 2:
        return None
    span = _SPAN.search(text)
    if span and int(span[1]) != int(span[2]):
        low, high = sorted((int(span[1]), int(span[2])))
        return AgeRange(low, high) if high <= _OLDEST else None
    for pattern, shift, below in ((_BELOW, -1, True), (_ABOVE, 1, False), (_UP_TO, 0, True), (_FROM, 0, False)):
        bound = pattern.search(text)
        if bound:
            edge = int(next(group for group in bound.groups() if group)) + shift
            return AgeRange(None, max(edge, 0)) if below else AgeRange(edge, None)
    single = _NUMBER.search(text)
    if single:
        return int(single[0]) if int(single[0]) <= _OLDEST else None
    return AgeRange(adult_from, None) if _ADULT.search(text) else None
