"""Signs of Chinese and Japanese in a text, where no blank tells one word from the next."""

import re
from collections.abc import Collection, Iterator

from mhc_core.scrubbing.tagger.languages.lists import listed

APART = "\u3001"
"""Stands for each sign where exact forms are looked for: no word, no blank, in no number."""
SIGNS = re.compile(r"[\u3005-\u3007\u3040-\u30ff\u3400-\u9fff]")
"""A sign of Chinese or Japanese."""


def has_signs(text: str) -> bool:
    """Whether any sign is in the text."""
    return not text.isascii() and SIGNS.search(text) is not None


def begins_signed(word: str) -> bool:
    """Whether a word is written in signs: a name's surname stands first then, and no blank follows it."""
    return word[:1] >= "\u3005" and SIGNS.match(word) is not None


def without_signs(text: str) -> str:
    """The text, as long as it was, in which exact forms stand apart from the signs around them."""
    return text if text.isascii() else SIGNS.sub(APART, text).replace(APART + ":", APART * 2)


def again(text: str, names: Collection[str]) -> Iterator[tuple[int, int]]:
    """Where those names that are written in signs stand, whatever stands beside them; not those that are words too."""
    for name in sorted(filter(begins_signed, names)):
        if name not in listed("word"):
            for match in re.finditer(re.escape(name), text):
                yield match.span()
