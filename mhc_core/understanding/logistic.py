"""Multinomial logistic regression on dense and sparse features side by side, by L-BFGS (Liu & Nocedal 1989).

Our own, as scikit-learn's wants one matrix: with the dense columns in a sparse one each step takes three times as long.
So is the descent: scipy's works in double precision and for bounds, which takes as long as the loss itself.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
_STEPS = 300
_REMEMBERED = 5
_ENOUGH, _SMALLEST = 1e-4, 1e-6
"""Share of the promised fall that a step must bring (Armijo), and the size below which none is looked for."""


@dataclass(frozen=True)
class Rows:
    """Features of each row: ``dense`` of shape (rows, n), and a sparse matrix of as many rows."""

    dense: Floats
    sparse: Any

    def some(self, rows: NDArray[np.bool_]) -> "Rows":
        """Those of some rows."""
        return Rows(self.dense[rows], self.sparse[rows])

    def times(self, weights: Floats) -> Floats:
        """The product with weights of shape (features, classes), those of the dense features first."""
        split = self.dense.shape[1]
        return np.asarray(self.dense @ weights[:split] + self.sparse @ weights[split:], dtype=np.float32)


def fit(
    rows: Rows,
    wanted: NDArray[np.int64],
    regularisation: float,
    tolerance: float,
    start: tuple[Floats, Floats] | None = None,
) -> tuple[Floats, Floats]:
    """Weights of shape (features, classes) and bias, for classes numbered from 0.

    ``regularisation`` is the inverse of the penalty on squared weights, as scikit-learn's ``C``; ``tolerance`` bounds
    the gradient of the mean loss where it ends; ``start`` is where it begins, such as what fewer rows taught.
    """
    used = np.unique(rows.sparse.indices)  # the weights of all others stay zero
    split, columns = rows.dense.shape[1], rows.sparse.shape[1]
    rows = Rows(rows.dense, rows.sparse[:, used])
    transposed = rows.sparse.T.tocsr()
    shape = (split + len(used) + 1, int(wanted.max()) + 1)
    each, count = np.arange(len(wanted)), len(wanted)

    def loss(flat: Floats) -> tuple[float, Floats]:
        weights = flat.reshape(shape)
        scores = rows.times(weights[:-1]) + weights[-1]
        scores -= scores.max(axis=1, keepdims=True)
        error = np.exp(scores)
        sums = error.sum(axis=1, keepdims=True)
        missed = (np.log(sums[:, 0]) - scores[each, wanted]).sum(dtype=np.float64)
        error /= sums
        error[each, wanted] -= 1
        gradient = np.empty(shape, np.float32)
        gradient[:split], gradient[split:-1] = rows.dense.T @ error, transposed @ error
        gradient[:-1] += weights[:-1] / regularisation
        gradient[-1] = error.sum(axis=0)
        penalty = np.square(weights[:-1]).sum(dtype=np.float64) / (2 * regularisation)
        gradient /= count
        return float(missed + penalty) / count, gradient.ravel()

    begun = np.zeros(shape, np.float32)
    if start is not None:
        begun[:split], begun[split:-1], begun[-1] = start[0][:split], start[0][split + used], start[1]
    learned = _lowest(loss, begun.ravel(), tolerance).reshape(shape)
    weights = np.zeros((split + columns, shape[1]), np.float32)
    weights[:split], weights[split + used] = learned[:split], learned[split:-1]
    return weights, learned[-1]


def _lowest(loss: Callable[[Floats], tuple[float, Floats]], place: Floats, tolerance: float) -> Floats:
    """Where a smooth convex loss is lowest."""
    remembered: deque[tuple[Floats, Floats, float]] = deque(maxlen=_REMEMBERED)
    value, gradient = loss(place)
    for _ in range(_STEPS):
        if float(np.abs(gradient).max()) <= tolerance:
            break
        direction = _direction(gradient, remembered)
        slope, size = float(gradient @ direction), 1.0
        while size > _SMALLEST:
            there, slopes = loss(place + np.float32(size) * direction)
            if there <= value + _ENOUGH * size * slope:
                break
            size /= 2
        else:
            break  # rounding hides what is left to gain
        step, change = np.float32(size) * direction, slopes - gradient
        if (curvature := float(step @ change)) > 0:
            remembered.append((step, change, curvature))
        place, value, gradient = place + step, there, slopes
    return place


def _direction(gradient: Floats, remembered: deque[tuple[Floats, Floats, float]]) -> Floats:
    """Where to go, by the gradients of the last steps."""
    if not remembered:
        return -gradient / np.float32(np.linalg.norm(gradient))
    left, shares = gradient.copy(), []
    for step, change, curvature in reversed(remembered):
        shares.append(np.float32(float(step @ left) / curvature))
        left -= shares[-1] * change
    _, change, curvature = remembered[-1]
    left *= np.float32(curvature / float(change @ change))
    for (step, change, curvature), share in zip(remembered, reversed(shares), strict=True):
        left += (share - np.float32(float(change @ left) / curvature)) * step
    return -left
