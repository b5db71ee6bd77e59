"""Dates in one spelling: months and weekdays as three letters, ordinals in digits, slips of typing mended."""

import re

from mhc_core.language.misspellings import meant
from mhc_core.understanding.values import special_days
from mhc_core.understanding.values.spelling import plain
from mhc_core.understanding.values.word_lists import meaning

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_ORDINALS = (
    *("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh"),
    *("twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth", "eighteenth", "nineteenth"),
    *("twentieth", "thirtieth"),
)
_ORDINAL_VALUES = {word: n if n <= 20 else 30 for n, word in enumerate(_ORDINALS, 1)}
_ORDINAL = re.compile(rf"\b(?:(?P<tens>[23]0)[ -])?(?P<word>{'|'.join(sorted(_ORDINALS, key=len, reverse=True))})\b")
_TYPED_ORDINAL = re.compile(r"\b(\d{1,2}) ?(?:st|nd|rd|th)\b")
_PHRASES = (
    (re.compile(r"[’‘'`´]"), ""),
    (re.compile(r"\bfin de semana\b"), "weekend"),
    (re.compile(r"\bpasado manana\b"), "day after tomorrow"),
    (re.compile(r"\bque viene\b"), "coming"),
    (re.compile(r"\bhace (?=\d)"), "ago "),
)
_WORD = re.compile(r"[a-z]+")
_KEEP = frozenset({"months", "month", "weekday", "weekends", "sometime", "someday", "holiday", "before", "after",
                   "following", "coming", "early", "evening", "morning", "night", "monthly"})  # fmt: skip
_LEAST_LETTERS = 5
_MOST_MENDED = 40


def canonical(words: str) -> str:
    """The words in that spelling: ``el sábado, June the fourteenth`` becomes ``el sat, jun the 14th``."""
    text = plain(words)
    for pattern, written in _PHRASES:
        text = pattern.sub(written, text)
    text = _ORDINAL.sub(lambda found: f"{int(found['tens'] or 0) + _ORDINAL_VALUES[found['word']]}th", text)
    text = _TYPED_ORDINAL.sub(r"\1th", text)
    left = [_MOST_MENDED]
    return _WORD.sub(lambda found: _one(found[0], left), text)


def _one(word: str, left: list[int]) -> str:
    calendar = meaning("calendar")
    if word in calendar or word in _KEEP or word in special_days.WORDS or len(word) < _LEAST_LETTERS:
        return calendar.get(word, word)
    single = word.removesuffix("s")
    if single in calendar or not left[0]:
        return f"{calendar.get(single, single)}s"
    left[0] -= 1
    near = meant(word, (*(known for known in calendar if len(known) >= _LEAST_LETTERS), *special_days.WORDS), 81)
    return calendar.get(near, near) if near else word
