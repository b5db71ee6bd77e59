"""One spelling for questions that differ in case, Unicode form, punctuation, spacing and courtesies only."""

import re
import unicodedata

# Numbers keep the marks inside them (7:30, 1,100.50, 10-12), words their apostrophe; a symbol is a token of its own.
_TOKEN = re.compile(r"\d+(?:[.,:/-]\d+)*|[^\W\d_]+(?:'[^\W\d_]+)*|[^\w\s.,;:!?\"'()\[\]{}<>|\\/_`~^*=…¿¡«»-]")
_BEFORE = (
    "hi", "hi there", "hello", "hello there", "hey", "hey there", "good morning", "good afternoon", "good evening",
    "quick question", "just a quick question", "a quick question", "one more thing", "one more question", "sorry",
    "sorry to bother you", "excuse me", "just wondering", "i was wondering", "thanks", "thank you",
)  # fmt: skip
_AFTER = (
    "thanks", "thank you", "thx", "thanks a lot", "thanks so much", "thank you so much", "thanks in advance", "please",
    "just wondering", "just curious", "let me know", "please let me know", "pls",
)  # fmt: skip
_COURTESY = re.compile(
    rf"^(?:{'|'.join(sorted(_BEFORE, key=len, reverse=True))}) (?=.)"
    rf"|(?<=.) (?:{'|'.join(sorted(_AFTER, key=len, reverse=True))})$"
)
_APOSTROPHES = re.compile("[\u2018\u2019\u02bc\u00b4`]")
_DASHES = re.compile("[\u2010-\u2015\u2212]")


def normalised(question: str) -> str:
    """The tokens of a question with single blanks between; empty when it holds none. Applying it again changes nothing.

    Signs that change the meaning stay: ``$``, ``%``, ``+``, ``&``, emoji, and the marks inside a number. A greeting
    before and thanks after go, unless they are all there is.
    """
    spelled = " ".join(match.group() for match in _TOKEN.finditer(_folded(question)))
    while (shorter := _COURTESY.sub("", spelled)) != spelled:
        spelled = shorter
    return spelled


def tokens(question: str) -> list[str]:
    """The words, numbers and symbols of a question, in order, as :func:`normalised` spells them."""
    return normalised(question).split()


def _folded(text: str) -> str:
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return _DASHES.sub("-", _APOSTROPHES.sub("'", folded))
