"""What a month will have cost at its end, with an 80 % interval, from its days so far and those before.

Days are a level that grows or shrinks, times a factor of the weekday, times chance. Level and growth are fitted on the
logarithm by least squares with Huber's weights (Huber 1964), so that a burst does not move them, the latest days
counting most. What is left is drawn again with replacement (Efron 1979) for the days to come, bursts included, around
levels and growths drawn from what the fit leaves open. `mhc bench costs` shows how often the interval is right.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LEAST_DAYS = 10
"""With fewer whole days nothing is projected."""
MOST_DAYS = 84
_HALF_LIFE = 14.0
"""Days after which a day counts half in the fit."""
_MEDIAN_ERROR = 1.4826 * 1.2533
"""Of normal values, the standard error of a median in median deviations, times the root of how many there are."""
_GROWTH_PRIOR = 0.008
"""Standard deviation of a day's growth before any is seen: about a quarter a month."""
_WANDER = 0.04
"""Standard deviation by which the level itself moves in a day."""
_HUBER = 1.345
_DRAWS = 4000
INTERVAL = (0.1, 0.9)

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Projection:
    """The month at its end in USD: what is expected, and the interval that holds it with a probability of 80 %."""

    expected: float
    low: float
    high: float


def month_end(
    spent: float, history: Sequence[float], weekday: int, remaining: Sequence[float], seed: int
) -> Projection | None:
    """Project a month.

    Args:
        spent: what the month cost so far, today included (USD).
        history: the last whole days, oldest first, of any months (USD); yesterday is the last.
        weekday: of the day after ``history``, which is today, Monday 0.
        remaining: the share, 0..1, of each day that is still to come: today's first, then 1 for each day after.
        seed: of the draws.

    Returns:
        None with fewer than ``LEAST_DAYS`` days, or where nearly all of them cost nothing.
    """
    days = np.asarray(history[-MOST_DAYS:], dtype=np.float64)
    if len(days) < LEAST_DAYS or np.count_nonzero(days > 0) < LEAST_DAYS / 2:
        return None
    left = np.asarray(remaining, dtype=np.float64)
    place = np.arange(-len(days), 0)
    factors = _weekdays(days, (weekday + place) % 7)
    floor = np.median(days[days > 0]) / 100
    level = np.log(np.maximum(days / factors[(weekday + place) % 7], floor))
    start, growth, residuals, spread = _fit(level, place.astype(np.float64))
    random = np.random.default_rng(seed)
    ahead = np.arange(len(left), dtype=np.float64)
    fitted = random.multivariate_normal([start, growth], spread, _DRAWS)
    wander = np.cumsum(random.normal(0.0, _WANDER, (_DRAWS, len(left))), axis=1)
    drawn = fitted[:, :1] + fitted[:, 1:] * ahead + wander + random.choice(residuals, (_DRAWS, len(left)))
    totals = spent + (np.exp(drawn) * factors[(weekday + np.arange(len(left))) % 7] * left).sum(axis=1)
    low, high = np.quantile(totals, INTERVAL)
    return Projection(float(totals.mean()), float(low), float(high))


def _weekdays(days: Floats, weekdays: NDArray[np.int_]) -> Floats:
    """Factor of each weekday, 1 on average: the median of its days against their weeks, drawn towards 1 by as much of
    the differences between weekdays as chance alone would make (James & Stein 1961)."""
    around = np.convolve(np.pad(days, 3, mode="reflect"), np.full(7, 1 / 7), mode="valid")
    ratio = days / np.maximum(around, 1e-12)
    of_day = [ratio[weekdays == day] for day in range(7)]
    found = np.array([np.median(seen) for seen in of_day])
    spread = [np.median(np.abs(seen - middle)) for seen, middle in zip(of_day, found, strict=True)]
    by_chance = np.mean([(_MEDIAN_ERROR * one) ** 2 / len(seen) for one, seen in zip(spread, of_day, strict=True)])
    factors = np.maximum(1 + max(0.0, 1 - by_chance / max(found.var(), 1e-12)) * (found - 1), 0.05)
    return np.asarray(factors / factors.mean(), dtype=np.float64)


def _fit(level: Floats, place: Floats) -> tuple[float, float, Floats, Floats]:
    """Level today and growth a day, what is left of each day, and the covariance of the first two."""
    recent = 0.5 ** (-place / _HALF_LIFE)
    design = np.stack([np.ones_like(place), place], axis=1)
    prior = np.diag([0.0, 1.0])
    robust = np.ones_like(place)
    scale = max(float(np.std(level)), 0.02)
    for _ in range(8):
        weight = recent * robust
        precision = (design * weight[:, None]).T @ design / scale**2 + prior / _GROWTH_PRIOR**2
        found = np.linalg.solve(precision, (design * weight[:, None]).T @ level / scale**2)
        residuals = level - design @ found
        scale = max(1.4826 * float(np.median(np.abs(residuals))), 0.02)
        robust = np.minimum(1.0, _HUBER * scale / np.maximum(np.abs(residuals), 1e-12))
    return float(found[0]), float(found[1]), np.asarray(residuals), np.asarray(np.linalg.inv(precision))
