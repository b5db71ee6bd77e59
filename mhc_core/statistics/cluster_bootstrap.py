"""The mean of paired differences with its interval, when questions of one customer are not independent.

The interval comes from a bootstrap over whole customers or conversations (cluster bootstrap: Cameron, Gelbach & Miller
2008). It is BCa, bias-corrected and accelerated (Efron 1987; Efron & Tibshirani 1993, ch. 14), with the acceleration
from a jackknife over the same clusters, and expanded for few clusters: percentiles are taken where a t interval of that
many clusters would lie, since a bootstrap alone is too narrow (Hesterberg 2015, sec. 3.2).
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from math import fsum

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 4000
LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean with the bounds of its 95 % interval."""

    mean: float
    low: float
    high: float


def paired_interval(
    candidate: Sequence[float], baseline: Sequence[float], groups: Sequence[Hashable], seed: int
) -> Interval:
    """Mean paired difference with its 95 % interval from resampling whole groups, deterministic for a seed.

    With one group only there is nothing to resample, and the interval is as wide as differences can be (-1 to 1).
    """
    sums, counts = clusters(candidate, baseline, groups)
    if len(sums) < 2:
        return Interval(fsum(sums) / fsum(counts), -1.0, 1.0)
    if not sums.any():
        return Interval(0.0, 0.0, 0.0)
    sign = -1.0 if fsum(sums) < 0 else 1.0  # the mirrored comparison draws the same resamples
    order = np.lexsort((counts, sign * sums))
    found = _bootstrap(sign * sums[order], counts[order], seed)
    return found if sign > 0 else Interval(-found.mean, -found.high, -found.low)


def clusters(
    candidate: Sequence[float], baseline: Sequence[float], groups: Sequence[Hashable]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Sum of differences and number of questions per group."""
    differences: dict[Hashable, list[float]] = {}
    for ours, theirs, group in zip(candidate, baseline, groups, strict=True):
        differences.setdefault(group, []).append(ours - theirs)
    table = np.array([(fsum(found), len(found)) for found in differences.values()], dtype=np.float64)
    return table[:, 0], table[:, 1]


def _bootstrap(sums: NDArray[np.float64], counts: NDArray[np.float64], seed: int) -> Interval:
    mean = fsum(sums) / fsum(counts)
    draws = np.random.default_rng(seed).multinomial(len(sums), np.full(len(sums), 1 / len(sums)), size=RESAMPLES)
    means = (draws @ sums) / (draws @ counts)
    low, high = np.quantile(means, _levels(mean, means, sums, counts))
    return Interval(mean, float(low), float(high))


def _levels(
    mean: float, means: NDArray[np.float64], sums: NDArray[np.float64], counts: NDArray[np.float64]
) -> tuple[float, float]:
    from scipy.stats import norm, t

    number = len(sums)
    edge = float(np.sqrt(number / (number - 1)) * t.ppf((1 - LEVEL) / 2, number - 1))
    slack = 1e-12
    below = float(np.mean(means < mean - slack) + np.mean(np.abs(means - mean) <= slack) / 2)
    left_out = (sums.sum() - sums) / (counts.sum() - counts)
    spread = left_out.mean() - left_out
    scale = float(np.sum(spread**2)) ** 1.5
    if not 0 < below < 1 or scale < slack**2:
        return float(norm.cdf(edge)), float(norm.cdf(-edge))  # all differences alike: the interval is a point already
    bias = float(norm.ppf(below))
    acceleration = float(np.sum(spread**3)) / (6 * scale)

    def level(quantile: float) -> float:
        shifted = bias + quantile
        return float(norm.cdf(bias + shifted / (1 - acceleration * shifted)))

    return level(edge), level(-edge)
