"""Shadow evaluation: is the candidate better than the model in production, on the same held-out questions?

The difference is paired (same question, same judge) and its interval comes from a bootstrap over whole customers or
conversations, because questions of one customer are not independent (cluster bootstrap: Cameron, Gelbach & Miller
2008). The interval is BCa, bias-corrected and accelerated (Efron 1987; Efron & Tibshirani 1993, ch. 14), with the
acceleration from a jackknife over the same clusters.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from math import fsum

import numpy as np
from numpy.typing import NDArray

from mhc_core.errors import DataError
from mhc_core.judging import Judged
from mhc_core.vocabulary import Verdict

RESAMPLES = 4000
LEVEL = 0.95
MIN_QUESTIONS = 30
MIN_GROUPS = 10
GROUNDEDNESS_LOSS = 0.05
GROUNDEDNESS_ENOUGH = 0.75
ECE_LIMIT = 0.20
ECE_BINS = 10

Metrics = dict[str, float | int]


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean with the bounds of its 95 % interval."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """A verdict with the numbers and the plain words it rests on. Differences are candidate minus baseline."""

    questions: int
    groups: int
    candidate: Metrics
    baseline: Metrics
    similarity: Interval
    groundedness: Interval
    verdict: Verdict
    reasons: tuple[str, ...]


def compare(
    candidate: Sequence[Judged], baseline: Sequence[Judged], groups: Sequence[Hashable], seed: int, margin: float = 0.0
) -> Comparison:
    """Compare two models answer by answer; ``groups`` names the customer or conversation of each question.

    The verdict is *promote* when the interval of the similarity difference lies above ``margin`` and the guardrails
    hold (groundedness, calibration), *reject* when it lies below zero, *hold* otherwise or with too few questions.
    Neither the order of the questions nor the names of the groups matter.

    Raises:
        DataError: the three sequences differ in length, or are empty.
    """
    if not candidate or not len(candidate) == len(baseline) == len(groups):
        raise DataError(
            "candidate, baseline and groups must be of one length, over 0; evaluate both on the same questions"
        )
    similarity = paired_interval(
        [item.similarity for item in candidate], [item.similarity for item in baseline], groups, seed
    )
    groundedness = paired_interval(
        [item.grounded for item in candidate], [item.grounded for item in baseline], groups, seed
    )
    ours, theirs = metrics(candidate), metrics(baseline)
    counted = len(set(groups))
    verdict, reasons = _decide(len(candidate), counted, similarity, groundedness, ours, theirs, margin)
    return Comparison(len(candidate), counted, ours, theirs, similarity, groundedness, verdict, reasons)


def metrics(judged: Sequence[Judged]) -> Metrics:
    """The averages of one model: shares and similarities 0..1, latency in ms, cost in USD for all questions."""
    confidence = np.array([item.confidence for item in judged])
    right = np.array([item.right for item in judged], dtype=np.float64)
    p50, p95 = np.percentile([item.latency_ms for item in judged], (50, 95))
    return {
        "questions": len(judged),
        "similarity": fsum(item.similarity for item in judged) / len(judged),
        "right": float(right.mean()),
        "groundedness": fsum(item.grounded for item in judged) / len(judged),
        "confidence": float(confidence.mean()),
        "ece": expected_calibration_error(confidence, right),
        "brier": float(np.mean((confidence - right) ** 2)),
        "latency_p50_ms": float(p50),
        "latency_p95_ms": float(p95),
        "cost_usd": fsum(item.cost_usd for item in judged),
    }


def expected_calibration_error(confidence: NDArray[np.float64], right: NDArray[np.float64]) -> float:
    """Mean gap between claimed and actual share of right answers over ten equal-width bins (Guo et al. 2017)."""
    bins = np.minimum((confidence * ECE_BINS).astype(int), ECE_BINS - 1)
    gaps = np.bincount(bins, weights=confidence - right, minlength=ECE_BINS)
    return float(np.abs(gaps).sum() / len(confidence))


def paired_interval(
    candidate: Sequence[float], baseline: Sequence[float], groups: Sequence[Hashable], seed: int
) -> Interval:
    """Mean paired difference with its 95 % BCa interval from resampling whole groups, deterministic for a seed.

    With one group only there is nothing to resample, and the interval is as wide as differences can be (-1 to 1).
    """
    sums, counts = _clusters(candidate, baseline, groups)
    if len(sums) < 2:
        return Interval(fsum(sums) / fsum(counts), -1.0, 1.0)
    sign = -1.0 if fsum(sums) < 0 else 1.0  # the mirrored comparison draws the same resamples
    order = np.lexsort((counts, sign * sums))
    found = _bootstrap(sign * sums[order], counts[order], seed)
    return found if sign > 0 else Interval(-found.mean, -found.high, -found.low)


def _bootstrap(sums: NDArray[np.float64], counts: NDArray[np.float64], seed: int) -> Interval:
    mean = fsum(sums) / fsum(counts)
    draws = np.random.default_rng(seed).multinomial(len(sums), np.full(len(sums), 1 / len(sums)), size=RESAMPLES)
    means = (draws @ sums) / (draws @ counts)
    low, high = np.quantile(means, _bca_levels(mean, means, sums, counts))
    return Interval(mean, float(low), float(high))


def _clusters(
    candidate: Sequence[float], baseline: Sequence[float], groups: Sequence[Hashable]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Sum of differences and number of questions per group."""
    differences: dict[Hashable, list[float]] = {}
    for ours, theirs, group in zip(candidate, baseline, groups, strict=True):
        differences.setdefault(group, []).append(ours - theirs)
    table = np.array([(fsum(found), len(found)) for found in differences.values()], dtype=np.float64)
    return table[:, 0], table[:, 1]


def _bca_levels(
    mean: float, means: NDArray[np.float64], sums: NDArray[np.float64], counts: NDArray[np.float64]
) -> tuple[float, float]:
    from scipy.stats import norm

    tail = (1 - LEVEL) / 2
    slack = 1e-12
    below = float(np.mean(means < mean - slack) + np.mean(np.abs(means - mean) <= slack) / 2)
    left_out = (sums.sum() - sums) / (counts.sum() - counts)
    spread = left_out.mean() - left_out
    scale = float(np.sum(spread**2)) ** 1.5
    if not 0 < below < 1 or scale < slack**2:
        return tail, 1 - tail  # all differences alike: the percentile interval is already a point
    bias = float(norm.ppf(below))
    acceleration = float(np.sum(spread**3)) / (6 * scale)

    def level(quantile: float) -> float:
        shifted = bias + quantile
        return float(norm.cdf(bias + shifted / (1 - acceleration * shifted)))

    edge = float(norm.ppf(tail))
    return level(edge), level(-edge)


def _decide(
    questions: int,
    groups: int,
    similarity: Interval,
    groundedness: Interval,
    ours: Metrics,
    theirs: Metrics,
    margin: float,
) -> tuple[Verdict, tuple[str, ...]]:
    measured = (
        f"Similarity to the approved answers changed by {similarity.mean:+.3f} "
        f"(95 % interval {similarity.low:+.3f} to {similarity.high:+.3f}) "
        f"on {questions} questions of {groups} customers."
    )
    if questions < MIN_QUESTIONS or groups < MIN_GROUPS:
        needed = f"at least {MIN_QUESTIONS} questions of {MIN_GROUPS} customers are needed"
        return Verdict.HOLD, (measured, f"Not enough data to decide: {needed}.")
    if similarity.high < 0:
        return Verdict.REJECT, (measured, "The candidate is worse: the whole interval lies below zero.")
    if similarity.low <= margin:
        return Verdict.HOLD, (measured, f"Not shown to be better: the interval does not lie above {margin:+.3f}.")
    broken = []
    # A model that only quotes its passages is grounded by construction, so a loss alone does not count against another.
    if groundedness.mean < -GROUNDEDNESS_LOSS and ours["groundedness"] < GROUNDEDNESS_ENOUGH:
        broken.append(
            f"Fewer statements rest on the knowledge: {theirs['groundedness']:.0%} before, "
            f"{ours['groundedness']:.0%} now."
        )
    if ours["ece"] > max(ECE_LIMIT, theirs["ece"]):
        broken.append(f"Its confidence can not be trusted: calibration error {ours['ece']:.2f}, limit {ECE_LIMIT:.2f}.")
    if broken:
        return Verdict.HOLD, (measured, *broken)
    return Verdict.PROMOTE, (
        measured,
        f"Better beyond chance: the whole interval lies above {margin:+.3f}.",
        f"Guardrails hold: groundedness {ours['groundedness']:.0%} (before {theirs['groundedness']:.0%}), "
        f"calibration error {ours['ece']:.2f}.",
    )
