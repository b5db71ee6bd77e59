"""Years in which nothing happens, and how soon a doubled rate of escalations is seen."""

import time
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mhc_core.monitoring.anomalies.detectors import FALSE_ALARMS_A_YEAR, FAMILY, Detector
from mhc_core.monitoring.anomalies.seed_rules import RULES, fired
from mhc_core.statistics.e_detectors import DAYS_A_YEAR, REFERENCE_WEEKS, baseline, log_evidence
from mhc_jobs.bench.anomalies.oracle import log_ratio
from mhc_jobs.bench.anomalies.quiet import DISPERSION, World

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Hours = NDArray[np.int64]
AT_ONCE = 100
PAST_DAYS = (REFERENCE_WEEKS + 1) * 7
_TAIL = 0.7
"""Share of years below the point from which the tail of their maxima is continued."""


def measure(years: int, a_day: float, delays: list[float], runs: int, seed: int) -> dict[str, Any]:
    """The whole report: false alarms of years at ``a_day`` conversations, delays at several volumes."""
    started = time.process_time()
    report: dict[str, Any] = {
        "seed": seed,
        "quiet": quiet_years(years, a_day, np.random.default_rng([seed, 0])),
        "delay": [delay(a, runs, np.random.default_rng([seed, 1, number])) for number, a in enumerate(delays)],
    }
    return report | {"cpu_seconds": round(time.process_time() - started, 1)}


def quiet_years(years: int, a_day: float, random: np.random.Generator) -> dict[str, Any]:
    """In how many years each detector, and each rule of thumb, raises an alarm although nothing happens."""
    world, done = World(a_day, random), 0
    alarms: dict[str, int] = dict.fromkeys(FAMILY, 0)
    rules: dict[str, int] = dict.fromkeys(RULES, 0)
    any_alarm, any_rule = 0, 0
    while done < years:
        series = min(AT_ONCE, years - done)
        seen = world.year(series, PAST_DAYS + DAYS_A_YEAR + 6)
        of_batch, of_rules = np.zeros(series, dtype=bool), np.zeros(series, dtype=bool)
        for detector in FAMILY.values():
            raised = _highest(detector, seen) >= detector.log_threshold
            alarms[detector.name] += int(raised.sum())
            of_batch |= raised
            if detector.name in RULES:
                on = fired(detector.name, *_days(detector, seen))[:, PAST_DAYS : PAST_DAYS + DAYS_A_YEAR]
                rules[detector.name] += int(on.sum())
                of_rules |= on.any(axis=1)
        any_alarm, any_rule, done = any_alarm + int(of_batch.sum()), any_rule + int(of_rules.sum()), done + series
    return {
        "years": years,
        "conversations_a_day": a_day,
        "promised": FALSE_ALARMS_A_YEAR,
        "years_with_an_alarm": any_alarm / years,
        "by_detector": {name: found / years for name, found in alarms.items() if found},
        "rules": {name: {"rule": RULES[name][0], "alarms_a_year": found / years} for name, found in rules.items()},
        "rules_alarms_a_year": sum(rules.values()) / years,
        "rules_years_with_an_alarm": any_rule / years,
    }


def delay(a_day: float, runs: int, random: np.random.Generator) -> dict[str, Any]:
    """Median days until a doubling that begins at any hour is seen, by the detector and by the oracle.

    The oracle has the same chance of a false alarm within a year: once what the detector promises, once what it keeps.
    """
    world, detector = World(a_day, random), FAMILY["escalations"]
    days = PAST_DAYS + DAYS_A_YEAR + 6
    highest, of_oracle = _quiet_maxima(world, detector, days, runs)
    kept = _chance(highest, detector.log_threshold)
    horizon = PAST_DAYS + 7 * (16 if a_day < 40 else 8)
    talks, begins = world.conversations(runs, horizon), PAST_DAYS * 24 + random.integers(0, 7 * 24, runs)
    changed = np.arange(horizon * 24)[None] >= begins[:, None]
    rate = world.rate(horizon)[None] * np.where(changed, 2.0, 1.0).reshape(talks.shape)
    escalated = world.some(talks, rate)
    found = log_evidence(escalated, baseline(escalated, talks), detector.factors, detector.weights)
    with_truth = log_ratio(escalated, talks * world.rate(horizon), DISPERSION)
    ours = _median_delay(found >= detector.log_threshold, begins)
    result = {
        "conversations_a_day": a_day,
        "runs": runs,
        "alpha": detector.alpha,
        "measured_alpha": kept,
        "median_days": ours,
        "missed": float(np.mean(~_after(found >= detector.log_threshold, begins).any(axis=1))),
    }
    for name, chance in (("promised", detector.alpha), ("measured", kept)):
        theirs = _median_delay(with_truth >= _level(of_oracle, chance), begins)
        result[f"oracle_days_at_{name}_run_length"] = theirs
        result[f"ratio_at_{name}_run_length"] = ours / theirs
    return result


def _quiet_maxima(world: World, detector: Detector, days: int, years: int) -> tuple[Floats, Floats]:
    """The highest evidence of quiet years, of the detector and of the oracle."""
    mine, theirs = [], []
    for first in range(0, years, AT_ONCE):
        talks = world.conversations(min(AT_ONCE, years - first), days)
        escalated = world.some(talks, world.rate(days))
        mine.append(_highest(detector, {detector.counted: escalated, "conversations": talks}))
        expected = (talks * world.rate(days))[:, PAST_DAYS:]
        theirs.append(log_ratio(escalated[:, PAST_DAYS:], expected, DISPERSION).max(axis=(1, 2)))
    return np.concatenate(mine), np.concatenate(theirs)


def _highest(detector: Detector, seen: dict[str, Floats]) -> Floats:
    counts = seen[detector.counted]
    exposure = seen[detector.of] if detector.of else np.ones_like(counts)
    base = baseline(counts, exposure, detector.level_weeks)
    found = log_evidence(counts, base, detector.factors, detector.weights)
    return np.asarray(found[:, PAST_DAYS : PAST_DAYS + DAYS_A_YEAR].max(axis=(1, 2)))


def _days(detector: Detector, seen: dict[str, Floats]) -> tuple[Floats, Floats]:
    counts = seen[detector.counted].sum(axis=2)
    if detector.name == "cost":  # the rule is about what a day costs
        return counts, np.ones_like(counts)
    return counts, seen[detector.of].sum(axis=2) if detector.of else np.ones_like(counts)


def _tail(maxima: Floats) -> tuple[float, float]:
    """A high level, and the yearly rate of going over it. Far out the rate falls as ``exp(-level)``: evidence is a
    likelihood ratio, and Markov's inequality and renewal theory (Siegmund 1985, "Sequential analysis") agree on it."""
    level = float(np.quantile(maxima, _TAIL))
    return level, -np.log(np.mean(maxima <= level))


def _chance(maxima: Floats, level: float) -> float:
    """The chance that a year goes over a level that hardly any of them reaches."""
    high, rate = _tail(maxima)
    return float(-np.expm1(-rate * np.exp(high - level)))


def _level(maxima: Floats, chance: float) -> float:
    """The level that a year goes over with this chance."""
    high, rate = _tail(maxima)
    return float(high + np.log(rate / -np.log1p(-chance)))


def _after(alarm: Flags, begins: Hours) -> Flags:
    flat = alarm.reshape(len(alarm), -1)
    return np.asarray(flat & (np.arange(flat.shape[1])[None] >= begins[:, None]))


def _median_delay(alarm: Flags, begins: Hours) -> float:
    """Days from the change to the first alarm; a run without any counts as endless."""
    after = _after(alarm, begins)
    hours = np.where(after.any(axis=1), after.argmax(axis=1) + 1 - begins, np.inf)
    return float(np.median(hours) / 24)
