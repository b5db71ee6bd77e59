"""A text as tokens: words, numbers and single signs, with their places."""

import re
from typing import NamedTuple

_TOKEN = re.compile(r"[^\W\d_]+[\u0300-\u036f]*|\d+|[^\w\s]|_")


class Token(NamedTuple):
    """A token; ``gap`` is what lies before it: nothing, a blank, or the end of a line."""

    text: str
    start: int
    end: int
    gap: str


def tokens(text: str) -> list[Token]:
    """The tokens of a text in order."""
    found = []
    before = 0
    for match in _TOKEN.finditer(text):
        start, end = match.span()
        gap = text[before:start]
        found.append(Token(match.group(), start, end, "n" if "\n" in gap else "b" if gap else ""))
        before = end
    return found
