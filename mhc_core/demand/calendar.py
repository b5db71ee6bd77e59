"""What is known of any day, past or to come: weekday, time of year, holidays and the days around them."""

from collections.abc import Sequence
from datetime import date
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

HARMONICS = 4
"""Sine waves of the year."""
WEEKEND_HARMONICS = 3
"""Of them, those that weekends have of their own."""
FREE = 7
"""The first columns: one a weekday, which together are the mean."""
_YEAR = 365.25


@lru_cache(maxsize=8)
def _holidays(area: str, first: int, last: int) -> dict[date, str]:
    import holidays

    country, _, state = area.partition("-")
    found = holidays.country_holidays(country, subdiv=state or None, years=range(first, last + 1))
    return {day: name.replace(" (observed)", "") for day, name in found.items()}


def features(days: Sequence[date], area: str, names: Sequence[str]) -> Floats:
    """A row a day.

    Args:
        area: whose holidays count, as ISO 3166 has it: ``US-CA``.
        names: the holidays that have columns (``holiday_names``): those of the days that a model learns from.
    """
    known = _holidays(area, days[0].year - 1, days[-1].year + 1)
    ordinals = np.array([day.toordinal() for day in days])
    weekday = (ordinals + 6) % 7  # Monday is 0
    weekend = (weekday >= 5).astype(float)
    angle = 2 * np.pi * np.array([day.timetuple().tm_yday - 1 for day in days]) / _YEAR
    columns = [(weekday == number).astype(float) for number in range(7)]
    for harmonic in range(1, HARMONICS + 1):
        for wave in (np.sin(harmonic * angle), np.cos(harmonic * angle)):
            columns.append(wave)
            if harmonic <= WEEKEND_HARMONICS:
                columns.append(wave * weekend)
    at = {shift: np.array([known.get(date.fromordinal(day - shift), "") for day in ordinals]) for shift in range(-2, 3)}
    ordinary = (at[0] == "") & (weekend == 0)
    for name in names:
        columns += [(at[0] == name) * (1 - weekend), (at[0] == name) * weekend]
        columns += [((at[shift] == name) & ordinary).astype(float) for shift in (-2, -1, 1, 2)]
    turn_of_year = np.array([(day.month, day.day) >= (12, 24) or (day.month, day.day) == (1, 1) for day in days])
    columns.append(turn_of_year * (1 - weekend))
    return np.column_stack(columns)


def holiday_names(days: Sequence[date], area: str) -> tuple[str, ...]:
    """The holidays that fall on these days, without ``(observed)``."""
    known = _holidays(area, days[0].year - 1, days[-1].year + 1)
    return tuple(sorted({known[day] for day in days if day in known}))
