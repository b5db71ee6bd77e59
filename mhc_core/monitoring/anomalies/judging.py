"""From evidence to alarms: one begins when the evidence for a change reaches the threshold, and ends when the evidence
that things are as usual again is twenty to one. The detector then begins anew."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mhc_core.monitoring.anomalies.detectors import Detector
from mhc_core.statistics.e_detectors import Baseline, baseline, log_evidence

Floats = NDArray[np.float64]
OVER = math.log(20)
_BEFORE_HOURS = 7 * 24
"""The size of a change is read off so many hours before the alarm."""


@dataclass(frozen=True, slots=True)
class Judged:
    """Hour by hour, over the hours of all days in a row."""

    expected: Floats
    log_evidence: Floats
    alarm: NDArray[np.bool_]


def judge(detector: Detector, counts: Floats, exposure: Floats, first_day: int, hours: int) -> Judged:
    """Judge the hours from ``first_day`` on; ``hours`` of the arrays (days, hours) are over.

    The arrays hold whole weeks, and the weeks before ``first_day`` that the baseline needs. What was never counted
    before had no baseline: weeks up to the first with a count are no reference.
    """
    skipped = 7 * (int(np.flatnonzero(counts.any(axis=1))[0]) // 7 + 1) if counts.any() else len(counts)
    over = np.arange(counts.size).reshape(counts.shape) < hours
    seen, could = (np.where(over, part, 0.0)[None, skipped:] for part in (counts, exposure))
    expected, evidence = np.full(counts.size, np.nan), np.full(counts.size, -np.inf)
    alarm = np.zeros(counts.size, dtype=bool)
    base = baseline(seen, could, detector.level_weeks)
    expected[skipped * 24 :] = base.expected.ravel()
    begin, left = max(first_day - skipped, 0), hours - skipped * 24
    while begin * 24 < left:
        found = log_evidence(seen[:, begin:], _from(base, begin), detector.factors, detector.weights).ravel()
        evidence[(skipped + begin) * 24 :] = found
        raised = np.flatnonzero(found[: left - begin * 24] >= detector.log_threshold)
        if not raised.size:
            break
        start = begin * 24 + int(raised[0])
        end = _end(detector.factors, seen[0], base, start, left)
        alarm[skipped * 24 + start : skipped * 24 + end] = True
        begin = -(-end // 24)
    return Judged(expected, evidence, alarm)


def _from(base: Baseline, day: int) -> Baseline:
    return Baseline(base.expected[:, day:], base.dispersion[:, day:], base.doubt[:, day:])


def _end(factors: Sequence[float], counts: Floats, base: Baseline, start: int, hours: int) -> int:
    """The hour in which an alarm is over; ``hours`` when it goes on."""
    since = max(0, start - _BEFORE_HOURS)
    factor = max(factors, key=lambda one: float(np.diff(_path(one, counts, base)[[since, start]])[0]))
    path = _path(factor, counts, base)[start:hours]
    fallen = np.flatnonzero(np.maximum.accumulate(path) - path >= OVER)
    return start + int(fallen[0]) if fallen.size else hours


def _path(factor: float, counts: Floats, base: Baseline) -> Floats:
    """Log likelihood of a change by this factor against none, added up hour by hour."""
    spread = np.nan_to_num(base.dispersion[0], nan=1.0)[:, None]
    mean = np.cumsum(np.nan_to_num(base.expected[0]), axis=1)
    changed, usual = np.log1p(spread * factor * mean), np.log1p(spread * mean)
    x = np.cumsum(counts, axis=1)
    of_day = x * math.log(factor) - (x + 1 / spread) * (changed - usual)
    before = np.concatenate([[0.0], np.cumsum(of_day[:, -1])[:-1]])
    return np.asarray((before[:, None] + of_day).ravel())
