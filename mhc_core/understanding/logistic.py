"""Multinomial logistic regression on dense and sparse features side by side, by L-BFGS.

Our own, as scikit-learn's wants one matrix: with the dense columns in a sparse one each step takes three times as long.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
_STEPS = 300
_REMEMBERED = 5


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


def fit(rows: Rows, wanted: NDArray[np.int64], regularisation: float, tolerance: float) -> tuple[Floats, Floats]:
    """Weights of shape (features, classes) and bias, for classes numbered from 0.

    ``regularisation`` is the inverse of the penalty on squared weights, as scikit-learn's ``C``; ``tolerance`` bounds
    the gradient of the mean loss where it ends.
    """
    from scipy.optimize import minimize

    used = np.unique(rows.sparse.indices)  # the weights of all others stay zero
    split, columns = rows.dense.shape[1], rows.sparse.shape[1]
    rows = Rows(rows.dense, rows.sparse[:, used])
    transposed = rows.sparse.T.tocsr()
    shape = (split + len(used) + 1, int(wanted.max()) + 1)
    each, count = np.arange(len(wanted)), len(wanted)

    def loss(flat: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        weights = flat.reshape(shape).astype(np.float32)
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
        return float(missed + penalty) / count, (gradient.ravel() / count).astype(np.float64)

    options = {"maxiter": _STEPS, "gtol": tolerance, "ftol": 0, "maxcor": _REMEMBERED}
    found = minimize(loss, np.zeros(shape).ravel(), jac=True, method="L-BFGS-B", options=options)
    learned = found.x.reshape(shape).astype(np.float32)
    weights = np.zeros((split + columns, shape[1]), np.float32)
    weights[:split], weights[split + used] = learned[:split], learned[split:-1]
    return weights, learned[-1]
