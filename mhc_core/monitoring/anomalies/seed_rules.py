"""Rules of thumb that many dashboards have. They are shown beside the evidence and alarm nobody: on figures that do not
change they fire dozens of times a year (``mhc bench anomalies``)."""

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
_WEEK, _MONTH = 7, 30


def two_sigma(days: Floats) -> Flags:
    """A day is more than two standard deviations above the mean of the 30 days before."""
    mean, deviation = _before(days, _MONTH, np.mean), _before(days, _MONTH, np.std)
    return np.asarray(days > mean + 2 * deviation)


def times_a_week(factor: float) -> Callable[[Floats], Flags]:
    """A day is more than so many times the mean of the 7 days before."""
    return lambda days: np.asarray(days > factor * _before(days, _WEEK, np.mean))


def a_fifth_less(disliked: Floats) -> Flags:
    """Satisfaction is a fifth below the mean of the 7 days before; ``disliked`` are shares of votes."""
    liked = 1 - disliked
    return np.asarray(liked < 0.8 * _before(liked, _WEEK, np.mean))


RULES: Mapping[str, tuple[str, Callable[[Floats], Flags]]] = {
    "escalations": ("> 2 σ over 30 days", two_sigma),
    "satisfaction": ("−20 % against 7 days", a_fifth_less),
    "answer_time": ("3 × against 7 days", times_a_week(3.0)),
    "cost": ("+50 % against 7 days", times_a_week(1.5)),
    "volume": ("> 2 σ over 30 days", two_sigma),
}
"""By detector: what the rule says, and on which days (last axis) of shares or counts it fires."""


def fired(name: str, counts: Floats, exposure: Floats) -> Flags:
    """On which days the rule of a detector fires; on none where it has no rule. Arrays over (series, days)."""
    if name not in RULES:
        return np.zeros(counts.shape, dtype=bool)
    with np.errstate(invalid="ignore", divide="ignore"):
        shares = np.where(exposure > 0, counts / np.maximum(exposure, 1e-9), np.nan)
    return RULES[name][1](shares)


def _before(days: Floats, length: int, of: Callable[..., Floats]) -> Floats:
    """A statistic of the days before each; NaN, with which nothing compares, where there are too few."""
    found = np.full(days.shape, np.nan)
    if days.shape[-1] > length:
        windows = np.lib.stride_tricks.sliding_window_view(days[..., :-1], length, axis=-1)
        found[..., length:] = of(windows, axis=-1)
    return found
