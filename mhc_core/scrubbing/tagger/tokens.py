"""A text as tokens: words, numbers and single signs, with their places."""

import re
from typing import NamedTuple

_ALONE = r"\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
"""Scripts that put no blanks between words: each sign is a token."""
_MARKS = r"\u0300-\u036f\u0900-\u0903\u093a-\u094f\u0591-\u05bd\u064b-\u065f"
_TOKEN = re.compile(rf"[{_ALONE}]|(?:[^\W\d_{_ALONE}][{_MARKS}]*)+|\d+|[^\w\s]|_")


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
