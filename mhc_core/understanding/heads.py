"""Classifiers over parts of a message: multinomial logistic regression on the embedder's vector and hashed terms.

Words, word pairs and letter groups of three to five are hashed (Weinberger et al. 2009), so nothing but weights is
fitted and misspellings keep most of their features. Probabilities are calibrated by a temperature (Guo et al. 2017).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mhc_core.language import terms
from mhc_core.language.terms import Terms
from mhc_core.understanding import logistic
from mhc_core.understanding.logistic import Rows
from mhc_core.understanding.network import softmax

Floats = NDArray[np.float32]
TERMS = 2**15
"""Columns of words and pairs, and as many of letter groups."""
_VECTOR, _CIRCUMSTANCES, _LETTERS = 1.5, 0.7, 0.7
_TOLERANCE = 2e-4
"""Of the mean loss's gradient; ten times as much is too much where there are many classes."""
_TEMPERATURES = np.geomspace(0.5, 4, 25)
_FOLDS, _TRIED = 5, (1, 2)
"""The temperature is chosen on every fifth message, by a trial that learned two of the other four fifths."""


@dataclass(frozen=True)
class Inputs:
    """Parts of messages: texts, unit vectors (parts, n), and circumstances (parts, m), of which there may be none."""

    texts: Sequence[str]
    vectors: Floats
    circumstances: Floats

    @cached_property
    def features(self) -> "Features":
        """What the heads look at."""
        return Features(
            np.hstack([_VECTOR * self.vectors, _CIRCUMSTANCES * self.circumstances]).astype(np.float32),
            _halved(terms.count(self.texts)),
        )


@dataclass(frozen=True)
class Features:
    """Dense features, shape (parts, n), and the hashed terms of each part, words and letter groups of unit length."""

    dense: Floats
    terms: Terms

    def rows(self) -> Rows:
        """The same as they are learned from."""
        from scipy import sparse

        shape = (len(self.dense), 2 * TERMS)
        terms = self.terms
        return Rows(self.dense, sparse.csr_matrix((terms.data, terms.indices, terms.indptr), shape=shape))

    def times(self, weights: Floats) -> Floats:
        """The product with weights of shape (features, classes), without making a matrix."""
        product = self.dense @ weights[: self.dense.shape[1]]
        hashed = weights[self.dense.shape[1] :]
        for row, (start, end) in enumerate(pairwise(self.terms.indptr.tolist())):
            product[row] += self.terms.data[start:end] @ hashed[self.terms.indices[start:end]]
        return np.asarray(product, dtype=np.float32)


@dataclass(frozen=True)
class Head:
    """A classifier: ``weights`` of shape (features, classes), ``bias`` (classes,)."""

    classes: tuple[str, ...]
    weights: Floats
    bias: Floats
    temperature: float

    def probabilities(self, inputs: Inputs) -> Floats:
        """Shape (parts, classes)."""
        return softmax((inputs.features.times(self.weights) + self.bias) / self.temperature)

    def of_rows(self, rows: Rows) -> Floats:
        """The same of features that were made before."""
        return softmax((rows.times(self.weights) + self.bias) / self.temperature)

    @property
    def arrays(self) -> dict[str, NDArray[Any]]:
        """All of it as plain arrays."""
        return {
            "classes": np.array(self.classes),
            "weights": self.weights,
            "bias": self.bias,
            "temperature": np.array(self.temperature),
        }

    @staticmethod
    def from_arrays(arrays: dict[str, NDArray[Any]]) -> "Head":
        """The head that ``arrays`` describe."""
        classes = tuple(str(name) for name in arrays["classes"])
        return Head(classes, arrays["weights"], arrays["bias"], arrays["temperature"].item())


def train(inputs: Inputs, labels: Sequence[str], groups: Sequence[int], regularisation: float = 20.0) -> Head:
    """A head for the labels; ``groups`` number the message of each part."""
    rows, wanted = inputs.features.rows(), np.array(labels)
    fold = np.array(groups) % _FOLDS
    tried, asked = np.isin(fold, _TRIED), fold == 0
    if not asked.any() or not set(wanted[asked]) <= set(wanted[tried]):
        return fitted(rows, wanted, regularisation)
    trial = fitted(rows.some(tried), wanted[tried], regularisation)
    truth = np.searchsorted(trial.classes, wanted[asked])
    scores = rows.some(asked).times(trial.weights) + trial.bias
    temperature = min(_TEMPERATURES, key=lambda t: _log_loss(scores / t, truth))
    learned = fitted(rows, wanted, regularisation, start=trial if set(wanted) == set(trial.classes) else None)
    return replace(learned, temperature=float(temperature))


def fitted(
    rows: Rows,
    labels: NDArray[np.str_],
    regularisation: float,
    tolerance: float = _TOLERANCE,
    start: Head | None = None,
) -> Head:
    """A head for the labels of rows of features, without a temperature; ``start`` learned the same labels of some."""
    classes, wanted = np.unique(labels, return_inverse=True)
    begun = (start.weights, start.bias) if start else None
    weights, bias = logistic.fit(rows, wanted, regularisation, tolerance, begun)
    return Head(tuple(str(name) for name in classes), weights, bias, 1.0)


def _halved(counts: Terms) -> Terms:
    """Terms folded into ``TERMS`` columns of words and as many of letter groups, each half of unit length."""
    letters = counts.indices >= terms.WORD_TERMS
    columns = np.where(letters, TERMS + counts.indices % TERMS, counts.indices % TERMS).astype(np.int32)
    rows = np.repeat(np.arange(len(counts.indptr) - 1), np.diff(counts.indptr))
    half = rows * 2 + letters
    squares = np.bincount(half, counts.data.astype(np.float64) ** 2, 2 * (len(counts.indptr) - 1))
    weights = counts.data / np.sqrt(squares)[half] * np.where(letters, _LETTERS, 1.0)
    return Terms(counts.indptr, columns, weights.astype(np.float32))


def _log_loss(scores: Floats, truth: NDArray[np.int64]) -> float:
    return float(-np.log(softmax(scores)[np.arange(len(truth)), truth] + 1e-9).mean())
