"""Whether a method is as right of late as it used to be: its newest error among those of its past origins.

With nothing changed, each of n + 1 origins is equally likely to have the largest error, so the share of them that err
as much as the newest is a p-value (Vovk et al. 2005, conformal prediction). At 5 % a weekly look warns twice or three
times a year for nothing.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np

from mhc_core.demand import bookings
from mhc_core.demand.bookings import Booked
from mhc_core.demand.rolling import ERRORS_FROM, ERRORS_STEP, LEAST_DAYS, LEAST_MEAN, origins, rolling

AHEAD = 28
"""Days of an origin: the newest is so long ago."""
LEVEL = 0.05
LEAST_ORIGINS = round(1 / LEVEL) - 1
"""With fewer before it, not even the largest error would be told."""


@dataclass(frozen=True, slots=True)
class Drift:
    """The newest error and the usual (median) one: parties a day, divided by the root of the forecast. ``share`` is
    that of origins that err as much as the newest; None while there are too few to tell."""

    recent: float
    usual: float
    share: float | None

    @property
    def drifted(self) -> bool:
        """Whether the newest error is one of the few largest."""
        return self.share is not None and self.share <= LEVEL


def drift(booked: Booked, today: date, area: str, method: str) -> Drift:
    """Of a method by its name, with what was known at each origin. Without two origins all is unknown."""
    from threadpoolctl import threadpool_limits

    first, actual = bookings.history(booked, today)
    places = origins(len(actual), AHEAD, ERRORS_FROM + 1, ERRORS_STEP, LEAST_DAYS)
    if len(places) < 2:
        return Drift(float("nan"), float("nan"), None)
    with threadpool_limits(1):
        past = rolling(bookings.methods(booked, area)[method], first, actual, AHEAD, places)
    off = np.abs(past.actual - past.forecast) / np.sqrt(np.maximum(past.forecast, LEAST_MEAN))
    *before, recent = (float(one) for one in off.mean(axis=1))
    share = (1 + sum(one >= recent for one in before)) / len(places) if len(before) >= LEAST_ORIGINS else None
    return Drift(recent, float(np.median(before)), share)
