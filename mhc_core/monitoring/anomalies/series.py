"""Counts by hours of the business, as the detectors read them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from mhc_core.db.queries.anomalies import Hour
from mhc_core.monitoring.anomalies.detectors import Detector

Floats = NDArray[np.float64]
HOUR = timedelta(hours=1)
_UNITS = 4.0
"""A cost is counted in so many times the mean cost of a call: hardly one is dearer, as the bound wants it."""


@dataclass(frozen=True, slots=True)
class Series:
    """Counts over (days, hours) by name, from ``first`` on. ``length`` says how often an hour of the clock was there:
    0 and 2 on the days when clocks change."""

    first: date
    zone: ZoneInfo
    counts: Mapping[str, Floats]
    length: Floats

    @property
    def days(self) -> int:
        return len(self.length)

    def of(self, detector: Detector) -> tuple[Floats, Floats]:
        """What the detector counts, and how often that could have happened."""
        counts = self._named(detector.counted)
        exposure = self._named(detector.of) if detector.of else self.length
        if detector.counted == "cost" and counts.sum() > 0:
            counts = counts * (exposure.sum() / counts.sum() / _UNITS)
        return counts, exposure

    def until(self, moment: datetime) -> int:
        """How many hours of the array are over at a moment."""
        local = moment.astimezone(self.zone)
        return max(0, min((local.date() - self.first).days * 24 + local.hour, self.days * 24))

    def at(self, position: int) -> datetime:
        """When an hour of the array begins, in UTC."""
        day = self.first + timedelta(days=position // 24)
        return datetime(day.year, day.month, day.day, position % 24, tzinfo=self.zone).astimezone(ZoneInfo("UTC"))

    def _named(self, name: str) -> Floats:
        return self.counts.get(name, np.zeros_like(self.length))


def dense(hours: Sequence[Hour], first: date, days: int, zone: ZoneInfo) -> Series:
    """Arrays of rows; an hour without a row has 0."""
    counts: dict[str, Floats] = {}
    for one in hours:
        day = (one.day - first).days
        if 0 <= day < days:
            counts.setdefault(one.name, np.zeros((days, 24)))[day, one.hour] += one.n
    return Series(first, zone, counts, _length(first, days, zone))


def _length(first: date, days: int, zone: ZoneInfo) -> Floats:
    start = datetime(first.year, first.month, first.day, tzinfo=zone).astimezone(ZoneInfo("UTC"))
    there = Counter[tuple[int, int]]()
    for hour in range((days + 1) * 24):
        local = (start + hour * HOUR).astimezone(zone)
        there[(local.date() - first).days, local.hour] += 1
    return np.array([[there[day, hour] for hour in range(24)] for day in range(days)], dtype=float)
