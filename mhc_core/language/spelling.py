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
_GREETINGS, _THANKS = (frozenset(tuple(one.split()) for one in listed) for listed in (_BEFORE, _AFTER))
_LONGEST = max(map(len, _GREETINGS | _THANKS))
_APOSTROPHES = re.compile("[\u2018\u2019\u02bc\u00b4`]")
_DASHES = re.compile("[\u2010-\u2015\u2212]")


def normalised(question: str) -> str:
    """The tokens of a question with single blanks between; empty when it holds none. Applying it again changes nothing.

    Signs that change the meaning stay: ``$``, ``%``, ``+``, ``&``, emoji, and the marks inside a number. A greeting
    before and thanks after go, unless they are all there is.
    """
    words = [match.group() for match in _TOKEN.finditer(_folded(question))]
    start, end = 0, len(words)
    while size := next((n for n in _sizes(end - start) if tuple(words[start : start + n]) in _GREETINGS), 0):
        start += size
    while size := next((n for n in _sizes(end - start) if tuple(words[end - n : end]) in _THANKS), 0):
        end -= size
    return " ".join(words[start:end])


def tokens(question: str) -> list[str]:
    """The words, numbers and symbols of a question, in order, as :func:`normalised` spells them."""
    return normalised(question).split()


def _sizes(there: int) -> range:
    """How many words a courtesy may have, the most first, when one word has to be left."""
    return range(min(_LONGEST, there - 1), 0, -1)


def _folded(text: str) -> str:
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return _DASHES.sub("-", _APOSTROPHES.sub("'", folded))
