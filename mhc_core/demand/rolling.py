"""Rolling origins: what a forecaster would have said on days of the past, its errors, and intervals made of them.

The intervals are split conformal ones (Vovk et al. 2005): quantiles of past errors, each divided by the square root of
its forecast, so that busy days may err by more than quiet ones. They assume only that errors go on
as they were.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import numpy as np

from mhc_core.demand.calendar import Floats

Forecaster = Callable[[date, Floats, int], Floats]
"""First day of a history without gaps, demand of each of its days, days ahead; the expected demand of each of these."""
LEAST_DAYS = 56
"""A forecast begins with so much history or more."""
ERRORS_FROM, ERRORS_STEP = 24, 15
"""Intervals are made of the errors of so many origins, so many days apart: those of the last year."""
LEAST_MEAN = 0.05
"""Forecasts count as at least so much when errors are scaled by them."""


@dataclass(frozen=True, slots=True)
class Past:
    """Forecasts from several origins and what came: a row an origin, a column a day ahead."""

    origins: tuple[int, ...]
    forecast: Floats
    actual: Floats
    naive_error: Floats  # mean error of "as a week before" up to each origin


def origins(length: int, ahead: int, count: int, step: int, least: int) -> tuple[int, ...]:
    """The last ``count`` origins, ``step`` days apart, whose days ahead are known, after ``least`` days or more."""
    return tuple(sorted(range(length - ahead, least - 1, -step))[-count:])


def rolling(forecaster: Forecaster, first: date, actual: Floats, ahead: int, places: tuple[int, ...]) -> Past:
    """Forecast from each origin with what was known there."""
    return Past(
        places,
        np.array([forecaster(first, actual[:at], ahead) for at in places]).reshape(len(places), ahead),
        np.array([actual[at : at + ahead] for at in places]).reshape(len(places), ahead),
        np.array([np.abs(actual[7:at] - actual[: at - 7]).mean() for at in places]),
    )


def mase(past: Past) -> float:
    """Mean absolute scaled error (Hyndman and Koehler 2006): 1 is as wrong as "as a week before" one week ahead."""
    return float((np.abs(past.forecast - past.actual).mean(axis=1) / np.maximum(past.naive_error, 1e-9)).mean())


def scaled_errors(past: Past) -> Floats:
    """All errors, divided by the square root of their forecasts."""
    return ((past.actual - past.forecast) / np.sqrt(np.maximum(past.forecast, LEAST_MEAN))).ravel()


def interval(mean: Floats, errors: Floats, level: float, least: Floats | float = 0.0) -> tuple[Floats, Floats]:
    """Ends between which demand lies with probability ``level``; none below ``least``: what is certain already."""
    ordered = np.sort(errors)
    outside = (1 - level) / 2 * (len(ordered) + 1)
    low = ordered[max(int(np.floor(outside)) - 1, 0)]
    high = ordered[min(int(np.ceil(len(ordered) + 1 - outside)) - 1, len(ordered) - 1)]
    scale = np.sqrt(np.maximum(mean, LEAST_MEAN))
    return np.maximum(mean + low * scale, least), np.maximum(mean + high * scale, least)
