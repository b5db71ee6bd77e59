"""Whether a customer said that they want no extras: learned, like the stances of diets, from sentences of its own.

Asked only right before something would be suggested, of what the customer has written so far. Unsure counts as yes.
"""

import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources

import numpy as np

from mhc_core.artifacts import arrays
from mhc_core.understanding import examples as understanding
from mhc_core.understanding import heads
from mhc_core.understanding.diets.stances import Embed, vectors
from mhc_core.understanding.heads import Head, Inputs
from mhc_core.understanding.packing import PACKED, packed, unpacked
from mhc_core.understanding.values.spelling import unaccented

FILE, DOCUMENT = "declining.npz", "declining.json"
REGULARISATION = 20.0
DECLINED_FROM = 0.3
"""Probability from which a message counts as a wish for no extras."""
READ_CHARS = 400
MOST_PARTS = 12
_SENTENCE = re.compile(r"(?<=[.?!;])\s+|\n+")
EVERY = 25
"""One of so many labelled messages teaches what people write otherwise."""
YES, NO = "declines", "other"


@dataclass(frozen=True)
class Declining:
    """The classifier."""

    head: Head
    embed: Embed

    def declined(self, texts: Sequence[str]) -> bool:
        """Whether one of the messages, or a sentence of one, says so; ``MOST_PARTS`` are read, 10 ms each."""
        parts = [part for text in texts for part in (text, *_SENTENCE.split(text)) if part.strip()]
        parts = list(dict.fromkeys(parts))[-MOST_PARTS:]
        if not parts:
            return False
        shares = self.head.probabilities(inputs(parts, self.embed))
        return bool(shares[:, self.head.classes.index(YES)].max() >= DECLINED_FROM)

    def dump(self) -> bytes:
        """The file's bytes: the same for the same classifier."""
        return arrays.dump(DOCUMENT, {}, dict(packed(self.head)))


def read() -> list[tuple[str, str]]:
    """Texts with ``YES`` or ``NO``: sentences written for this, and messages that ask for other things."""
    lines = (resources.files(__package__) / "gold" / "declining.txt").read_text("utf-8").splitlines()
    own = [(line[2:], YES if line[0] == "+" else NO) for line in lines if line[:2] in ("+ ", "- ")]
    return [*own, *((message.text, NO) for message in understanding.gold()[::EVERY])]


def inputs(texts: Sequence[str], embed: Embed) -> Inputs:
    """What the classifier sees of texts."""
    plain = [unaccented(text[:READ_CHARS]) for text in texts]
    return Inputs(plain, embed(plain), np.zeros((len(texts), 0), np.float32))


def train(examples: Sequence[tuple[str, str]], embed: Embed) -> Declining:
    """The classifier of these examples."""
    seen = inputs([text for text, _ in examples], embed)
    return Declining(heads.train(seen, [label for _, label in examples], range(len(examples)), REGULARISATION), embed)


@functools.cache
def load() -> Declining:
    """The classifier of the release."""
    held = arrays.arrays(DOCUMENT, (resources.files(__package__) / FILE).read_bytes())
    return Declining(unpacked({key: held[key] for key in PACKED}), vectors)
