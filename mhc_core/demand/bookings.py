"""Parties a day to come: the model's forecast, what is booked already, and how that was right in the past."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from mhc_core.demand import baselines
from mhc_core.demand.calendar import Floats
from mhc_core.demand.model import forecast
from mhc_core.demand.rolling import ERRORS_STEP, LEAST_DAYS, Forecaster, interval, mase, origins, rolling, scaled_errors
from mhc_core.errors import DataError

Integers = NDArray[np.int64]
AHEAD = 30
ORIGINS = 12
"""Origins of the past that methods are compared on: half a year, a fortnight apart."""
OURS = "calendar and pick-up"
BASELINES: Mapping[str, Forecaster] = {
    "seasonal naive": baselines.seasonal_naive,
    "ETS": baselines.ets,
    "MSTL": baselines.mstl,
}
_PICKUP_DAYS = 730
"""Lead times are taken from events of so many days."""


@dataclass(frozen=True, slots=True)
class Day:
    """A day to come, in parties."""

    day: date
    expected: float
    booked: int
    low_80: float
    high_80: float
    low_95: float
    high_95: float


@dataclass(frozen=True, slots=True)
class Outlook:
    """The days to come, by which method, and the mean absolute scaled error of each method on past origins."""

    days: tuple[Day, ...]
    method: str
    mase: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Booked:
    """Events, and when each was booked: days as ordinals."""

    event: Integers
    made: Integers

    def expected(self, first: date, actual: Floats, ahead: int, area: str) -> Floats:
        """The model's forecast, given what had been booked when the history ended.

        Demand of a day is Poisson with a gamma distributed mean, and each booking is early with the share that is usual
        so many days before: what is booked tells of the mean (gamma-Poisson), and what is missing is added.
        """
        base = forecast(first, actual, ahead, area)
        now = first.toordinal() + len(actual)
        early, booked = self.early_share(now, ahead), self.booked(now, ahead)
        if base.dispersion > 1:
            shape = base.mean / (base.dispersion - 1)
            mean = (shape + booked) / (shape / base.mean + early)
        else:
            mean = base.mean
        total: Floats = booked + (1 - early) * mean
        return total

    def booked(self, now: int, ahead: int) -> Floats:
        """Events of each day from ``now`` on that were booked before it."""
        known = (self.made < now) & (self.event >= now) & (self.event < now + ahead)
        return np.bincount(self.event[known] - now, minlength=ahead).astype(np.float64)

    def early_share(self, now: int, ahead: int) -> Floats:
        """What part of past events was booked so long before that it would be known today."""
        past = (self.event < now) & (self.event >= now - _PICKUP_DAYS)
        lead = np.sort(self.event[past] - self.made[past])
        if not len(lead):
            return np.zeros(ahead)
        return 1 - np.searchsorted(lead, np.arange(1, ahead + 1), side="left") / len(lead)


def booked(events: Iterable[tuple[date, date]]) -> Booked:
    """From the days of events and those on which they were booked."""
    table = np.array([(event.toordinal(), made.toordinal()) for event, made in events], dtype=np.int64).reshape(-1, 2)
    return Booked(table[:, 0], table[:, 1])


def methods(booked: Booked, area: str, baselines: Iterable[str] | None = None) -> dict[str, Forecaster]:
    """Ours and the named baselines, or all of them."""

    def ours(first: date, actual: Floats, ahead: int) -> Floats:
        return booked.expected(first, actual, ahead, area)

    return {OURS: ours, **{name: BASELINES[name] for name in (BASELINES if baselines is None else baselines)}}


def history(booked: Booked, today: date) -> tuple[date, Floats]:
    """The first day with an event, and how many there were on each day from then to yesterday."""
    start = int(booked.event.min(initial=today.toordinal()))
    past = booked.event[booked.event < today.toordinal()] - start
    return date.fromordinal(start), np.bincount(past, minlength=today.toordinal() - start).astype(np.float64)


def outlook(
    booked: Booked, today: date, area: str, ahead: int = AHEAD, baselines: Iterable[str] | None = None
) -> Outlook:
    """The days from ``today`` on, by the model where it beat every baseline on past origins, else by the best of them.

    Args:
        baselines: names of those that are tried; all without any.

    Raises:
        DataError: too short a past.
    """
    from threadpoolctl import threadpool_limits

    first, actual = history(booked, today)
    places = origins(len(actual), ahead, ORIGINS, ERRORS_STEP, LEAST_DAYS)
    if len(places) < 2:
        raise DataError(
            f"events of {len(actual)} days are too few to forecast; {LEAST_DAYS + ahead + ERRORS_STEP} days are "
            "needed: import earlier bookings, or wait"
        )
    tried = methods(booked, area, baselines)
    known = booked.booked(today.toordinal(), ahead)
    with threadpool_limits(1):  # threads that wait for each other take three times as long here, or twenty
        pasts = {name: rolling(method, first, actual, ahead, places) for name, method in tried.items()}
        errors = {name: mase(one) for name, one in pasts.items()}
        best = min(errors, key=errors.__getitem__)
        mean = np.maximum(tried[best](first, actual, ahead), known)
    off = scaled_errors(pasts[best])
    ends = [*interval(mean, off, 0.8, known), *interval(mean, off, 0.95, known)]
    days = tuple(
        Day(today + timedelta(number), float(mean[number]), int(known[number]), *(float(end[number]) for end in ends))
        for number in range(ahead)
    )
    return Outlook(days, best, errors)
