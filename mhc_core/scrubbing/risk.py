"""How harmful a text is, and whether anything like a card, account or social security number is still in it."""

import re
import unicodedata
from collections.abc import Collection, Iterable

from mhc_core.language.number_words import ONES
from mhc_core.scrubbing.digits import luhn, spoken_digits
from mhc_core.scrubbing.findings import HIGH_RISK, PiiType, Risk
from mhc_core.scrubbing.view import build_view

_RUN = re.compile(r"\d{9,}")
_SSN_LIKE = re.compile(r"(?<!\d)\d{3}\W{1,3}\d{2}\W{1,3}\d{4}(?!\d)")
_CARD_LIKE = re.compile(r"(?<!\d)\d(?:[^\w\n]{0,3}\d){12,18}(?!\d)")
_ACCOUNT_LIKE = re.compile(
    r"\b(?:account|acct|routing|iban|ssn|social security|passport)\b\W{0,3}(?:number|no|"
    r"is)?\W{0,3}(?:is)?\W{0,3}\d(?:[\s\-.]?\d){5,}",
    re.IGNORECASE,
)
_WORDS = re.compile(rf"(?:\b(?:oh|{'|'.join(ONES[:10])})\b[\s,.\-]{{0,3}}){{9,}}", re.IGNORECASE)
_LOW = frozenset({PiiType.PERSON, PiiType.URL, PiiType.SOCIAL_HANDLE, PiiType.IP})


def grade(types: Iterable[PiiType]) -> Risk:
    """The risk of a text in which ``types`` were found: that of the worst of them."""
    found = set(types)
    if not found:
        return Risk.NONE
    if found & HIGH_RISK:
        return Risk.HIGH
    return Risk.LOW if found <= _LOW else Risk.MEDIUM


def residue(clean: str, allowed: Collection[str] = ()) -> bool:
    """Whether the scrubbed text still holds a number like those of cards, accounts or social security.

    Stricter than the recognisers: what announces a number as harmless, like "order", does not count here.
    ``allowed`` are slices of the text that may stay.
    """
    text = unicodedata.normalize("NFKC", build_view(clean).text)
    for value in allowed:
        text = text.replace(value, " ")
    if sum(character.isdigit() for character in text) >= 6 and (
        _RUN.search(text)
        or _SSN_LIKE.search(text)
        or _ACCOUNT_LIKE.search(text)
        or any(luhn([int(c) for c in match.group() if c.isdigit()]) for match in _CARD_LIKE.finditer(text))
    ):
        return True
    return any(len(spoken_digits(match.group())) >= 9 for match in _WORDS.finditer(text))
