"""The trained tagger: a linear-chain conditional random field (Lafferty et al. 2001) and how sure it must be."""

import lzma
import threading
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from mhc_core.errors import ConfigurationError
from mhc_core.scrubbing.tagger.features import features
from mhc_core.scrubbing.tagger.tokens import Token, tokens

FILE = "tagger.crf.xz"
LABELS = ("PERSON", "ADDRESS", "PHONE", "CODE", "ID", "PLATE", "BIRTH")

_OUTSIDE = 0.92
"""From which probability a token is outside of everything, and no label is asked for."""
_NONE = dict.fromkeys(LABELS, (0.0, 0.0))
_CERTAIN, _LIKELY = 0.8, 0.5
"""From which probability a token is almost certain, and below which one beside such a token is not part of it."""


class Tagged(NamedTuple):
    """Characters (end exclusive) with a label; ``probability`` is the mean over its tokens."""

    label: str
    start: int
    end: int
    probability: float


class Tagger:
    """A trained field. Safe to use from several threads."""

    def __init__(self, data: bytes, look: Callable[[Sequence[Token]], list[list[str]]] = features) -> None:
        """``data`` is the file of a field, ``look`` tells what it sees of the tokens of a text."""
        import pycrfsuite

        self.data = data
        self._look = look
        self._tagger = pycrfsuite.Tagger()
        self._tagger.open_inmemory(data)
        self._lock = threading.Lock()
        self._known = set(self._tagger.labels())

    def probabilities(self, found: Sequence[Token]) -> list[dict[str, tuple[float, float]]]:
        """Of each token: for each label the probability that it begins one, and that it goes on with one."""
        with self._lock:
            self._tagger.set(self._look(found))
            return [
                _NONE
                if self._marginal("O", place) > _OUTSIDE
                else {
                    label: (self._marginal("B-" + label, place), self._marginal("I-" + label, place))
                    for label in LABELS
                }
                for place in range(len(found))
            ]

    def _marginal(self, label: str, place: int) -> float:
        return float(self._tagger.marginal(label, place)) if label in self._known else 0.0

    def tagged(self, text: str, needed: Callable[[str, Sequence[Token], int], float]) -> Iterator[Tagged]:
        """Runs of tokens that are of a label with at least the probability ``needed`` there."""
        found = tokens(text)
        if not found:
            return
        odds = self.probabilities(found)
        if all(one is _NONE for one in odds):
            return
        for label in LABELS:
            run: list[int] = []
            for place in range(len(found) + 1):
                begins, inside = odds[place][label] if place < len(found) else (0.0, 0.0)
                sure = begins + inside > 0 and begins + inside >= needed(label, found, place)
                if run and (not sure or begins > inside):
                    run = _trimmed(run, [sum(odds[one][label]) for one in run])
                    yield Tagged(
                        label,
                        found[run[0]].start,
                        found[run[-1]].end,
                        sum(sum(odds[one][label]) for one in run) / len(run),
                    )
                    run = []
                if sure:
                    run.append(place)


def _trimmed(run: list[int], sure: list[float]) -> list[int]:
    """A run without unlikely tokens at its ends, where another token of it is almost certain."""
    if max(sure) < _CERTAIN:
        return run
    likely = [place for place, one in zip(run, sure, strict=True) if one >= _LIKELY]
    return list(range(likely[0], likely[-1] + 1))


@cache
def packaged() -> Tagger:
    """The tagger of the release.

    Raises:
        ConfigurationError: its file is missing or damaged.
    """
    try:
        return Tagger(lzma.decompress(files("mhc_core.scrubbing.tagger").joinpath(FILE).read_bytes()))
    except (OSError, EOFError, ValueError, lzma.LZMAError):
        raise ConfigurationError(f"the tagger's file {FILE} is missing or damaged: install the project again") from None
