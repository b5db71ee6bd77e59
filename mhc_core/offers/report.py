"""What suggestions bring: parties that were made one, compared with those of the customers who are held out.

A party counts once: what it bought of the offer that was chosen for it, whether it was made or only noted. The
differences of shares and of USD have confidence sequences (``mhc_core.statistics.confidence_sequences``), so they may
be looked at as often as anybody likes. Parties are compared within the segment and week of their suggestion.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Literal

import numpy as np

from mhc_core.db.queries.offers import Cell
from mhc_core.statistics import confidence_sequences

ALPHA = 0.05
"""Chance that one of the bounds is ever wrong; each of the two figures has half of it, split between its sides."""
LEAST = 100
"""Parties in each of the arms before anything is said."""
DISTANCE = 0.2
"""Difference, in standard deviations, at which the sequences are tightest."""
CAP_USD = 200.0
"""What an accepted offer counts for at most, so that values lie in 0..1."""

_Sums = Callable[[Cell], tuple[float, float]]
Verdict = Literal["cannot tell yet", "brings more", "brings less"]


@dataclass(frozen=True, slots=True)
class Lift:
    """Made minus held out, with the bounds of its confidence sequence; a share of parties 0..1, or USD a party."""

    estimate: float
    low: float
    high: float
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Report:
    """Parties of both arms, shares that have the offered items, and the lifts: None before ``LEAST`` in each arm."""

    made: int
    held_out: int
    made_rate: float | None
    held_out_rate: float | None
    accepted: Lift | None
    usd: Lift | None


def report(cells: Sequence[Cell]) -> Report:
    """What the cells of both arms say together."""
    made, held = (sum(one.parties for one in cells if one.shown is shown) for shown in (True, False))
    made_rate, held_rate = (
        sum(one.accepted for one in cells if one.shown is shown) / count if count else None
        for shown, count in ((True, made), (False, held))
    )
    enough = min(made, held) >= LEAST
    return Report(
        made,
        held,
        made_rate,
        held_rate,
        _lift(cells, 1.0, lambda one: (one.accepted, one.accepted)) if enough else None,
        _lift(cells, CAP_USD, lambda one: (one.usd, one.usd_squares)) if enough else None,
    )


def _lift(cells: Sequence[Cell], cap: float, sums: _Sums) -> Lift:
    strata = {(one.segment, one.week) for one in cells}
    parts = []
    for stratum in sorted(strata):
        arms = []
        for shown in (True, False):
            mine = [one for one in cells if (one.segment, one.week) == stratum and one.shown is shown]
            total, squares = (sum(sums(one)[place] for one in mine) for place in (0, 1))
            parties = sum(one.parties for one in mine)
            arms.append([np.array(float(value)) for value in (parties, total / cap, squares / cap**2)])
        parts.append(confidence_sequences.Evidence.of_stratum(*arms))
    evidence = reduce(lambda one, other: one + other, parts)
    estimate = float(confidence_sequences.difference(evidence.weight, evidence.score))
    radius = float(confidence_sequences.radius(evidence.weight, evidence.variance, ALPHA / 4, DISTANCE))
    low, high = max(estimate - radius, -1.0), min(estimate + radius, 1.0)
    verdict: Verdict = "brings more" if low > 0 else "brings less" if high < 0 else "cannot tell yet"
    return Lift(estimate * cap, low * cap, high * cap, verdict)
