"""Churn: how likely a customer is lost, and what of them moved that most.

A logistic regression on splines and boosted trees, their log-odds averaged: the first is right where effects add up,
the second where they do not. The average is calibrated on predictions for customers that neither had seen, and those of
a later time can be given for that instead. Reasons are the features whose usual value would change the probability
most.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mhc_core.errors import DataError
from mhc_core.statistics.calibration import Calibrator, fit_calibrator

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

LEAST_CUSTOMERS = 200
LEAST_OF_EACH = 30
"""Customers that stayed, and that left, for a model to be fitted."""
FOLDS = 5
TREES = 3
"""Boosted ensembles, each of other random features, averaged."""
REASONS = 3


@dataclass(frozen=True, slots=True)
class Features:
    """A row a customer. A category is a whole number: the place of its word in ``words``."""

    names: tuple[str, ...]
    rows: Floats
    words: tuple[tuple[str, ...] | None, ...]  # of each column: the categories' words, or none for a number

    @property
    def categories(self) -> list[int]:
        """Columns of categories."""
        return [column for column, words in enumerate(self.words) if words is not None]

    def chosen(self, rows: Flags | NDArray[np.int64]) -> "Features":
        """Some customers."""
        return Features(self.names, self.rows[rows], self.words)

    def said(self, column: int, value: float) -> str:
        """A value as people read it."""
        words = self.words[column]
        return words[int(value)] if words is not None else f"{value:,.1f}".removesuffix(".0")


@dataclass(frozen=True, slots=True)
class Reason:
    """A feature that moved a customer's probability, by how much, and what it is and usually is."""

    feature: str
    value: str
    usual: str
    moved: float  # probability with it less probability with the usual value

    def __str__(self) -> str:
        direction = "raises" if self.moved > 0 else "lowers"
        return f"{self.feature} is {self.value} (usually {self.usual}): {direction} the risk by {abs(self.moved):.0%}"


@dataclass(frozen=True, slots=True)
class ChurnModel:
    """Fitted models and their calibration; ``usual`` is each feature's median or commonest category."""

    members: tuple[tuple[Any, float], ...]  # a model, and its weight
    calibrator: Calibrator
    usual: Floats

    def probability(self, features: Features) -> Floats:
        """That each customer is lost."""
        return self.calibrator(_log_odds(self.members, features.rows))

    def reasons(self, features: Features) -> list[tuple[Reason, ...]]:
        """Of each customer, the features that moved the probability most, the strongest first."""
        now = self.probability(features)
        moved = np.zeros((len(features.rows), len(features.names)))
        for column, usual in enumerate(self.usual):
            ordinary = features.rows.copy()
            ordinary[:, column] = usual
            moved[:, column] = now - self.probability(Features(features.names, ordinary, features.words))
        order = np.argsort(-np.abs(moved), axis=1, kind="stable")[:, :REASONS]
        return [
            tuple(
                Reason(
                    features.names[column],
                    features.said(column, features.rows[row, column]),
                    features.said(column, self.usual[column]),
                    float(moved[row, column]),
                )
                for column in columns
                if abs(moved[row, column]) >= 0.005  # less than half a percent moves nothing
            )
            for row, columns in enumerate(order)
        ]


def fit(features: Features, lost: Flags, seed: int, later: tuple[Features, Flags] | None = None) -> ChurnModel:
    """Learn who is lost.

    Args:
        later: customers of a later time, to calibrate on; without them each customer is predicted by models of others.

    Raises:
        DataError: too few customers, or too few that stayed or left.
    """
    check(lost)
    members = _members(features, lost, seed)
    if later is not None:
        check(later[1])
        score, truth = _log_odds(members, later[0].rows), later[1]
    else:
        score, truth = _unseen(features, lost, seed), lost
    calibrator = fit_calibrator(score, truth, np.ones(len(truth)), smooth=True)
    usual = np.array(
        [
            np.median(column) if words is None else float(np.bincount(column.astype(int)).argmax())
            for column, words in zip(features.rows.T, features.words, strict=True)
        ]
    )
    return ChurnModel(members, calibrator, usual)


def check(lost: Flags) -> None:
    """Whether there is enough to learn from."""
    left = int(lost.sum())
    if len(lost) < LEAST_CUSTOMERS or min(left, len(lost) - left) < LEAST_OF_EACH:
        raise DataError(
            f"{left} of {len(lost)} customers were lost: that is too little to learn from; wait for or import "
            f"histories of {LEAST_CUSTOMERS} customers, {LEAST_OF_EACH} of each kind"
        )


def logistic(categories: Sequence[int], columns: int, splines: bool = True) -> Any:
    """Logistic regression, numbers as cubic splines or as they are, categories as one column each."""
    from sklearn.compose import make_column_transformer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, SplineTransformer, StandardScaler

    numbers = [column for column in range(columns) if column not in set(categories)]
    scale = make_pipeline(StandardScaler(), SplineTransformer(6)) if splines else StandardScaler()
    prepared = make_column_transformer((scale, numbers), (OneHotEncoder(handle_unknown="ignore"), list(categories)))
    return make_pipeline(prepared, LogisticRegression(C=0.1 if splines else 1.0, max_iter=3000))


def _members(features: Features, lost: Flags, seed: int) -> tuple[tuple[Any, float], ...]:
    from sklearn.ensemble import HistGradientBoostingClassifier
    from threadpoolctl import threadpool_limits

    categories, columns = features.categories, features.rows.shape[1]
    models = [(logistic(categories, columns), 0.5)]
    for number in range(TREES):
        trees = HistGradientBoostingClassifier(
            learning_rate=0.03, max_iter=300, max_leaf_nodes=4, min_samples_leaf=40, l2_regularization=10,
            max_features=0.3, early_stopping=False, categorical_features=categories or None, random_state=seed + number,
        )  # fmt: skip
        models.append((trees, 0.5 / TREES))
    with threadpool_limits(1):  # so few rows are fitted in less time than threads need to meet
        return tuple((model.fit(features.rows, lost), weight) for model, weight in models)


def _log_odds(members: Sequence[tuple[Any, float]], rows: Floats) -> Floats:
    from threadpoolctl import threadpool_limits

    total = np.zeros(len(rows))
    with threadpool_limits(1):
        for model, weight in members:
            chance = np.clip(model.predict_proba(rows)[:, 1], 1e-6, 1 - 1e-6)
            total += weight * np.log(chance / (1 - chance))
    return total


def _unseen(features: Features, lost: Flags, seed: int) -> Floats:
    """Log-odds of each customer by models that were not fitted on them."""
    from sklearn.model_selection import StratifiedKFold

    score = np.zeros(len(lost))
    for known, other in StratifiedKFold(FOLDS, shuffle=True, random_state=seed).split(features.rows, lost):
        members = _members(features.chosen(known), lost[known], seed)
        score[other] = _log_odds(members, features.rows[other])
    return score
