"""Who the customer is, how to reach them, where the party is, and the number of a booking."""

import re
from collections.abc import Mapping
from functools import cache

from mhc_core.language.number_words import ONES
from mhc_core.understanding.values.spelling import tidy, unaccented
from mhc_core.understanding.values.word_lists import meaning

_LETTERS = re.compile(r"(?<![’'`])[^\W\d_]+|(?<=[’'`])[^\W\d_]{2,}")
_WORD = re.compile(r"[a-z']+")
_NO_NAME = {"no", "not", "yes", "ok", "okay", "yeah", "nope", "sure", "same", "none", "later", "that", "thats", "dont",
            "don't", "need", "whoever", "say", "put", "you", "it", "here"}  # fmt: skip
"""Words of somebody who does not tell a name, where a model took them for one."""
_NAME_LEAD = re.compile(
    r"^(?:it'?s|it is|this is|i'?m|i am|my name'?s|my name is|name'?s|name is|name|under|for|soy|me llamo|mi nombre es|"
    r"a nombre de|yes|sure|ok|put it under|book it under|call me)\b[\s:,-]*",
    re.IGNORECASE,
)
_DIGIT_GAPS = re.compile(r"(?<=\b[0-9])[ ,-]+(?=[0-9]\b)")
_DOTTED = re.compile(r"\s*\.\s*(?=(?:com|net|org|edu|gov|co|us)\b)|\s+(?:dot|punto)\s+")
_EXTENSION = re.compile(r"\b(?:ext?|extension|x)\b.*|(?<=[0-9])x.*")
_NO_FIGURES = re.compile(r"[^0-9+]")
_LONGEST_PHONE = 30
_EMAIL = re.compile(r"[a-z0-9_.+%'-]{1,64}@[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,5}")
_ZIP = re.compile(r"(?<![0-9])([0-9]{5})(?:-?[0-9]{4})?(?![0-9])")
_STATE = re.compile(r"(?<![\s,])[\s,]+(?:ca|calif(?:ornia)?)\.?$", re.IGNORECASE)
_CITY_LEAD = re.compile(r"^(?:in|near|around|by|en|de|from|the city of|downtown)\s+", re.IGNORECASE)
_ADDRESS_LEAD = re.compile(
    r"^(?:it'?s|we'?re|we are|the address is|my address is|address(?: is)?|es|en)(?: at)?[\s:]+|^at\s+"
    r"|^(?:number|no\.|número)\s+(?=\d)",
    re.IGNORECASE,
)
_REFERENCE = re.compile(r"[^A-Z0-9-]+")
_LEADS = 3
_FULL_STOP = re.compile(r"(?<=\w\w)\.+$")  # not that of an initial


def name(words: str) -> str | None:
    """A name, in title case only where it was typed in one case."""
    text = tidy(words)
    for _ in range(_LEADS):
        text = _NAME_LEAD.sub("", text, count=1)
    text = _FULL_STOP.sub("", text.strip())
    return None if _NO_NAME.intersection(_WORD.findall(text.lower())) or not _LETTERS.search(text) else _titled(text)


def phone(words: str) -> str | None:
    """A phone number as E.164, read as one of the United States where it has no other country's code."""
    import phonenumbers  # takes 0.05 s

    figures = _NO_FIGURES.sub("", _EXTENSION.sub("", _in_figures(words)))
    try:
        number = phonenumbers.parse(figures[:_LONGEST_PHONE], "US")
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def email(words: str) -> str | None:
    """An e-mail address in lower case, ``ann at example dot org`` included."""
    text = _DOTTED.sub(".", re.sub(r"\s+(?:at|arroba)\s+|\s*@\s*", "@", words.lower()))
    found = _EMAIL.search(text)
    return found[0].strip(".-'") if found else None


def zip_code(words: str) -> str | None:
    """The five figures of a zip code."""
    found = _ZIP.search(words) or _ZIP.search(_in_figures(words).replace(" ", ""))
    return found[1] if found else None


def city(words: str) -> str | None:
    """A city without its state, in title case only where it was typed in one case."""
    text = _CITY_LEAD.sub("", _STATE.sub("", tidy(words))).strip(" .")
    known = meaning("cities").get(unaccented(text))
    if known is not None:
        return known
    return _titled(text) if text else None


def address(words: str) -> str | None:
    """An address as it was typed, without the words that lead to it."""
    return _ADDRESS_LEAD.sub("", tidy(words)).strip(" .,") or None


def reference(words: str, prefix: str) -> str | None:
    """The number of a booking in upper case; ``prefix`` is what the business's numbers begin with."""
    text = _REFERENCE.sub("", tidy(words).upper())
    start = prefix.upper()
    if text.startswith(start):
        text = f"{start}-{text.removeprefix(start).strip('-')}"
    return text.strip("-") or None


def _titled(text: str) -> str:
    if not (text.islower() or text.isupper()):
        return text
    return _LETTERS.sub(lambda found: found[0][:1].upper() + found[0][1:].lower(), text)


def _in_figures(words: str) -> str:
    return _DIGIT_GAPS.sub("", _spoken_digit().sub(_figure, unaccented(words)))


@cache
def _spoken_digit() -> re.Pattern[str]:
    return re.compile(rf"\b(?:(?P<twice>double|triple) )?(?P<word>{'|'.join(_digit_words())}|[0-9])\b")


@cache
def _digit_words() -> Mapping[str, str]:
    spanish = {word: value for word, value in meaning("numbers").items() if len(value) == 1 and not word.isdigit()}
    return {**spanish, **{word: str(value) for value, word in enumerate(ONES[:10])}, "oh": "0", "o": "0"}


def _figure(found: re.Match[str]) -> str:
    figure = _digit_words().get(found["word"], found["word"])
    return figure * {"double": 2, "triple": 3}.get(found["twice"] or "", 1)
