"""Which questions teach most when a person decides on them: those that many others resemble and a model is unsure of.

A chosen question covers its neighbours as far as they are like it; the next one is the question that adds most to what
is covered, times how unsure the model is of it. This is greedy facility location (Nemhauser, Wolsey & Fisher 1978) over
each question's nearest neighbours, weighted by the margin between a model's first two guesses (Scheffer, Decomain &
Wrobel 2001). Uncertainty alone picks many questions of one kind, and oddities; coverage alone goes on asking for what
the model knows. `mhc bench review` measures it.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

NEIGHBOURS = 50
SHARPNESS = 4
"""Likeness is the cosine to this power: a loose likeness covers next to nothing."""
_ROWS = 512


class Coverage:
    """The neighbourhood of questions, made once; choices from it follow what is decided and how unsure the model is."""

    def __init__(self, vectors: NDArray[np.float32]) -> None:
        """``vectors`` are unit vectors of all questions, decided ones included."""
        self._count = len(vectors)
        near = min(NEIGHBOURS, self._count)
        self._neighbours = np.empty((self._count, near), dtype=np.int64)
        self._likeness = np.empty((self._count, near))
        for first in range(0, self._count, _ROWS):
            cosine = vectors[first : first + _ROWS] @ vectors.T
            found = np.argpartition(-cosine, near - 1, axis=1)[:, :near]
            self._neighbours[first : first + _ROWS] = found
            self._likeness[first : first + _ROWS] = np.take_along_axis(np.maximum(cosine, 0), found, 1) ** SHARPNESS
        order = np.argsort(self._neighbours, axis=None, kind="stable")
        self._beside, self._alike = order // near, self._likeness.ravel()[order]
        self._starts = np.searchsorted(self._neighbours.ravel()[order], np.arange(self._count + 1))

    def choose(self, decided: NDArray[np.bool_], unsure: Floats, count: int) -> Sequence[int]:
        """Rows of the questions that teach most, the first one most; none that is decided.

        Args:
            decided: of each question, whether somebody decided on it.
            unsure: how unsure the model is of each, 0..1.
        """
        covered = np.zeros(self._count)
        for row in np.flatnonzero(decided):
            here = slice(self._starts[row], self._starts[row + 1])
            np.maximum.at(covered, self._beside[here], self._alike[here])
        gain = np.zeros(self._count)
        np.add.at(gain, self._neighbours, np.maximum(self._likeness - covered[:, None], 0))
        left = np.where(decided, -np.inf, 0.0)
        chosen: list[int] = []
        for _ in range(min(count, int((~decided).sum()))):
            best = int((gain * unsure + left).argmax())
            chosen.append(best)
            left[best] = -np.inf
            here = slice(self._starts[best], self._starts[best + 1])
            nearer = self._alike[here] > covered[self._beside[here]]
            rows, alike = self._beside[here][nearer], self._alike[here][nearer]
            before = np.maximum(self._likeness[rows] - covered[rows, None], 0)
            after = np.maximum(self._likeness[rows] - alike[:, None], 0)
            np.subtract.at(gain, self._neighbours[rows], before - after)
            covered[rows] = alike
        return chosen


def unsure(probabilities: Floats) -> Floats:
    """1 less the margin between the two likeliest classes of each row, 0..1."""
    best = np.sort(probabilities, axis=1)
    second = best[:, -2] if best.shape[1] > 1 else np.zeros(len(best))
    margin: Floats = 1 - (best[:, -1] - second)
    return margin
