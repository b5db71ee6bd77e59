"""What the guards have learned: classifiers in one file of plain arrays, ``trained.npz``.

``mhc bench train-guards`` makes the file again from ``examples``. A classifier reads the vectors of one or more
networks beside hashed words and letter groups (``mhc_core.understanding.heads``), with figures masked: what they are is
checked elsewhere (``figures``). MiniLM alone takes 3 ms for a message; e5 reads a hundred languages, and takes 10 ms.
"""

import functools
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources

import numpy as np
from numpy.typing import NDArray

from mhc_core.artifacts import arrays
from mhc_core.concierge.guards.examples import FINE, Example
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
CLASSIFIERS = {"answers": ("pair", "e5"), "messages": ("minilm", "e5"), "sieve": ("minilm",)}
"""The networks that each classifier reads by. The sieve sees which messages are worth the time of the others."""
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
class Guards:
    """The classifiers by their names; ``examples`` names what taught them."""

    classifiers: Mapping[str, Classifier]
    examples: str

    @property
    def answers(self) -> Classifier:
        """Of sentences of answers."""
        return self.classifiers["answers"]

    @property
    def messages(self) -> Classifier:
        """Of customers' messages."""
        return self.classifiers["messages"]

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
