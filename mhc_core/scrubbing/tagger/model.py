"""The trained tagger: a linear-chain conditional random field (Lafferty et al. 2001) and how sure it must be."""

import gzip
import threading
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from mhc_core.scrubbing.tagger.features import features
from mhc_core.scrubbing.tagger.tokens import Token, tokens

FILE = "tagger.crf.gz"
LABELS = ("PERSON", "ADDRESS", "PHONE", "CODE")


class Tagged(NamedTuple):
    """Characters (end exclusive) with a label; ``probability`` is the mean over its tokens."""

    label: str
    start: int
    end: int
    probability: float


class Tagger:
    """A trained field. Safe to use from several threads."""

    def __init__(self, data: bytes) -> None:
        import pycrfsuite

        self.data = data
        self._tagger = pycrfsuite.Tagger()
        self._tagger.open_inmemory(data)
        self._lock = threading.Lock()
        self._known = set(self._tagger.labels())

    def probabilities(self, found: Sequence[Token]) -> list[dict[str, tuple[float, float]]]:
        """Of each token: for each label the probability that it begins one, and that it goes on with one."""
        with self._lock:
            self._tagger.set(features(found))
            return [
                {label: (self._marginal("B-" + label, place), self._marginal("I-" + label, place)) for label in LABELS}
                for place in range(len(found))
            ]

    def _marginal(self, label: str, place: int) -> float:
        return float(self._tagger.marginal(label, place)) if label in self._known else 0.0

    def tagged(self, text: str, thresholds: Mapping[str, float]) -> Iterator[Tagged]:
        """Runs of tokens that are of a label with at least its threshold's probability."""
        found = tokens(text)
        if not found:
            return
        odds = self.probabilities(found)
        for label in LABELS:
            run: list[int] = []
            for place in range(len(found) + 1):
                begins, inside = odds[place][label] if place < len(found) else (0.0, 0.0)
                sure = begins + inside >= thresholds[label]
                if run and (not sure or begins > inside):
                    yield Tagged(label, found[run[0]].start, found[run[-1]].end, sum(sum(odds[one][label]) for one in run) / len(run))
                    run = []
                if sure:
                    run.append(place)


@cache
def packaged() -> Tagger:
    """The tagger of the release."""
    return Tagger(gzip.decompress(files("mhc_core.scrubbing.tagger").joinpath(FILE).read_bytes()))
