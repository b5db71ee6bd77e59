"""Confidence as a probability: from the features of a retrieval to the chance that its answer is right.

A logistic regression turns features into a score; a calibrator learned on scores of questions it was not fitted on
turns the score into a probability: Platt's sigmoid below 1,000 examples, isotonic regression from there on
(Niculescu-Mizil & Caruana 2005). Both also see, at a quarter of the weight, what questions look like to which there is
no right answer, so that the model does not answer what it never learned. Everything is kept as plain arrays, so that
loading a model runs no foreign code.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mhc_core.statistics.calibration import Calibrator, Floats, fit_calibrator, log_odds

UNKNOWN_WEIGHT = 0.25


@dataclass(frozen=True, slots=True)
class Scorer:
    """Standardised logistic regression: ``score = bias + weights · (x - mean) / scale``."""

    mean: Floats
    scale: Floats
    weights: Floats
    bias: float

    def __call__(self, features: Floats) -> Floats:
        score: Floats = ((features - self.mean) / self.scale) @ self.weights + self.bias
        return score


@dataclass(frozen=True, slots=True)
class Confidence:
    """Features to probability."""

    scorer: Scorer
    calibrator: Calibrator

    def __call__(self, features: Floats) -> Floats:
        return self.calibrator(self.scorer(features))


def fit(
    features: Floats, right: NDArray[np.bool_], folds: NDArray[np.int64], unknown: Floats
) -> tuple[Confidence, Floats]:
    """The confidence model, and the out-of-fold probability of every example by which it may be judged.

    ``folds`` holds the fold of each example; examples of one group share a fold. ``unknown`` holds, in the same order,
    the features that the question has when no right answer can be found; a row of NaN where that could not be tried.
    """
    score = np.zeros(len(right))
    beyond = np.full(len(right), np.nan)
    for fold in np.unique(folds):
        inside = folds == fold
        scorer = _fit_scorer(*_with_unknown(features[~inside], right[~inside], unknown[~inside]))
        score[inside], beyond[inside] = scorer(features[inside]), scorer(unknown[inside])
    probability = np.zeros(len(right))
    for fold in np.unique(folds):
        inside = folds == fold
        calibrator = fit_calibrator(*_with_unknown(score[~inside], right[~inside], beyond[~inside]))
        probability[inside] = calibrator(score[inside])
    return (
        Confidence(
            _fit_scorer(*_with_unknown(features, right, unknown)), fit_calibrator(*_with_unknown(score, right, beyond))
        ),
        probability,
    )


def _with_unknown(known: Floats, right: NDArray[np.bool_], unknown: Floats) -> tuple[Floats, NDArray[np.bool_], Floats]:
    """Known and unknown questions together, with whether they were answered right, and their weight."""
    tried = unknown[~np.isnan(unknown.reshape(len(unknown), -1)).any(axis=1)]
    weight = np.concatenate([np.ones(len(known)), np.full(len(tried), UNKNOWN_WEIGHT)])
    return np.concatenate([known, tried]), np.concatenate([right, np.zeros(len(tried), dtype=np.bool_)]), weight


def _fit_scorer(features: Floats, right: NDArray[np.bool_], weight: Floats) -> Scorer:
    from sklearn.linear_model import LogisticRegression

    mean = features.mean(axis=0)
    scale = np.maximum(features.std(axis=0), 1e-6)
    if right.all() or not right.any():
        return Scorer(mean, scale, np.zeros(features.shape[1]), log_odds(right, weight))
    model = LogisticRegression(C=0.3, max_iter=1000).fit((features - mean) / scale, right, weight)
    return Scorer(mean, scale, model.coef_[0].astype(np.float64), float(model.intercept_[0]))
