"""One spelling of a slot's words, for the readers of its value."""

import re
import unicodedata
from functools import cache

from mhc_core.language.number_words import VALUES, in_digits
from mhc_core.understanding.values.word_lists import meaning

_ISH = re.compile(rf"\b({'|'.join(VALUES)}|hundred|dozen)-?ish\b")
_DOZEN = re.compile(r"\b(?:an? )?dozens?\b|\b(?:una )?docenas?\b")
_DOZENS = re.compile(r"(?:\b(\d{1,2}) )?\bxii\b")
_SPACES = re.compile(r"\s+")


def tidy(words: str) -> str:
    """As typed, without spaces and punctuation around it, and with single spaces in it."""
    return _SPACES.sub(" ", words).strip(" \t\n,;:!?\"'()[]*_~")


def unaccented(words: str) -> str:
    """Lower case without accents: ``Sábado`` becomes ``sabado``."""
    spread = unicodedata.normalize("NFD", words.lower())
    return "".join(letter for letter in spread if not unicodedata.combining(letter))


def plain(words: str) -> str:
    """Lower case without accents, English and Spanish number words as digits: ``Dos dozen`` becomes ``24``."""
    text = unaccented(words)
    dozens = "do" in text and "half" not in text
    if "ish" in text:
        text = _ISH.sub(r"\1 ish", text)
    text = _spanish().sub(_digits, in_digits(_DOZEN.sub("xii", text) if dozens else text))
    if dozens:
        text = _DOZENS.sub(lambda found: str(12 * int(found[1] or 1)), text)
    return _SPACES.sub(" ", text).strip()


@cache
def _spanish() -> re.Pattern[str]:
    numbers = meaning("numbers")
    words = [word for word in numbers if not word.isdigit()]
    tens = [word for word in words if len(numbers[word]) == 2 and numbers[word] >= "30"]
    ones = [word for word in words if len(numbers[word]) == 1]
    return re.compile(rf"\b(?:(?P<tens>{'|'.join(tens)}) y (?P<ones>{'|'.join(ones)})|(?P<word>{'|'.join(words)}))\b")


def _digits(found: re.Match[str]) -> str:
    numbers = meaning("numbers")
    if found["tens"]:
        return str(int(numbers[found["tens"]]) + int(numbers[found["ones"]]))
    return numbers[found["word"]]
