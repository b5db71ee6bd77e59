"""Which words of a message are slots, and where one thing that is said ends and the next begins.

Two models that err differently are multiplied (a product of experts, Hinton 2002): a linear-chain conditional random
field on the words' letters and neighbours (Lafferty et al. 2001), and a network of one hidden layer on the states that
the embedder's transformer gives a word and those beside it. The best sequence is found with the transitions of the
training text (Viterbi 1967).
"""

import ctypes
import os
import tempfile
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mhc_core.understanding import network
from mhc_core.understanding import words as lexical
from mhc_core.understanding.encoding import Encoded
from mhc_core.understanding.network import Floats, Network
from mhc_core.understanding.result import DialogueContext

OUTSIDE = "O"
HIDDEN = 128
EPOCHS = 4
BATCH = 256
CRF_EPOCHS, CRF_STEPS = (8, 40), 60_000
"""Few texts are gone through more often, up to so many steps."""
CRF_CALIBRATION = 300
"""Texts on which each of some twenty rates of learning is tried."""
LETTERS_WEIGHT = 0.65
"""Of the field beside the network; chosen on writers who were not taught."""
_ONE_AT_A_TIME = threading.Lock()
_SMALL = 1e-6
_TRANSITIONS = 0.2
"""Weight of the transitions beside both models, which know of neighbours already; chosen on restaurant bookings."""


class Span(NamedTuple):
    """Characters (end exclusive) with a label, and the least probability among its words."""

    label: str
    start: int
    end: int
    probability: float


class Crf:
    """A trained conditional random field. Safe to use from several threads."""

    def __init__(self, data: bytes) -> None:
        import pycrfsuite

        self.data = data
        self._tagger = pycrfsuite.Tagger()
        self._tagger.open_inmemory(data)
        self._lock = threading.Lock()

    def marginals(self, features: list[list[str]], labels: Sequence[str]) -> Floats:
        """The probability of each label at each word, shape (words, labels)."""
        known = set(self._tagger.labels())
        with self._lock:
            self._tagger.set(features)
            return np.array(
                [
                    [self._tagger.marginal(label, place) if label in known else 0.0 for label in labels]
                    for place in range(len(features))
                ],
                dtype=np.float32,
            ).reshape(len(features), len(labels))

    def path(self, features: list[list[str]]) -> tuple[list[str], list[float]]:
        """The likeliest labels of the words (Viterbi 1967), and the probability of each at its word."""
        with self._lock:
            self._tagger.set(features)
            labels: list[str] = self._tagger.tag()
            return labels, [float(self._tagger.marginal(label, place)) for place, label in enumerate(labels)]


def train_crf(examples: Sequence["Example"], labels: Sequence[list[str]], seed: int, least: int = 2) -> Crf:
    """A field by stochastic gradient descent (L-BFGS takes three times as long and reads strangers no better), of
    features seen ``least`` times; the same text and seed give the same bytes."""
    import pycrfsuite

    trainer = pycrfsuite.Trainer(algorithm="l2sgd", verbose=False)
    epochs = min(max(CRF_STEPS // max(len(examples), 1), CRF_EPOCHS[0]), CRF_EPOCHS[1])
    trainer.set_params(
        {"c2": 0.1, "max_iterations": epochs, "feature.minfreq": least, "calibration.samples": CRF_CALIBRATION}
    )
    for example, wanted in zip(examples, labels, strict=True):
        trainer.append(example.seen, wanted)
    handle, name = tempfile.mkstemp(suffix=".crf")
    os.close(handle)
    try:
        with _ONE_AT_A_TIME:  # it draws from the generator of the C library, which all threads share
            ctypes.CDLL(None).srand(seed % 2**31)
            trainer.train(name)
        return Crf(Path(name).read_bytes())
    finally:
        Path(name).unlink()


@dataclass(frozen=True)
class Tagger:
    """Finds labelled spans. ``transitions`` are log-ratios, shape (labels + 1, labels): the last row begins."""

    crf: Crf
    network: Network
    transitions: Floats

    @property
    def names(self) -> tuple[str, ...]:
        """The labels."""
        return self.network.classes

    def spans(self, encoded: Encoded, context: DialogueContext) -> list[Span]:
        """The spans of a message in its order."""
        if not encoded.words:
            return []
        by_letters = self.crf.marginals(lexical.features(encoded.words, context), self.names)
        by_states = self.network.probabilities(neighbourhood(encoded.sequence))
        shares = LETTERS_WEIGHT, 1 - LETTERS_WEIGHT
        joined = shares[0] * np.log(by_letters + _SMALL) + shares[1] * np.log(by_states + _SMALL)
        path = _best(joined, self.transitions * _TRANSITIONS)
        share = np.exp(joined - joined.max(axis=1, keepdims=True))
        share /= share.sum(axis=1, keepdims=True)
        return _decoded(encoded, [self.names[label] for label in path], share[np.arange(len(path)), path])

    @cached_property
    def arrays(self) -> dict[str, NDArray[Any]]:
        """All of it as plain arrays."""
        crf = np.frombuffer(self.crf.data, dtype=np.uint8)
        return {"crf": crf, "transitions": self.transitions, **self.network.arrays}

    @staticmethod
    def from_arrays(arrays: dict[str, NDArray[Any]]) -> "Tagger":
        """The tagger that ``arrays`` describe."""
        return Tagger(Crf(arrays["crf"].tobytes()), Network.from_arrays(arrays), arrays["transitions"])


class Example(NamedTuple):
    """A message to learn from: how it is seen (``seen``); spans are (label, start, end) in characters."""

    encoded: Encoded
    seen: Any
    spans: Sequence[tuple[str, int, int]]


def seen(encoded: Encoded, context: DialogueContext) -> Any:
    """What a field sees of a message, which takes as long to make as to learn from: several taggers share it."""
    import pycrfsuite

    return pycrfsuite.ItemSequence(lexical.features(encoded.words, context))


def train(examples: Sequence[Example], seed: int, hidden: int = HIDDEN) -> Tagger:
    """A tagger for the labels of the examples (about 6 s for 4,000 messages with 40 labels on one core)."""
    kept = [example for example in examples if example.encoded.words]
    sequences = [_labels(example) for example in kept]
    crf = train_crf(kept, sequences, seed)
    around = np.vstack([neighbourhood(example.encoded.sequence) for example in kept])
    labels = [label for sequence in sequences for label in sequence]
    net = network.train(around, labels, hidden, EPOCHS, BATCH, seed)
    return Tagger(crf, net, _transitions(sequences, net.classes))


def neighbourhood(states: Floats) -> Floats:
    """Each word's state beside those of the word before and the word after, shape (words, 3 n)."""
    nothing = np.zeros((1, states.shape[1]), dtype=states.dtype)
    return np.hstack([states, np.vstack([nothing, states[:-1]]), np.vstack([states[1:], nothing])])


def _labels(example: Example) -> list[str]:
    labels = [OUTSIDE] * len(example.encoded.words)
    for name, start, end in example.spans:
        first = True
        for place, word in enumerate(example.encoded.words):
            if word.start >= start and word.end <= end:
                labels[place] = f"{'B' if first else 'I'}-{name}"
                first = False
    return labels


def _transitions(sequences: Sequence[list[str]], names: tuple[str, ...]) -> Floats:
    row = {name: number for number, name in enumerate(names)}
    counts = np.full((len(names) + 1, len(names)), 0.1)
    alone = np.full(len(names), 0.1)
    for sequence in sequences:
        path = [row[label] for label in sequence]
        counts[-1, path[0]] += 1
        np.add.at(alone, path, 1)
        np.add.at(counts, (path[:-1], path[1:]), 1)
    shares = counts / counts.sum(axis=1, keepdims=True)
    return np.asarray(np.log(shares / (alone / alone.sum())), dtype=np.float32)


def _best(scores: Floats, transitions: Floats) -> list[int]:
    reached = scores[0] + transitions[-1]
    steps = []
    for here in scores[1:]:
        through = reached[:, None] + transitions[:-1]
        steps.append(through.argmax(axis=0))
        reached = through.max(axis=0) + here
    path = [int(reached.argmax())]
    for step in reversed(steps):
        path.append(int(step[path[-1]]))
    return path[::-1]


def _decoded(encoded: Encoded, labels: list[str], probabilities: Floats) -> list[Span]:
    found: list[Span] = []
    for word, label, probability in zip(encoded.words, labels, probabilities.tolist(), strict=True):
        mark, _, name = label.partition("-")
        if label == OUTSIDE:
            found.append(Span("", word.start, word.end, 1.0))
        elif mark == "I" and found and found[-1].label == name:
            before = found[-1]
            found[-1] = Span(name, before.start, word.end, min(before.probability, probability))
        else:
            found.append(Span(name, word.start, word.end, probability))
    return [span for span in found if span.label]
