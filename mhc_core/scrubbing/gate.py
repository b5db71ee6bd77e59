"""Decides whether the name model has to read a text: not when every word left in it is known to say nothing."""

from mhc_core.scrubbing.names import WORD, Kind, kind
from mhc_core.scrubbing.vocabulary import CALENDAR, PLACES


def needs_model(text: str) -> bool:
    """Whether ``text``, with what rules found already taken out, holds a word that may be a name."""
    for match in WORD.finditer(text):
        word = match.group()
        if len(word) == 1:
            continue
        what = kind(word)
        if what is Kind.ORDINARY:
            continue
        lower = word.lower()
        if what is Kind.EITHER and (lower in PLACES or lower in CALENDAR or not word[0].isupper()):
            continue
        return True
    return False
