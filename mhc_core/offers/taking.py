"""What a customer answers to a suggestion: for whom it is taken, if it is. Learned, from sentences of its own.

Asked only of the message right after a suggestion, where "6 people" are those who take it and no guests more.
"""

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from importlib import resources

import numpy as np

from mhc_core.artifacts import arrays
from mhc_core.language.number_words import in_digits
from mhc_core.understanding import examples as understanding
from mhc_core.understanding import heads
from mhc_core.understanding.diets.stances import Embed, vectors
from mhc_core.understanding.heads import Head, Inputs
from mhc_core.understanding.packing import PACKED, packed, unpacked
from mhc_core.understanding.values.spelling import unaccented

FILE, DOCUMENT = "taking.npz", "taking.json"
REGULARISATION = 20.0
READ_CHARS = 400
EVERY = 60
"""One of so many labelled messages teaches what people write otherwise."""


class Answer(StrEnum):
    """What is said to a suggestion. ``TAKES``: for everyone, or for so many as are named; ``AGREES``: a bare yes."""

    TAKES = "takes"
    ADULTS = "adults"
    CHILDREN = "children"
    AGREES = "agrees"
    OTHER = "other"


_MARKS = {"e": Answer.TAKES, "a": Answer.ADULTS, "c": Answer.CHILDREN, "y": Answer.AGREES, "o": Answer.OTHER}


@dataclass(frozen=True)
class Taking:
    """The classifier."""

    head: Head
    embed: Embed

    def answer(self, text: str) -> Answer:
        """The likeliest answer; 10 ms."""
        shares = self.head.probabilities(inputs([text], self.embed))[0]
        return Answer(self.head.classes[int(shares.argmax())])

    def dump(self) -> bytes:
        """The file's bytes: the same for the same classifier."""
        return arrays.dump(DOCUMENT, {}, dict(packed(self.head)))


def read() -> list[tuple[str, Answer]]:
    """Sentences written for this, and messages that say other things."""
    own = parse((resources.files(__package__) / "gold" / "taking.txt").read_text("utf-8"))
    return [*own, *((message.text, Answer.OTHER) for message in understanding.gold()[::EVERY])]


def parse(text: str) -> list[tuple[str, Answer]]:
    """Answers with their labels, a line each: ``c only for the kids``."""
    lines = text.splitlines()
    return [(line[2:], _MARKS[line[0]]) for line in lines if line and not line.startswith("#")]


def inputs(texts: Sequence[str], embed: Embed) -> Inputs:
    """What the classifier sees of texts: numbers alike, whichever they are."""
    plain = [_alike(text) for text in texts]
    return Inputs(plain, embed(plain), np.zeros((len(texts), 0), np.float32))


def train(examples: Sequence[tuple[str, Answer]], embed: Embed) -> Taking:
    """The classifier of these examples."""
    seen = inputs([text for text, _ in examples], embed)
    return Taking(
        heads.train(seen, [str(answer) for _, answer in examples], range(len(examples)), REGULARISATION), embed
    )


@functools.cache
def load() -> Taking:
    """The classifier of the release."""
    held = arrays.arrays(DOCUMENT, (resources.files(__package__) / FILE).read_bytes())
    return Taking(unpacked({key: held[key] for key in PACKED}), vectors)


def _alike(text: str) -> str:
    words = in_digits(unaccented(text[:READ_CHARS])).split()
    return " ".join("5" if word.isdigit() and len(word) < 4 else word for word in words)
