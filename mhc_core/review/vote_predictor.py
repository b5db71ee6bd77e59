"""How likely an answer is to be liked, learned from votes: an estimate beside the answering model's own confidence.

Extremely randomised trees (Geurts, Ernst & Wehenkel 2006) on cues and principal components of embeddings give a score;
a calibrator fitted on out-of-fold scores (Platt's sigmoid, isotonic regression from 1,000 votes on) makes it a
probability. Votes of one group (a conversation, a customer) are never on both sides of a fold. The trees are kept as
plain arrays, so that loading a predictor runs no foreign code.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mhc_core.errors import ConfigurationError, DataError
from mhc_core.protocols import Embedder
from mhc_core.review.vote_features import Exchange, Seen, extract
from mhc_core.statistics.calibration import Calibrator, fit_calibrator

TREES = 200
COMPONENTS = 30
FOLDS = 5
MIN_OF_EACH = 30
"""Fewer liked or disliked answers, and there is nothing to learn that would hold."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Projection:
    """Principal components: ``(x - mean) @ components.T``."""

    mean: Floats
    components: Floats

    def __call__(self, vectors: Floats) -> Floats:
        projected: Floats = (vectors - self.mean) @ self.components.T
        return projected


@dataclass(frozen=True, slots=True)
class Forest:
    """Decision trees in one set of arrays. A leaf is its own child; ``share`` is its share of liked answers."""

    roots: NDArray[np.int32]
    left: NDArray[np.int32]
    right: NDArray[np.int32]
    feature: NDArray[np.int16]
    threshold: Floats
    share: Floats

    def __call__(self, inputs: Floats) -> Floats:
        """Mean share over the trees, 0..1, for inputs of shape (n, features)."""
        single = inputs.astype(np.float32)  # thresholds were chosen on single precision
        rows = np.arange(len(single))[:, None]
        node = np.broadcast_to(self.roots, (len(single), len(self.roots)))
        while True:
            goes_left = single[rows, self.feature[node]] <= self.threshold[node]
            below = np.where(goes_left, self.left[node], self.right[node])
            if np.array_equal(below, node):
                mean: Floats = self.share[node].mean(axis=1)
                return mean
            node = below


@dataclass(frozen=True, slots=True)
class ConfidencePredictor:
    """Answers in their conversation to the probability that the customer likes them."""

    embedder_id: str
    votes: int
    projection: Projection
    forest: Forest
    calibrator: Calibrator

    def __call__(self, exchanges: Sequence[Exchange], embedder: Embedder) -> Floats:
        """Probabilities in the order of ``exchanges``.

        Raises:
            ConfigurationError: another embedder than the one it was trained with.
        """
        if embedder.id != self.embedder_id:
            raise ConfigurationError(
                f"the predictor was trained with {self.embedder_id}, not {embedder.id}; train it again"
            )
        return self.of(extract(exchanges, embedder)) if exchanges else np.zeros(0)

    def of(self, seen: Seen) -> Floats:
        """Probabilities of what :func:`look` saw."""
        return self.calibrator(_log_odds(self.forest(_inputs(seen, self.projection))))


def fit(
    seen: Seen, liked: NDArray[np.bool_], groups: Sequence[str], embedder_id: str, seed: int
) -> tuple[ConfidencePredictor, Floats]:
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
        score[inside] = _log_odds(forest(_inputs(held, projection)))
    weight = np.ones(len(liked))
    probability = np.zeros(len(liked))
    for fold in range(FOLDS):
        inside = folds == fold
        probability[inside] = fit_calibrator(score[~inside], liked[~inside], weight[~inside])(score[inside])
    projection = _project(seen.meaning)
    forest = _grow(_inputs(seen, projection), liked, seed)
    calibrator = fit_calibrator(score, liked, weight)
    return ConfidencePredictor(embedder_id, len(liked), projection, forest, calibrator), probability


def _part(seen: Seen, chosen: NDArray[np.bool_]) -> Seen:
    return Seen(seen.cues[chosen], seen.meaning[chosen])


def _inputs(seen: Seen, projection: Projection) -> Floats:
    return np.hstack([seen.cues, projection(seen.meaning)])


def _log_odds(share: Floats) -> Floats:
    bounded = np.clip(share, 1e-3, 1 - 1e-3)
    odds: Floats = np.log(bounded / (1 - bounded))
    return odds


def _project(meaning: Floats) -> Projection:
    mean = meaning.mean(axis=0)
    centred = meaning - mean
    _, vectors = np.linalg.eigh(centred.T @ centred)
    components = vectors[:, ::-1][:, :COMPONENTS].T
    largest = np.abs(components).argmax(axis=1)  # eigenvectors have no sign of their own
    return Projection(mean, components * np.sign(components[np.arange(len(components)), largest])[:, None])


def _grow(inputs: Floats, liked: NDArray[np.bool_], seed: int) -> Forest:
    from sklearn.ensemble import ExtraTreesClassifier

    model = ExtraTreesClassifier(TREES, min_samples_leaf=4, max_features=0.3, random_state=seed).fit(inputs, liked)
    trees = [estimator.tree_ for estimator in model.estimators_]
    roots = np.concatenate([[0], np.cumsum([tree.node_count for tree in trees])])[:-1]
    itself = np.concatenate([np.arange(tree.node_count) + root for tree, root in zip(trees, roots, strict=True)])
    leaf = np.concatenate([tree.children_left < 0 for tree in trees])

    def child(name: str) -> NDArray[np.int32]:
        below = np.concatenate([getattr(tree, name) + root for tree, root in zip(trees, roots, strict=True)])
        return np.where(leaf, itself, below).astype(np.int32)

    return Forest(
        roots.astype(np.int32),
        child("children_left"),
        child("children_right"),
        np.where(leaf, 0, np.concatenate([tree.feature for tree in trees])).astype(np.int16),
        np.where(leaf, 0.0, np.concatenate([tree.threshold for tree in trees])),
        np.concatenate([tree.value[:, 0, 1] for tree in trees]),
    )
