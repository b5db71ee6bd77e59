"""Invented customers with a known truth, for measuring the live gate.

A customer has one or more conversations and belongs to a segment: *easy* (menus, prices) or *hard* (complaints, large
parties). Containment is drawn for each conversation, a booking for those who asked for one, satisfaction for the
quarter who answer, confidence for all. Everything is joined per customer the way production does it.
"""

from dataclasses import dataclass

import numpy as np

from mhc_core.rollout.policy import COMPOSITE_WEIGHTS
from mhc_core.statistics.confidence_sequences import Floats

METRICS = ("composite", "escalation", "thumbs_down", "groundedness", "slow_turns", "cost")
SIZE = 1 << 15
TOLERANCE = 1e-4  # of the mean gain; a customer's value counts 3e-5 in it
_CONTAINED, _BOOKED = (0.85, 0.55), (0.30, 0.15)  # easy, hard


@dataclass(frozen=True, slots=True)
class Segment:
    """Customers of one segment under one arm: ``SIZE`` rows, one column a metric of ``METRICS``."""

    values: Floats

    @property
    def composite(self) -> float:
        """Mean of the primary: the truth of this pool."""
        return float(self.values[:, 0].mean())


def segment(hard: bool, gain: float, slower: float, heavy_tailed: bool, seed: int) -> Segment:
    """Customers whose mean composite is ``gain`` above that of the same customers without any effect.

    Args:
        hard: which segment.
        gain: wanted difference of the mean composite.
        slower: added to the share of slow turns.
        heavy_tailed: a few customers have most of the conversations, and they are harder to please.
        seed: the same seed gives the same customers, whatever the effect.
    """
    base = _customers(hard, 0.0, slower, heavy_tailed, seed)
    if not gain:
        return base
    effect, reached, step = 0.0, 0.0, gain
    while abs(reached - gain) > TOLERANCE:  # the secant method; the mean is all but linear in the effect
        found = _customers(hard, effect + step, slower, heavy_tailed, seed)
        before, reached, effect = reached, found.composite - base.composite, effect + step
        step *= (gain - reached) / (reached - before)
    return found


def _customers(hard: bool, effect: float, slower: float, heavy_tailed: bool, seed: int) -> Segment:
    rng = np.random.default_rng((seed, int(hard)))
    conversations = np.minimum(rng.zipf(1.7, SIZE), 300) if heavy_tailed else rng.geometric(0.7, SIZE)
    owner = np.repeat(np.arange(SIZE), conversations)
    ease = 0.08 * rng.standard_normal(SIZE) - (0.05 * np.log(conversations) if heavy_tailed else 0.0)
    contained_chance = _CONTAINED[hard] + ease + effect
    contained = np.bincount(owner, rng.random(owner.size) < contained_chance[owner], SIZE) / conversations
    asked = rng.random(SIZE) < 0.55
    booked = rng.random(SIZE) < _BOOKED[hard] + 0.1 * (contained - _CONTAINED[hard]) + 0.8 * effect
    rated = rng.random(SIZE) < 0.25
    stars = np.clip(0.5 + 0.3 * contained + 0.5 * effect + 0.25 * rng.standard_normal(SIZE), 0, 1)
    confidence = np.clip(0.72 + 0.3 * effect + 0.15 * rng.standard_normal(SIZE), 0, 1)
    known = np.stack([np.ones(SIZE), asked, rated, np.ones(SIZE)], axis=1) * np.array(list(COMPOSITE_WEIGHTS.values()))
    parts = np.stack([contained, booked, np.round(stars * 4) / 4, confidence], axis=1)
    thumbs_down = rng.random(SIZE) < np.clip(0.02 + 0.08 * (1 - contained), 0, 1)
    turns = 1 + rng.poisson(4 * conversations)
    columns = [
        (known * parts).sum(1) / known.sum(1),
        1 - contained,
        thumbs_down,
        np.minimum(rng.beta(12, 1, SIZE), 1),
        rng.binomial(turns, 0.05 + slower) / turns,
        np.clip(0.25 * rng.lognormal(0, 0.6, SIZE), 0, 1),
    ]
    return Segment(np.stack(columns, axis=1).astype(np.float64))
