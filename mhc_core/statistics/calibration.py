"""Calibration: from a score to a probability, and how far claimed probabilities are from what came true."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

ISOTONIC_FROM = 1000
FLOOR, CEILING = 0.01, 0.99
ECE_BINS = 10


@dataclass(frozen=True, slots=True)
class Calibrator:
    """From score to probability: interpolation between knots, or ``1 / (1 + exp(-(slope * score + offset)))``."""

    kind: Literal["isotonic", "sigmoid"]
    x: Floats  # knots, or empty
    y: Floats  # their probabilities, or (slope, offset)

    def __call__(self, score: Floats) -> Floats:
        if self.kind == "isotonic":
            raw = np.interp(score, self.x, self.y)
        else:
            raw = 1 / (1 + np.exp(-np.clip(self.y[0] * score + self.y[1], -30, 30)))
        bounded: Floats = np.clip(raw, FLOOR, CEILING)
        return bounded


def fit_calibrator(score: Floats, right: NDArray[np.bool_], weight: Floats, smooth: bool = False) -> Calibrator:
    """Isotonic regression from ``ISOTONIC_FROM`` examples of full weight on, Platt's sigmoid below.

    A ``smooth`` one is always the sigmoid: steps give many scores one probability, which orders them no longer.

    The share of right answers where the score orders nothing.
    """
    nothing = np.zeros(0)
    base_rate = Calibrator("sigmoid", nothing, np.array([0.0, log_odds(right, weight)]))
    if right.all() or not right.any() or np.ptp(score) < 1e-9:
        return base_rate
    if not smooth and np.count_nonzero(weight == 1) >= ISOTONIC_FROM:
        from sklearn.isotonic import IsotonicRegression

        steps: Any = IsotonicRegression(out_of_bounds="clip").fit(score, right.astype(float), weight)
        return Calibrator("isotonic", steps.X_thresholds_.astype(float), steps.y_thresholds_.astype(float))

    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=1e3, max_iter=1000).fit(score[:, None], right, weight)
    if model.coef_[0, 0] <= 0:
        return base_rate  # the score orders nothing
    return Calibrator("sigmoid", nothing, np.array([model.coef_[0, 0], model.intercept_[0]], dtype=np.float64))


def log_odds(right: NDArray[np.bool_], weight: Floats) -> float:
    """Log-odds of the share of right answers, by Laplace's rule of succession."""
    share = (weight[right].sum() + 1) / (weight.sum() + 2)
    return float(np.log(share / (1 - share)))


def expected_calibration_error(confidence: NDArray[np.float64], right: NDArray[np.float64]) -> float:
    """Mean gap between claimed and actual share of right answers over ten equal-width bins (Guo et al. 2017)."""
    bins = np.minimum((confidence * ECE_BINS).astype(int), ECE_BINS - 1)
    gaps = np.bincount(bins, weights=confidence - right, minlength=ECE_BINS)
    return float(np.abs(gaps).sum() / len(confidence))
