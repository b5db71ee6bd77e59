"""What customers will buy and spend: BG/NBD with a burst and gamma-gamma, for each cohort, calibrated on hold-outs.

A model that fits the past may still fall or rise too steeply. How much it did can be seen before the day of the
forecast: fitted on a part of the past, it forecasts the rest, at the same ratio of forecast to history. The mean error
of five such hold-outs, shrunk by how little they agree, sets the pace of the time ahead. Nothing later than the day is
used.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from mhc_core.customers import bg_nbd, gamma_gamma
from mhc_core.customers.bg_nbd import BgNbd
from mhc_core.customers.gamma_gamma import GammaGamma
from mhc_core.customers.purchases import Floats, History, Integers, Purchases, counts_of, history
from mhc_core.errors import DataError

COHORT_DAYS = 91
"""Customers whose first purchases lie in the same quarter are fitted together."""
LEAST_CUSTOMERS = 500
LEAST_WEEKS = 8
"""A cohort with fewer customers or a shorter past is fitted with the one before it."""
FITTED_CUSTOMERS = 30_000
"""Customers of a cohort that parameters are fitted on: more change them less than their errors."""
HOLD_OUTS = (0.85, 0.925, 1.0, 1.075, 1.15)
"""Where the past is cut, relative to the cut with the same ratio of forecast to history."""
HOLD_OUT_WEEKS = 13
"""A hold-out is fitted on a quarter or more: in less, a burst and dropout look alike."""
LEAST_PURCHASES = 100
"""A hold-out in which fewer were bought says nothing about totals."""
LEVELS = (0.1, 0.9)
"""Ends of the 80 % interval."""


@dataclass(frozen=True, slots=True)
class Cohort:
    """Models of the customers whose first purchase lies in ``days`` (first, and the one after the last)."""

    days: tuple[int, int]
    model: BgNbd
    spend: GammaGamma


@dataclass(frozen=True, slots=True)
class Values:
    """What is expected of each customer: an entry each, in the order of ``customer``. Spend is in USD."""

    customer: Integers
    alive: Floats
    purchases: Floats
    purchases_low: Floats
    purchases_high: Floats
    spend: Floats
    spend_low: Floats  # the counts' interval times the expected amount: how amounts vary is not in it
    spend_high: Floats


def fit(purchases: Purchases, end: int, weeks: float) -> tuple[Cohort, ...]:
    """Models of each cohort, from what was known when day ``end`` began, for the ``weeks`` after it.

    Raises:
        DataError: too few customers or too short a past.
    """
    known = purchases.before(end)
    everybody = history(known, end)
    if len(everybody) < LEAST_CUSTOMERS or everybody.age.max() < LEAST_WEEKS:
        raise DataError(
            f"{len(everybody)} customers over {everybody.age.max(initial=0):.0f} weeks are too few to value; "
            f"import bookings of {LEAST_CUSTOMERS} customers over {LEAST_WEEKS} weeks or more"
        )
    first_days = np.repeat(everybody.first_day, everybody.repeats.astype(int) + 1)
    fitted = []
    for start, stop in cohorts(everybody, end):
        own = known.chosen((first_days >= start) & (first_days < stop)).sampled(FITTED_CUSTOMERS)
        past = history(own, end)
        model = bg_nbd.fit(past, burst=True)
        pace = _pace(model, past, weeks, inner_ratio(own, start, end, weeks, model))
        fitted.append(
            Cohort(
                (start, stop), replace(model, pace=pace), gamma_gamma.fit(past.repeats + 1, past.mean_spend)
            )
        )  # fmt: skip
    return tuple(fitted)


def value(models: Sequence[Cohort], known: History, weeks: float) -> Values:
    """What each customer is expected to buy and spend in the next ``weeks``.

    A customer who came after the fit is taken for one of the last cohort.
    """
    found = np.zeros((7, len(known)))
    for cohort, mask in members(models, known):
        found[:, mask] = _of_cohort(cohort, known.chosen(mask), weeks)
    return Values(known.customer, *found)


def members(models: Sequence[Cohort], known: History) -> Iterator[tuple[Cohort, NDArray[np.bool_]]]:
    """Each cohort, and which customers are of it."""
    starts = np.array([cohort.days[0] for cohort in models])
    place = np.maximum(np.searchsorted(starts, known.first_day, side="right") - 1, 0)
    for number, cohort in enumerate(models):
        yield cohort, place == number


def _of_cohort(cohort: Cohort, known: History, weeks: float) -> Floats:
    amount = cohort.spend.expected(known.repeats + 1, known.mean_spend)
    expected = cohort.model.expected(known, weeks)
    low, high = cohort.model.quantiles(known, weeks, LEVELS)
    return np.array([cohort.model.alive(known), expected, low, high, expected * amount, low * amount, high * amount])


def cohorts(known: History, end: int) -> list[tuple[int, int]]:
    """First day of each cohort and the one after its last; small and young ones go with the one before them."""
    first = int(known.first_day.min())
    quarter = (known.first_day - first) // COHORT_DAYS
    starts, sizes = [first], [0]
    for number, size in enumerate(np.bincount(quarter)):
        start = first + number * COHORT_DAYS
        if sizes[-1] >= LEAST_CUSTOMERS and size >= LEAST_CUSTOMERS and end - start >= 7 * LEAST_WEEKS:
            starts.append(start)
            sizes.append(0)
        sizes[-1] += int(size)
    return list(zip(starts, [*starts[1:], end], strict=True))


def inner_ratio(purchases: Purchases, start: int, end: int, weeks: float, near: BgNbd) -> float:
    """Actual purchases over forecast ones, by hold-outs within the past, shrunk towards 1.

    The shrinkage is empirical Bayes (James and Stein's positive part): 1 less the squared ratio of the hold-outs'
    spread to their mean, of logarithms. The hold-outs overlap, so their spread is not divided by their number.
    """
    past = (end - start) / 7
    middle = past * past / (past + weeks)
    errors = []
    for share in HOLD_OUTS:
        cut = start + round(7 * min(middle * share, past - 1))
        known = history(purchases, cut)
        if len(known) < LEAST_CUSTOMERS or (cut - start) / 7 < HOLD_OUT_WEEKS:
            continue
        actual = counts_of(purchases.between(cut, end), known.customer).sum()
        if actual >= LEAST_PURCHASES:
            model = bg_nbd.fit(known, burst=True, near=near)
            errors.append(np.log(actual / model.expected(known, (end - cut) / 7).sum()))
    if len(errors) < 3:
        return 1.0
    mean, spread = float(np.mean(errors)), float(np.std(errors, ddof=1))
    return float(np.exp(mean * max(0.0, 1 - (spread / mean) ** 2))) if mean else 1.0


def _pace(model: BgNbd, known: History, weeks: float, ratio: float) -> float:
    """The pace at which the total is ``ratio`` times the model's own."""
    wanted = ratio * model.expected(known, weeks).sum()
    slow, fast = 0.1, 10.0
    for _ in range(30):  # the total grows with the pace
        middle = (slow * fast) ** 0.5
        if replace(model, pace=middle).expected(known, weeks).sum() < wanted:
            slow = middle
        else:
            fast = middle
    return float((slow * fast) ** 0.5)


def top_share(score: Floats, actual: Floats, share: float = 0.1) -> float:
    """What part of ``actual`` belongs to the ``share`` of customers with the highest scores; ties in their order."""
    top: NDArray[np.int64] = np.argsort(-score, kind="stable")[: int(len(score) * share)]
    return float(actual[top].sum() / max(actual.sum(), 1e-9))
