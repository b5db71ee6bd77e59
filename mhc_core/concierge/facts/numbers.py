"""Numbers as people write them in a chat: in digits, in words, or by the dozen."""

import re

from mhc_core.language.number_words import ONES, TENS

_UNITS = {word: value for value, word in enumerate(ONES)}
_TENS = {word: 10 * value for value, word in enumerate(TENS, 2)}
_UNIT = "|".join(word for word, value in _UNITS.items() if 0 < value < 10)
_WORDS = re.compile(
    rf"\b(?:(?P<tens>{'|'.join(_TENS)})(?:[ -](?P<rest>{_UNIT}))?|(?P<unit>{'|'.join(_UNITS)})"
    r"|(?P<half>half a dozen)|(?P<dozen>(?:a )?dozen)|(?P<pair>a couple(?: of)?))\b"
)
_HUNDRED = re.compile(r"\b(?:a|(\d)) hundred(?: and)?(?: (\d{1,2})\b)?")
_GROUPED = re.compile(r"(?<=\d),(?=\d{3}\b)")
_QUOTES = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-"})


def in_digits(text: str) -> str:
    """The text in lower case with its number words as digits: ``Twenty-five adults`` becomes ``25 adults``."""
    plain = _GROUPED.sub("", text.lower().translate(_QUOTES))
    return _HUNDRED.sub(_hundred, _WORDS.sub(_value, plain))


def _value(found: re.Match[str]) -> str:
    if found["tens"]:
        return str(_TENS[found["tens"]] + _UNITS.get(found["rest"] or "", 0))
    if found["unit"]:
        return str(_UNITS[found["unit"]])
    return "6" if found["half"] else "12" if found["dozen"] else "2"


def _hundred(found: re.Match[str]) -> str:
    return str(100 * int(found[1] or 1) + int(found[2] or 0))
