"""One spelling for questions that differ in case, Unicode form, punctuation and spacing only."""

import re
import unicodedata

# Numbers keep the marks inside them (7:30, 1,100.50, 10-12), words their apostrophe; a symbol is a token of its own.
_TOKEN = re.compile(r"\d+(?:[.,:/-]\d+)*|[^\W\d_]+(?:'[^\W\d_]+)*|[^\w\s.,;:!?\"'()\[\]{}<>|\\/_`~^*=…¿¡«»-]")
_APOSTROPHES = re.compile("[\u2018\u2019\u02bc\u00b4`]")
_DASHES = re.compile("[\u2010-\u2015\u2212]")


def normalised(question: str) -> str:
    """The tokens of a question with single blanks between; empty when it holds none. Applying it again changes nothing.

    Signs that change the meaning stay: ``$``, ``%``, ``+``, ``&``, emoji, and the marks inside a number.
    """
    return " ".join(tokens(question))


def tokens(question: str) -> list[str]:
    """The words, numbers and symbols of a question, in order, in one spelling."""
    return [match.group() for match in _TOKEN.finditer(_folded(question))]


def _folded(text: str) -> str:
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return _DASHES.sub("-", _APOSTROPHES.sub("'", folded))
