"""How likely an answer is to be liked, learned from votes: an estimate beside the answering model's own confidence.

Extremely randomised trees (Geurts, Ernst & Wehenkel 2006) on cues and principal components of embeddings give a score;
a calibrator fitted on out-of-fold scores (Platt's sigmoid, isotonic regression from 1,000 votes on) makes it a
probability. Votes of one group (a conversation, a customer) are never on both sides of a fold.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mhc_core.errors import DataError
from mhc_core.review.vote_features import Seen
from mhc_core.statistics.calibration import Calibrator, fit_calibrator

TREES = 200
COMPONENTS = 30
FOLDS = 5
MIN_OF_EACH = 30
"""Fewer liked or disliked answers, and there is nothing to learn that would hold."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ConfidencePredictor:
    """Answers in their conversation to the probability that the customer likes them."""

    projection: Any  # a fitted ``PCA``
    forest: Any  # a fitted ``ExtraTreesClassifier``
    calibrator: Calibrator

    def __call__(self, seen: Seen) -> Floats:
        """Probabilities of what :func:`extract` found."""
        return self.calibrator(_log_odds(self.forest, _inputs(seen, self.projection)))


def fit(seen: Seen, liked: NDArray[np.bool_], groups: Sequence[str], seed: int) -> tuple[ConfidencePredictor, Floats]:
    """The predictor, and the out-of-fold probability of every answer by which it may be judged.

    Args:
        groups: answers of one group share a fold.

    Raises:
        DataError: too few answers of either kind, or too few groups to hold some out.
    """
    least = min(int(liked.sum()), int((~liked).sum()))
    names, owner = np.unique(np.asarray(groups), return_inverse=True)
    if least < MIN_OF_EACH or len(names) < 2 * FOLDS:
        raise DataError(
            f"{least} answers of the rarer vote and {len(names)} conversations are too few to learn from, "
            f"{MIN_OF_EACH} and {2 * FOLDS} needed; collect more feedback"
        )
    folds = (np.random.default_rng(seed).permutation(len(names)) % FOLDS)[owner]
    score = np.zeros(len(liked))
    for fold in range(FOLDS):
        inside = folds == fold
        outside, held = _part(seen, ~inside), _part(seen, inside)
        projection = _project(outside.meaning)
        forest = _grow(_inputs(outside, projection), liked[~inside], seed)
        score[inside] = _log_odds(forest, _inputs(held, projection))
    weight = np.ones(len(liked))
    probability = np.zeros(len(liked))
    for fold in range(FOLDS):
        inside = folds == fold
        probability[inside] = fit_calibrator(score[~inside], liked[~inside], weight[~inside])(score[inside])
    projection = _project(seen.meaning)
    forest = _grow(_inputs(seen, projection), liked, seed)
    calibrator = fit_calibrator(score, liked, weight)
    return ConfidencePredictor(projection, forest, calibrator), probability


def _part(seen: Seen, chosen: NDArray[np.bool_]) -> Seen:
    return Seen(seen.cues[chosen], seen.meaning[chosen])


def _inputs(seen: Seen, projection: Any) -> Floats:
    return np.hstack([seen.cues, projection.transform(seen.meaning)])


def _log_odds(forest: Any, inputs: Floats) -> Floats:
    bounded = np.clip(forest.predict_proba(inputs)[:, 1], 1e-3, 1 - 1e-3)
    odds: Floats = np.log(bounded / (1 - bounded))
    return odds


def _project(meaning: Floats) -> Any:
    from sklearn.decomposition import PCA

    return PCA(COMPONENTS, svd_solver="covariance_eigh").fit(meaning)


def _grow(inputs: Floats, liked: NDArray[np.bool_], seed: int) -> Any:
    from sklearn.ensemble import ExtraTreesClassifier

    return ExtraTreesClassifier(TREES, min_samples_leaf=4, max_features=0.3, random_state=seed).fit(inputs, liked)
