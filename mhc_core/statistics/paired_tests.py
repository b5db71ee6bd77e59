"""Exact tests for pairs: McNemar's for pass or fail, sign flips of whole customers for scores, Holm's for many at once.

McNemar, Psychometrika 1947, in its exact binomial form. Sign flips: Fisher's randomisation test, each customer's sum of
differences one unit; exact for any number of customers when differences are symmetric about zero without an effect
(Canay, Romano & Shaikh 2017 for few clusters). Holm, Scandinavian Journal of Statistics 1979.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FLIPS = 9999
EXACT_UP_TO = 12
"""Customers up to which all sign flips are tried instead of a seeded sample of them."""


@dataclass(frozen=True, slots=True)
class McNemar:
    """``gained`` questions only the candidate passes, ``lost`` only the baseline does.

    ``p_better`` and ``p_worse`` are one-sided: how likely so many, or more, would be if neither model were better.
    """

    gained: int
    lost: int
    p_better: float
    p_worse: float


NO_DIFFERENCE = McNemar(0, 0, 1.0, 1.0)


def mcnemar(candidate: Sequence[bool], baseline: Sequence[bool]) -> McNemar:
    """The exact test on the questions that only one of the two passes."""
    from scipy.stats import binomtest

    gained = sum(ours and not theirs for ours, theirs in zip(candidate, baseline, strict=True))
    lost = sum(theirs and not ours for ours, theirs in zip(candidate, baseline, strict=True))
    if not gained + lost:
        return NO_DIFFERENCE
    better, worse = (
        float(binomtest(gained, gained + lost, 0.5, alternative=side).pvalue) for side in ("greater", "less")
    )
    return McNemar(gained, lost, better, worse)


def sign_flips(sums: NDArray[np.float64], seed: int) -> tuple[float, float]:
    """One-sided p-values that the groups' sums of differences lie above, and below, zero.

    ``sums`` has one number a group. The order of groups does not matter.
    """
    ordered = sums[np.lexsort((sums, np.abs(sums)))]
    observed, slack = float(ordered.sum()), 1e-9
    if len(ordered) <= EXACT_UP_TO:
        flipped = _every_sign(len(ordered)) @ ordered
        return float(np.mean(flipped >= observed - slack)), float(np.mean(flipped <= observed + slack))
    signs = np.random.default_rng(seed).integers(0, 2, (FLIPS, len(ordered)), dtype=np.int8) * 2 - 1
    flipped = signs @ ordered
    above, below = np.sum(flipped >= observed - slack), np.sum(flipped <= observed + slack)
    return float(above + 1) / (FLIPS + 1), float(below + 1) / (FLIPS + 1)


def holm(p_values: Sequence[float]) -> list[float]:
    """Adjusted p-values, in the order given: comparing each with 0.05 keeps the error of all together at 5 %."""
    adjusted = [1.0] * len(p_values)
    highest = 0.0
    for rank, place in enumerate(sorted(range(len(p_values)), key=lambda at: p_values[at])):
        highest = max(highest, min(1.0, p_values[place] * (len(p_values) - rank)))
        adjusted[place] = highest
    return adjusted


def _every_sign(count: int) -> NDArray[np.int8]:
    bits = (np.arange(2**count)[:, None] >> np.arange(count)) & 1
    return (bits * 2 - 1).astype(np.int8)
