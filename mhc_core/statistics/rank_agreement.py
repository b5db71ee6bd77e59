"""How well a score orders what people rated: Spearman, Kendall and AUC, with intervals over whole clusters.

Ratings of one conversation (or question, or customer) depend on each other, so the bootstrap draws clusters, not
ratings (Field & Welsh 2007, "Bootstrapping clustered data"): an interval over single ratings would be too narrow.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
RESAMPLES = 1000


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate with the ends of its 95 % percentile bootstrap interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Agreement:
    """One score beside people's ratings. ``auc`` is the chance that a liked item scores above a disliked one."""

    spearman: Interval
    kendall: float
    auc: Interval


@dataclass(frozen=True, slots=True)
class _Ranked:
    """Values as positions among their distinct values, so that a resample costs no sorting."""

    position: NDArray[np.intp]
    distinct: int

    @classmethod
    def of(cls, values: Floats) -> "_Ranked":
        distinct, position = np.unique(np.round(values, 9), return_inverse=True)
        return cls(position, len(distinct))

    def weights(self, weight: Floats) -> Floats:
        return np.bincount(self.position, weights=weight, minlength=self.distinct).astype(np.float64)

    def midranks(self, weight: Floats) -> Floats:
        per_value = self.weights(weight)
        ranks: Floats = (np.cumsum(per_value) - per_value / 2)[self.position]
        return ranks


def resamples(clusters: Sequence[str], seed: int, count: int = RESAMPLES) -> NDArray[np.uint16]:
    """How often each item is drawn in each resample of whole clusters, shape (count, items)."""
    _, owner = np.unique(np.asarray(clusters), return_inverse=True)
    size = int(owner.max()) + 1
    drawn = np.random.default_rng(seed).multinomial(size, np.full(size, 1 / size), size=count)
    found: NDArray[np.uint16] = drawn.astype(np.uint16)[:, owner]
    return found


def spearman(score: Floats, rating: Floats, weight: Floats | None = None) -> float:
    """Spearman's rank correlation with midranks for ties; 0 where one side is constant."""
    return _spearman(_Ranked.of(score), _Ranked.of(rating), np.ones(len(score)) if weight is None else weight)


def auc(score: Floats, liked: NDArray[np.bool_], weight: Floats | None = None) -> float:
    """Area under the ROC curve, ties counted half; NaN where nothing or everything is liked."""
    return _auc(_Ranked.of(score), liked, np.ones(len(score)) if weight is None else weight)


def agreement(score: Floats, rating: Floats, liked: NDArray[np.bool_], draws: NDArray[np.uint16]) -> Agreement:
    """Score against rating (rank correlation) and against liked or not (AUC), intervals from ``draws``."""
    from scipy.stats import kendalltau

    ours, theirs = _Ranked.of(score), _Ranked.of(rating)
    whole = np.ones(len(score))
    correlations = [_spearman(ours, theirs, draw.astype(np.float64)) for draw in draws]
    areas = [_auc(ours, liked, draw.astype(np.float64)) for draw in draws]
    tau = 0.0 if min(ours.distinct, theirs.distinct) < 2 else float(kendalltau(score, rating).statistic)
    return Agreement(
        _interval(_spearman(ours, theirs, whole), correlations), tau, _interval(_auc(ours, liked, whole), areas)
    )


def auc_within(score: Floats, liked: NDArray[np.bool_], strata: Sequence[str], draws: NDArray[np.uint16]) -> Interval:
    """AUC over the pairs of one stratum only: what a score knows beyond which stratum an item is from."""
    names = np.asarray(strata)
    parts = [(names == name, _Ranked.of(score[names == name])) for name in sorted(set(strata))]

    def within(weight: Floats) -> float:
        above = pairs = 0.0
        for inside, ranked in parts:
            found, of = _ordered(ranked, liked[inside], weight[inside])
            above, pairs = above + found, pairs + of
        return above / pairs if pairs else float("nan")

    return _interval(within(np.ones(len(score))), [within(draw.astype(np.float64)) for draw in draws])


def auc_gain(score: Floats, baseline: Floats, liked: NDArray[np.bool_], draws: NDArray[np.uint16]) -> Interval:
    """AUC of a score less that of a baseline on the same items, resampled together."""
    ours, theirs = _Ranked.of(score), _Ranked.of(baseline)

    def gain(weight: Floats) -> float:
        return _auc(ours, liked, weight) - _auc(theirs, liked, weight)

    return _interval(gain(np.ones(len(score))), [gain(draw.astype(np.float64)) for draw in draws])


def _spearman(score: _Ranked, rating: _Ranked, weight: Floats) -> float:
    total = weight.sum()
    x, y = score.midranks(weight), rating.midranks(weight)
    x, y = x - (weight @ x) / total, y - (weight @ y) / total
    spread = float(np.sqrt((weight @ (x * x)) * (weight @ (y * y))))
    return float(weight @ (x * y)) / spread if spread > 0 else 0.0


def _auc(score: _Ranked, liked: NDArray[np.bool_], weight: Floats) -> float:
    above, pairs = _ordered(score, liked, weight)
    return above / pairs if pairs else float("nan")


def _ordered(score: _Ranked, liked: NDArray[np.bool_], weight: Floats) -> tuple[float, float]:
    """Weight of the pairs of a liked and a disliked item in which the liked one scores higher, and of all pairs."""
    up, down = score.weights(weight * liked), score.weights(weight * ~liked)
    return float(up @ (np.cumsum(down) - down / 2)), float(up.sum() * down.sum())


def _interval(value: float, drawn: Sequence[float]) -> Interval:
    if not np.isfinite(drawn).any():
        return Interval(value, float("nan"), float("nan"))
    low, high = np.nanpercentile(drawn, [2.5, 97.5])
    return Interval(value, float(low), float(high))
