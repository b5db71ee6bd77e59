"""A message as words, and what is seen of each word by its letters and its neighbours.

The features are those of linear-chain taggers since Ratinov & Roth 2009: the word, its shape and affixes, the words
around it, and what the customer had been asked for.
"""

import re
from typing import NamedTuple

from mhc_core.language.number_words import ONES, TENS
from mhc_core.understanding.result import DialogueContext

MAX_WORDS = 300
"""Words that are read of one message; what comes after them says nothing."""
_TWO_PARTS = rf"\b(?:{'|'.join(TENS)})-(?:{'|'.join(ONES[1:10])})\b"
_WORD = re.compile(rf"(?i:{_TWO_PARTS})|[^\W\d_]+|\d+|[^\w\s]|_")
_RUN = re.compile(r"(.)\1+")
_AROUND = (-3, -2, -1, 1, 2, 3)


class Word(NamedTuple):
    """A run of letters, a number written as ``thirty-eight``, a run of digits, or one other sign, at its place
    (characters, end exclusive)."""

    text: str
    start: int
    end: int


def split(text: str) -> list[Word]:
    """The first ``MAX_WORDS`` words of a message."""
    found: list[Word] = []
    for word in _WORD.finditer(text):
        if len(found) == MAX_WORDS:
            break
        found.append(Word(word[0], word.start(), word.end()))
    return found


def shape(word: str) -> str:
    """``Xxx`` for Saturday, ``dd`` for 12: kinds of letters, long runs shortened to two."""
    kinds = "".join("X" if c.isupper() else "x" if c.islower() else "d" if c.isdigit() else c for c in word)
    return _RUN.sub(r"\1\1", kinds)


def circumstances(context: DialogueContext) -> str:
    """What the message answers, as one word."""
    asked = sorted(context.asked)
    return "+".join([*asked, *["confirm"] * context.confirming, *["person"] * context.offered_person]) or "nothing"


def features(words: list[Word], context: DialogueContext) -> list[list[str]]:
    """For each word what a tagger sees of it."""
    asked = circumstances(context)
    lower = [word.text.lower() for word in words]
    shapes = [shape(word.text) for word in words]
    return [_of_one(place, words, lower, shapes, asked) for place in range(len(words))]


def _of_one(place: int, words: list[Word], lower: list[str], shapes: list[str], asked: str) -> list[str]:
    word, kind = lower[place], shapes[place]
    seen = [
        "bias", f"w={word}", f"s={kind}", f"p2={word[:2]}", f"p3={word[:3]}", f"e2={word[-2:]}", f"e3={word[-3:]}",
        f"asked={asked}", f"asked,w={asked},{word}", f"asked,s={asked},{kind}", f"length={min(len(words), 12)}",
    ]  # fmt: skip
    if place and words[place - 1].end == words[place].start:
        seen.append("glued")
    if word.isdecimal():
        seen += [f"digits={len(word)}", f"size={_size(word)}"]
    for offset in _AROUND:
        other = place + offset
        if not 0 <= other < len(words):
            seen.append(f"edge{offset}")
            continue
        seen += [f"w{offset}={lower[other]}", f"s{offset}={shapes[other]}"]
        if abs(offset) == 1:
            seen += [f"w,w{offset}={word},{lower[other]}", f"s,s{offset}={kind},{shapes[other]}"]
            seen.append(f"e{offset}={lower[other][-3:]}")
    if 0 < place < len(words) - 1:
        seen.append(f"between={lower[place - 1]},{lower[place + 1]}")
    if place > 1:
        seen.append(f"two before={lower[place - 2]},{lower[place - 1]}")
    if place < len(words) - 2:
        seen.append(f"two after={lower[place + 1]},{lower[place + 2]}")
    return seen


def _size(digits: str) -> str:
    number = int(digits[:6])
    return next((str(bound) for bound in (12, 31, 60, 200) if number <= bound), "large")
