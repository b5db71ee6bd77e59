"""How often the projection of a month's cost holds what the month then cost, over simulated months.

A simulated account has a level, a growth of -20 to +50 % a month that starts anew each month, a weekly season of up to
half, gamma noise of 10 to 45 % a day, a level that wanders, and bursts: on 0 to 4 % of the days 2 to 6 times the cost.
It has 4 to 17 weeks of history and is projected on a random day of the month and time of the day. ``other_shapes`` are
accounts that the projection was not tuned to: noise with heavy tails, a season of two quiet days only, steps in place
of growth, and bursts that last three days.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mhc_core.monitoring.costs.projection import month_end

MONTH = 30
TARGET = (0.75, 0.85)
Floats = NDArray[np.float64]
Account = Callable[[np.random.Generator, int], Floats]


@dataclass(frozen=True, slots=True)
class _Case:
    covered: bool
    below: bool
    error: float
    naive_error: float
    width: float


def tuned_for(random: np.random.Generator, days: int) -> Floats:
    """An account of the kind the projection was tuned to."""
    growth = np.repeat(random.uniform(np.log(0.8), np.log(1.5), days // MONTH + 2) / MONTH, MONTH)[:days]
    level = np.cumsum(growth) + np.cumsum(random.normal(0, random.uniform(0, 0.04), days))
    season = 1 + random.uniform(0, 0.5) * random.uniform(-1, 1, 7)
    shape = 1 / random.uniform(0.1, 0.45) ** 2
    noise = random.gamma(shape, 1 / shape, days)
    burst = np.where(random.random(days) < random.uniform(0, 0.04), random.uniform(2, 6, days), 1.0)
    cost: Floats = random.uniform(1, 60) * np.exp(level) * season[np.arange(days) % 7] * noise * burst
    return cost


def other_shapes(random: np.random.Generator, days: int) -> Floats:
    """An account of another kind."""
    steps = np.where(random.random(days) < 1 / 45, random.uniform(np.log(0.7), np.log(1.6), days), 0.0)
    quiet = np.where(np.arange(days) % 7 >= 5, random.uniform(0.3, 1.0), 1.0)
    noise = np.exp(random.uniform(0.1, 0.25) * random.standard_t(4, days))
    begins = random.random(days) < random.uniform(0, 0.02)
    lasting = np.convolve(begins, np.ones(3))[:days] > 0
    burst = np.where(lasting, random.uniform(1.5, 4), 1.0)
    cost: Floats = random.uniform(1, 60) * np.exp(np.cumsum(steps)) * quiet * noise * burst
    return cost


def measure(months: int, seed: int) -> dict[str, Any]:
    """Coverage of the 80 % interval, and errors beside "as much a day as so far"."""
    report: dict[str, Any] = {"months": months, "seed": seed, "target": list(TARGET)}
    for name, account in (("tuned_for", tuned_for), ("other_shapes", other_shapes)):
        random = np.random.default_rng([seed, len(name)])
        by_day: dict[str, list[_Case]] = {"days 2 to 9": [], "days 10 to 19": [], "days 20 to 29": []}
        for _ in range(months):
            today = int(random.integers(1, MONTH - 1))
            by_day[list(by_day)[min(today // 10, 2)]].append(_case(random, account, today))
        cases = [one for found in by_day.values() for one in found]
        report[name] = _summary(cases) | {part: _summary(found) for part, found in by_day.items() if found}
    report["met"] = bool(TARGET[0] <= report["tuned_for"]["coverage"] <= TARGET[1])
    return report


def _case(random: np.random.Generator, account: Account, today: int) -> _Case:
    before = int(random.integers(28, 120))
    days = account(random, before + MONTH)
    share = float(random.uniform(0, 1))
    month = days[before:]
    spent = float(month[:today].sum() + month[today] * share)
    truth = float(month.sum())
    remaining = [1 - share, *[1.0] * (MONTH - today - 1)]
    found = month_end(spent, list(days[: before + today]), (before + today) % 7, remaining, 1)
    assert found is not None
    naive = spent / (today + share) * MONTH
    return _Case(
        found.low <= truth <= found.high,
        truth < found.low,
        abs(found.expected - truth) / truth,
        abs(naive - truth) / truth,
        (found.high - found.low) / truth,
    )


def _summary(cases: Sequence[_Case]) -> dict[str, float]:
    return {
        "projections": len(cases),
        "coverage": round(float(np.mean([one.covered for one in cases])), 4),
        "below": round(float(np.mean([one.below for one in cases])), 4),
        "median_error": round(float(np.median([one.error for one in cases])), 4),
        "median_error_of_so_far": round(float(np.median([one.naive_error for one in cases])), 4),
        "median_width": round(float(np.median([one.width for one in cases])), 4),
    }
