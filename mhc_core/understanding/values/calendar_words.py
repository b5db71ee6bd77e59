"""Dates in one spelling: months and weekdays as three letters, ordinals in digits, slips of typing mended."""

import re

from mhc_core.language.misspellings import meant
from mhc_core.understanding.values import special_days
from mhc_core.understanding.values.spelling import plain

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
MONTH_NAMES = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
               "November", "December")  # fmt: skip
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_SPANISH_MONTHS = ("enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre",
                   "noviembre", "diciembre")  # fmt: skip
_SPANISH_DAYS = ("lunes", "martes", "miercoles", "jueves", "viernes", "sabado", "domingo")
_LONG = {
    **{name.lower(): short for name, short in zip(MONTH_NAMES, MONTHS, strict=True)},
    **dict(zip(_SPANISH_MONTHS, MONTHS, strict=True)),
    **{name.lower(): short for name, short in zip(DAY_NAMES, DAYS, strict=True)},
    **dict(zip(_SPANISH_DAYS, DAYS, strict=True)),
    **{"tomorrow": "tomorrow", "today": "today", "tonight": "today", "yesterday": "yesterday", "weekend": "weekend"},
}
_KNOWN = {
    **_LONG,
    **{short: short for short in (*MONTHS, *DAYS)},
    **{"sept": "sep", "febr": "feb", "ene": "jan", "abr": "apr", "dic": "dec", "setiembre": "sep"},
    **{"tues": "tue", "weds": "wed", "thur": "thu", "thurs": "thu", "sab": "sat", "dom": "sun"},
    **{"tmrw": "tomorrow", "tmr": "tomorrow", "tmw": "tomorrow", "tomo": "tomorrow", "2moro": "tomorrow"},
    **{"tom": "tomorrow", "manana": "tomorrow"},
    **{"tonite": "today", "hoy": "today", "noche": "night", "ayer": "yesterday"},
    **{"wknd": "weekend", "wkend": "weekend", "fin de semana": "weekend", "finde": "weekend", "wk": "week"},
    **{"semana": "week", "semanas": "weeks", "dia": "day", "dias": "days", "mes": "month", "meses": "months"},
    **{"wks": "weeks", "en": "in", "despues": "after", "antes": "before", "proximo": "coming", "proxima": "coming"},
    **{"este": "this", "esta": "this", "ultimo": "last", "pasado": "past", "primer": "1th", "primero": "1th"},
    **{"nxt": "next", "segundo": "2th", "tercer": "3th"},
}
_KEEP = frozenset({"monthly", "months", "month", "weekday", "weekends", "sometime", "someday", "holiday", "before",
                   "after", "following", "coming", "early", "evening", "morning", "night", "friends"})  # fmt: skip
_ORDINALS = {
    **{"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8},
    **{"ninth": 9, "nineth": 9, "tenth": 10, "eleventh": 11, "twelfth": 12, "twelveth": 12, "thirteenth": 13},
    **{"fourteenth": 14, "fifteenth": 15, "sixteenth": 16, "seventeenth": 17, "eighteenth": 18, "nineteenth": 19},
    **{"twentieth": 20, "thirtieth": 30},
}
_ORDINAL = re.compile(rf"\b(?:(?P<tens>[23]0)[ -])?(?P<word>{'|'.join(sorted(_ORDINALS, key=len, reverse=True))})\b")
_TYPED_ORDINAL = re.compile(r"\b(\d{1,2}) ?(?:st|nd|rd|th)\b")
_WORD = re.compile(r"[a-z]+")
_PHRASES = (
    (re.compile(r"[’‘'`´]"), ""),
    (re.compile(r"\bfin de semana\b"), "weekend"),
    (re.compile(r"\b(?:pasado manana|overmorrow)\b"), "day after tomorrow"),
    (re.compile(r"\bque viene\b"), "coming"),
    (re.compile(r"\bhace (?=\d)"), "ago "),
)
_LEAST_LETTERS = 5
_MOST_WORDS = 40


def canonical(words: str) -> str:
    """The words in that spelling: ``el sábado, June the fourteenth`` becomes ``el sat, jun the 14th``."""
    text = plain(words)
    for pattern, written in _PHRASES:
        text = pattern.sub(written, text)
    text = _ORDINAL.sub(lambda found: f"{int(found['tens'] or 0) + _ORDINALS[found['word']]}th", text)
    text = _TYPED_ORDINAL.sub(r"\1th", text)
    left = [_MOST_WORDS]
    return _WORD.sub(lambda found: _one(found[0], left), text)


def _one(word: str, left: list[int]) -> str:
    known = _KNOWN.get(word)
    if known is not None or len(word) < _LEAST_LETTERS or word in _KEEP or word in special_days.WORDS:
        return known or word
    if word.removesuffix("s") in _LONG or not left[0]:
        return word
    left[0] -= 1
    near = meant(word, (*_LONG, *special_days.WORDS), 81)
    return _LONG.get(near, near) if near else word
