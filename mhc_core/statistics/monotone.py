"""Logistic regression whose weights have the sign that is known beforehand: more of it is never worse, or never better.

Sign constraints are as good as a penalty where features are correlated (Slawski & Hein 2013, "Non-negative least
squares"), and what such a model says of another source than the one it was fitted on stays sensible.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class MonotoneLogit:
    """``probability = 1 / (1 + exp(-(bias + weights · (x - mean) / scale)))``."""

    mean: Floats
    scale: Floats
    weights: Floats
    bias: float

    def log_odds(self, features: Floats) -> Floats:
        found: Floats = ((features - self.mean) / self.scale) @ self.weights + self.bias
        return found

    def __call__(self, features: Floats) -> Floats:
        probability: Floats = 1 / (1 + np.exp(-np.clip(self.log_odds(features), -30, 30)))
        return probability


def fit(
    features: Floats, truth: Floats, weight: Floats, signs: Floats, ridge: float, toward: Floats | float
) -> MonotoneLogit:
    """The model of least weighted log loss with a quadratic penalty on how far weights are from ``toward``.

    Args:
        truth: 0..1, the share of people who were pleased.
        signs: 1 where more is never worse, -1 where more is never better.
        ridge: weight of the penalty, in examples.
        toward: what each weight is, in its direction, as long as nothing speaks against it.
    """
    from scipy.optimize import minimize

    mean, scale = features.mean(axis=0), np.maximum(features.std(axis=0), 1e-6)
    oriented = (features - mean) / scale * signs

    def loss(point: Floats) -> tuple[float, Floats]:
        weights, bias = point[:-1], point[-1]
        odds = oriented @ weights + bias
        off = weights - toward
        value = weight @ (np.logaddexp(0, odds) - truth * odds) + ridge / 2 * off @ off
        error = weight * (1 / (1 + np.exp(-np.clip(odds, -30, 30))) - truth)
        return float(value), np.append(oriented.T @ error + ridge * off, error.sum())

    share = float(np.clip((weight @ truth + 1) / (weight.sum() + 2), 0.01, 0.99))
    start = np.append(np.broadcast_to(toward, len(mean)), np.log(share / (1 - share)))
    bounds = [(0, None)] * len(mean) + [(None, None)]
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds)
    return MonotoneLogit(mean, scale, found.x[:-1] * signs, float(found.x[-1]))
