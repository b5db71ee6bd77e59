"""What is celebrated, and whom an allergen concerns: as people say it, in one spelling."""

import re

from mhc_core.understanding.values.spelling import tidy, unaccented
from mhc_core.understanding.values.word_lists import meaning

_WORD = re.compile(r"[^\W\d_]+(?:[-'][^\W\d_]+)*")
_DETERMINERS = {"my", "our", "her", "his", "the", "a", "an", "one", "two", "three", "four", "half", "some", "me",
                "mi", "mis", "la", "el"}  # fmt: skip
_POSSESSIVE = re.compile(r"['’]s$")


def occasion(words: str) -> str | None:
    """The occasion: ``mom's bday`` becomes ``mom's birthday``, everything else stays as typed."""
    text = tidy(words).rstrip(".")
    whole = meaning("occasions").get(unaccented(text))
    if whole is not None:
        return whole
    return _WORD.sub(lambda found: meaning("occasions").get(unaccented(found[0]), found[0]), text) or None


def whom(words: str) -> str | None:
    """The guest as the customer calls them: ``My daughter's`` becomes ``my daughter``."""
    text = _POSSESSIVE.sub("", tidy(words).rstrip("."))
    first, space, rest = text.partition(" ")
    return (first.lower() + space + rest if first.lower() in _DETERMINERS else text) or None
