"""Intents by meaning: a classifier on the vectors that examples carry, learned from the intents that they came with.

Those of imported conversations and of word rules are often wrong one by one ("cool, no problem" is no complaint), but a
question's neighbours seldom are all: what the many say outweighs what a word says. It is fitted when it is asked for
and not kept, so that an erased customer teaches nothing from then on.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mhc_core.review import coverage
from mhc_core.vocabulary import Intent

SAMPLE = 3000
"""So many examples are learned from; more made no intent surer and the fit slower."""
MINIMUM, OF_EACH = 100, 5
"""With fewer examples, or of one intent alone, nothing can be said, and each example is what it came as."""


class Intents:
    """How likely questions are of an intent."""

    def __init__(self, vectors: NDArray[np.float32], labels: Sequence[str], given: Sequence[str]) -> None:
        """
        Args:
            vectors, labels: what is learned from, unit vectors and intents.
            given: the intents that the questions came with which will be asked about.
        """
        self._given = np.array(given, dtype=object)
        self._model = _fitted(vectors, labels)

    def probability(self, vectors: NDArray[np.float32], intents: Sequence[Intent]) -> NDArray[np.float64]:
        """Of each question, that it is of one of these intents, 0..1."""
        names = [intent.value for intent in intents]
        if self._model is None or not len(vectors):
            return np.isin(self._given, names).astype(np.float64)
        found: NDArray[np.float64] = self._model.predict_proba(vectors)
        wanted: NDArray[np.float64] = found[:, np.isin(self._model.classes_, names)].sum(axis=1)
        return wanted

    def unsure(self, vectors: NDArray[np.float32]) -> NDArray[np.float64]:
        """How close the two likeliest intents of each question are, 0..1; 1 where nothing can be said."""
        if self._model is None or not len(vectors):
            return np.ones(len(vectors))
        return coverage.unsure(self._model.predict_proba(vectors))


def _fitted(vectors: NDArray[np.float32], labels: Sequence[str]) -> Any:
    from sklearn.linear_model import LogisticRegression

    counts = Counter(labels)
    kept = np.array([counts[label] >= OF_EACH for label in labels], dtype=np.bool_)
    if kept.sum() < MINIMUM or len({label for label in labels if counts[label] >= OF_EACH}) < 2:
        return None
    # Little trust in each label: at C = 1 a question among twenty of another intent is taken for that one.
    return LogisticRegression(C=1.0, max_iter=200).fit(vectors[kept], np.array(labels, dtype=object)[kept].astype(str))
