"""What the guards have learned: classifiers in one file of plain arrays, ``trained.npz``.

``mhc bench train-guards`` makes the file again from ``examples``. A classifier reads the vectors of one or more
networks beside hashed words and letter groups (``mhc_core.understanding.heads``), with figures masked: what they are is
checked elsewhere (``figures``). English is read by two small networks, any other language by e5, which reads a hundred
and takes longer than both; it is heard on English messages that look suspicious, too.
"""

import functools
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import resources

import numpy as np
from numpy.typing import NDArray

from mhc_core.artifacts import arrays
from mhc_core.concierge.guards.examples import FINE, Example
from mhc_core.language import tags
from mhc_core.language.number_words import in_digits
from mhc_core.providers.e5 import embedder as e5
from mhc_core.providers.minilm import embedder as minilm
from mhc_core.providers.minilm import paired
from mhc_core.understanding import heads
from mhc_core.understanding.heads import Head, Inputs
from mhc_core.understanding.packing import PACKED, packed, unpacked

Floats = NDArray[np.float32]
FILE, DOCUMENT = "trained.npz", "guards.json"
REGULARISATION = 20.0
READ_CHARS = 2_000
NETWORKS: Mapping[str, Callable[[str], Floats]] = {
    "minilm": lambda text: minilm.load(1).embed([text])[0],
    "pair": lambda text: paired.load(1).embed([text])[0] * np.float32(np.sqrt(2)),
    "e5": lambda text: e5.load().embed([text])[0],
}
CLASSIFIERS = {
    "answers": ("pair",), "foreign_answers": ("e5",), "messages": ("pair",), "foreign_messages": ("e5",),
    "sieve": ("minilm",),
}  # fmt: skip
"""The networks that each classifier reads by. The sieve sees which messages are worth the time of the others."""
_LEAST = 1e-6
_FIGURES = re.compile(r"\d+(?:[.,:]\d+)*")


@dataclass(frozen=True, slots=True)
class Verdict:
    """How likely a text is to be stopped, 0..1, and of which kind it then is."""

    probability: float
    kind: str


@dataclass(frozen=True)
class Classifier:
    """Tells what must be stopped from what is fine."""

    networks: tuple[str, ...]
    head: Head

    def judge(self, texts: Sequence[str]) -> list[Verdict]:
        """A verdict for each text."""
        if not texts:
            return []
        probabilities = self.head.probabilities(inputs(texts, self.networks))
        fine = self.head.classes.index(FINE)
        others = probabilities.copy()
        others[:, fine] = -1
        kinds = others.argmax(axis=1)
        return [
            Verdict(float(1 - row[fine]), self.head.classes[kind])
            for row, kind in zip(probabilities, kinds, strict=True)
        ]


@dataclass(frozen=True)
class ByLanguage:
    """A classifier of English texts, and a second one, of all languages, that is heard on texts in others.

    With ``both`` it is heard on English, too. A text whose language is not sure is in another.
    """

    english: Classifier
    foreign: Classifier
    both: bool = False

    def judge(self, texts: Sequence[str]) -> list[Verdict]:
        """A verdict for each text."""
        asked = [text for text in texts if self.both or not tags.english(text)]
        second = dict(zip(asked, self.foreign.judge(asked), strict=True))
        return [
            verdict if text not in second else _heard(verdict, second[text])
            for text, verdict in zip(texts, self.english.judge(texts), strict=True)
        ]


def _heard(one: Verdict, other: Verdict) -> Verdict:
    surer = max(one, other, key=lambda verdict: verdict.probability)
    return replace(surer, probability=together(one.probability, other.probability))


def together(one: float, other: float) -> float:
    """Two probabilities of the same as one, by the mean of their log odds."""
    odds = [math.log((p + _LEAST) / (1 - p + _LEAST)) for p in (one, other)]
    return 1 / (1 + math.exp(-sum(odds) / 2))


@dataclass(frozen=True)
class Guards:
    """The classifiers by their names; ``examples`` names what taught them."""

    classifiers: Mapping[str, Classifier]
    examples: str

    @property
    def answers(self) -> ByLanguage:
        """Of sentences of answers."""
        return ByLanguage(self.classifiers["answers"], self.classifiers["foreign_answers"])

    @property
    def messages(self) -> ByLanguage:
        """Of customers' messages."""
        return ByLanguage(self.classifiers["messages"], self.classifiers["foreign_messages"], both=True)

    @property
    def sieve(self) -> Classifier:
        """Of customers' messages, quicker and less sure."""
        return self.classifiers["sieve"]

    def dump(self) -> bytes:
        """The file's bytes: the same for the same classifiers."""
        kept = {
            f"{name}.{key}": array for name, one in self.classifiers.items() for key, array in packed(one.head).items()
        }
        return arrays.dump(DOCUMENT, {"examples": self.examples}, kept)


def inputs(texts: Sequence[str], networks: Sequence[str]) -> Inputs:
    """What a classifier sees of texts."""
    masked = [_FIGURES.sub("0", in_digits(text[:READ_CHARS])) for text in texts]
    parts = [np.array([NETWORKS[name](text) for text in masked], dtype=np.float32) for name in networks]
    vectors = np.hstack(parts)
    return Inputs(
        masked, vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.zeros((len(texts), 0), np.float32)
    )


def train(name: str, examples: Sequence[Example]) -> Classifier:
    """A classifier of examples; nearly all of the time goes into their vectors."""
    networks, kinds = CLASSIFIERS[name], [one.kind for one in examples]
    found = inputs([one.text for one in examples], networks)
    return Classifier(networks, heads.train(found, kinds, range(len(kinds)), REGULARISATION))


def parse(data: bytes) -> Guards:
    """The classifiers of a file."""
    document, held = arrays.document(DOCUMENT, data), arrays.arrays(DOCUMENT, data)
    return Guards(
        {
            name: Classifier(networks, unpacked({key: held[f"{name}.{key}"] for key in PACKED}))
            for name, networks in CLASSIFIERS.items()
        },
        document["examples"],
    )


@functools.cache
def load() -> Guards:
    """The classifiers of the release."""
    return parse((resources.files(__package__) / FILE).read_bytes())
