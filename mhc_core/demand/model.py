"""A day's demand as weekday × season × holiday × trend × level: a ridge regression with a logarithmic link.

Quasi-Poisson (Wedderburn 1974), so that days without any are no trouble and large counts may vary more than Poisson's;
fitted by iteratively reweighted least squares. Old days count less, days far off the fit count less (Huber's weights),
and the last weeks' ratio of actual to fitted demand scales the days to come.
"""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from mhc_core.demand.calendar import FREE, Floats, features, holiday_names

WINDOW = 1100
"""Days that are learned from: three years, so that each holiday was seen on several weekdays."""
HALF_LIFE = 730
LEVEL_HALF_LIFE = 28
PRECISION = 10.0
"""Of each effect's normal prior around 0 (on the logarithm): effects within ±60 % are likely."""
MEAN_PRECISION, TREND_PRECISION = 0.1, 1.0
_FAR = 2.5
_ROUNDS = 12


@dataclass(frozen=True, slots=True)
class Forecast:
    """Expected demand of each day, and how much more than Poisson's demand varies (variance / mean)."""

    days: tuple[date, ...]
    mean: Floats
    dispersion: float


def forecast(first: date, actual: Floats, ahead: int, area: str) -> Forecast:
    """Of the ``ahead`` days after a history that begins on day ``first`` and has no gaps."""
    skipped = max(0, len(actual) - WINDOW)
    actual = actual[skipped:]
    days = [first + timedelta(skipped + number) for number in range(len(actual) + ahead)]
    names = holiday_names(days[: len(actual)], area)
    table = features(days, area, names)
    age = np.arange(len(actual), 0, -1.0)
    table = np.column_stack([table, np.r_[-age / 365.25, np.zeros(ahead)]])  # the trend stops with the history
    precision = np.full(table.shape[1], PRECISION)
    precision[:FREE], precision[-1] = MEAN_PRECISION, TREND_PRECISION
    known = table[: len(actual)]
    effects, trust, dispersion = _fit(known, actual, 0.5 ** (age / HALF_LIFE), precision)
    fitted = np.exp(known @ effects)
    recent = trust * 0.5 ** (age / LEVEL_HALF_LIFE)
    level = (recent @ actual + dispersion) / (recent @ fitted + dispersion)
    return Forecast(tuple(days[len(actual) :]), level * np.exp(table[len(actual) :] @ effects), dispersion)


def expected(first: date, actual: Floats, ahead: int, area: str) -> Floats:
    """The mean alone."""
    return forecast(first, actual, ahead, area).mean


def _fit(table: Floats, actual: Floats, weight: Floats, precision: Floats) -> tuple[Floats, Floats, float]:
    """Effects, how far each day is trusted, and the dispersion."""
    start = max(float(actual.mean()), 1e-3)
    effects = np.zeros(table.shape[1])
    effects[:FREE] = np.log(start)
    trust: Floats = np.ones(len(actual))
    dispersion = 1.0
    for _ in range(_ROUNDS):
        fitted: Floats = np.exp(np.clip(table @ effects, -12, 25))
        pearson = (actual - fitted) / np.sqrt(fitted)
        spread = max(1.4826 * float(np.median(np.abs(pearson))), 0.5 * float(np.sqrt(np.mean(pearson**2))), 1e-9)
        trust = np.minimum(1.0, _FAR * spread / np.maximum(np.abs(pearson), 1e-9)).astype(np.float64)
        dispersion = max(float((weight * trust) @ pearson**2 / (weight * trust).sum()), 1e-6)
        working = weight * trust * fitted / dispersion
        uphill = table.T @ (working * ((actual - fitted) / fitted)) - precision * (effects - _centre(effects))
        step = np.linalg.solve((table * working[:, None]).T @ table + np.diag(precision), uphill)
        effects += np.clip(step, -2, 2)
        if np.abs(step).max() < 1e-6:
            break
    return effects, trust, dispersion


def _centre(effects: Floats) -> Floats:
    """Where each effect's prior lies: weekdays around their mean, all others at 0."""
    centre = np.zeros(len(effects))
    centre[:FREE] = effects[:FREE].mean()
    return centre
