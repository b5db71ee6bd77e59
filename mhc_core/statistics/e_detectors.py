"""Sequential detectors of a change in counts, with a bound on false alarms that holds however often somebody looks.

The detector is the Shiryaev-Roberts e-detector of Shin, Ramdas & Rinaldo (2024), "E-detectors: a nonparametric
framework for sequential change detection", New England Journal of Statistics in Data Science 2(2): a sum of
e-processes, one that begins on each day. As long as nothing changed, each has expectation 1 at most at any stopping
time, so the sum has at most the number of days on which one began, and by Markov's inequality the chance that it
reaches that number over ``alpha`` within a year is ``alpha`` at most. Detectors of one family share their alpha, which
bounds them together, whatever they have to do with each other.

**The null.** A count of a day is Poisson, or a sum of rare yes or no answers, with mean ``θ · λ · m``. ``m`` is what
hour and weekday make expect, given how often it could have happened. ``θ`` is a good or bad day, drawn anew each day
from a gamma distribution of mean 1 and variance ``φ``, which makes days negative binomial (overdispersion). ``λ`` is
how wrong the level of the baseline is, the same on all days, since a baseline is made once of a finite past.

**The e-process** of a change on a day is the likelihood of what came since under ``λ · r``, with r a mixture of sizes
of change, over the likelihood under ``λ``, each integrated over what the reference leaves unknown of ``λ``: Robbins'
method of mixtures for r, and for ``λ`` the predictive likelihood (Pérez-Ortiz, Lardy, de Heide & Grünwald 2024,
"E-statistics, group invariance and anytime-valid testing", Annals of Statistics 52(4)). Doubt about the baseline so
stands on both sides: it costs some evidence, and an error of the baseline is no alarm. Within a day only the sums up to
the hour matter, so it may be looked at after every hour. A sum of yes or no answers varies less than Poisson's
likelihood says, and the bound stays.

**What is theory and what was measured.** The bound is exact for known ``m`` and ``φ`` and a ``λ`` of the assumed
spread. ``φ`` is estimated, half a standard error from above, and shapes of hours and weekdays are drawn towards none.
``mhc bench anomalies`` measures what that leaves of the promise.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

DAYS_A_YEAR = 365
REFERENCE_WEEKS = 26
"""Whole weeks that a baseline is made of; they end a week before the one that is judged."""
LEAST_WEEKS = 4
"""With fewer there is no baseline yet."""
LIVE_DAYS = 28
"""A change is looked for so far back; what began earlier has been found or is the new level by then."""
_SHRINK_FACTOR, _SHRINK_CELL = 20.0, 50.0
"""Imagined counts without any season that an hour's or weekday's factor, and a cell of both, are drawn to."""
_DOUBT_OF_DISPERSION = 0.5
"""Standard errors that are added to the estimated variance of days."""
_LEAST_DISPERSION = 0.01
_LEVEL_DRIFT = 0.02
"""Standard deviation of what the level does by itself between reference and present."""
_NODES = 5
_SAME, _CHANGED = slice(0, _NODES), slice(_NODES, None)
_MOST, _MOST_A_DAY, _LEAST = 50.0, 30.0, np.float32(1e-30)
"""Logs of evidence beyond which more says nothing; they keep single precision from overflowing."""


@dataclass(frozen=True, slots=True)
class Baseline:
    """What each hour makes expect, by the weeks before it. Arrays over series, days and, for ``expected``, hours.

    ``dispersion`` is the variance of days around their mean, relative to its square; ``doubt`` the standard deviation
    of the log of the level. Days before there is enough past hold NaN.
    """

    expected: Floats
    dispersion: Floats
    doubt: Floats


def baseline(counts: Floats, exposure: Floats, level_weeks: int = REFERENCE_WEEKS) -> Baseline:
    """Baselines of whole weeks of series.

    Args:
        counts: what was counted, over (series, days, hours); days are whole weeks, the first on any weekday.
        exposure: how often it could have happened, in the same shape; ones for what is counted alone.
        level_weeks: the level is of so many weeks, the shape of all. Fewer follow growth, and leave more doubt.
    """
    series, days, hours = counts.shape
    weeks = days // 7
    shape = (series, weeks, 7, hours)
    seen, could = counts.reshape(shape), exposure.reshape(shape)
    before, could_before = (_sums_before(part) for part in (seen, could))
    expected = np.full(shape, np.nan)
    dispersion, doubt = np.full((series, weeks), np.nan), np.full((series, weeks), np.nan)
    for week in range(LEAST_WEEKS + 1, weeks):
        first, last = max(0, week - 1 - REFERENCE_WEEKS), week - 1
        x, n = before[:, last] - before[:, first], could_before[:, last] - could_before[:, first]
        rate, recent = _rate(x, n), max(first, last - level_weeks)
        of_level = (before[:, last] - before[:, recent]).sum(axis=(1, 2))
        expected_level = ((could_before[:, last] - could_before[:, recent]) * rate).sum(axis=(1, 2))
        rate *= (of_level / np.maximum(expected_level, 1e-9))[:, None, None]
        expected[:, week] = could[:, week] * rate
        of_days = (could[:, first:last] * rate[:, None]).sum(axis=3)
        dispersion[:, week] = _dispersion(seen[:, first:last].sum(axis=3), of_days)
        of_chance = 1 / np.maximum(of_level, 1.0) + dispersion[:, week] / (7 * (last - recent))
        doubt[:, week] = np.sqrt(of_chance + _LEVEL_DRIFT**2)
    return Baseline(expected.reshape(counts.shape), np.repeat(dispersion, 7, axis=1), np.repeat(doubt, 7, axis=1))


def _sums_before(part: Floats) -> Floats:
    """Sums of all weeks before each."""
    sums = np.zeros((part.shape[0], part.shape[1] + 1, *part.shape[2:]))
    np.cumsum(part, axis=1, out=sums[:, 1:])
    return sums


def _rate(x: Floats, n: Floats) -> Floats:
    """Rates by weekday and hour: a level, a factor each, and what the cell itself says."""
    level = x.sum(axis=(1, 2), keepdims=True) / np.maximum(n.sum(axis=(1, 2), keepdims=True), 1e-9)
    mean = level * n
    for axis in (1, 2):
        factor = (x.sum(axis=axis, keepdims=True) + _SHRINK_FACTOR) / (
            mean.sum(axis=axis, keepdims=True) + _SHRINK_FACTOR
        )
        mean = mean * factor
        level = level * factor
    rate = level * (x + _SHRINK_CELL) / (mean + _SHRINK_CELL)
    fitted = (rate * n).sum(axis=(1, 2), keepdims=True)
    scaled: Floats = rate * x.sum(axis=(1, 2), keepdims=True) / np.maximum(fitted, 1e-9)
    return scaled


def _dispersion(seen: Floats, mean: Floats) -> Floats:
    """Relative variance of days beyond Poisson's, estimated from above."""
    free = seen[0].size / max(seen[0].size - 8, 1)
    squares = np.maximum((mean**2).sum(axis=(1, 2)), 1e-9)
    found = (((seen - mean) ** 2 * free - mean).sum(axis=(1, 2))) / squares
    variance = mean + np.maximum(found, _LEAST_DISPERSION)[:, None, None] * mean**2
    error = np.sqrt((2 * variance**2 + variance).sum(axis=(1, 2))) / squares
    upper: Floats = np.maximum(found + _DOUBT_OF_DISPERSION * error, _LEAST_DISPERSION)
    return upper


def log_evidence(counts: Floats, base: Baseline, factors: Sequence[float], weights: Sequence[float]) -> Floats:
    """Log of the e-detector after each hour, in the shape of ``counts``; minus infinity where there is no baseline.

    Args:
        counts: what was counted, over (series, days, hours).
        base: of :func:`baseline`, for the same hours.
        factors: sizes of change that are looked for, as multiples of the level; none is 1.
        weights: how likely each is, adding up to 1.
    """
    series, days = counts.shape[:2]
    nodes, node_weights = np.polynomial.hermite_e.hermegauss(_NODES)
    # The change of none comes first: its columns are the denominator, the others the numerator.
    ratio = np.repeat(np.log([1.0, *factors]), _NODES).astype(np.float32)
    level = np.tile(nodes, len(factors) + 1).astype(np.float32)
    weight = np.outer([1.0, *weights], node_weights / node_weights.sum()).ravel().astype(np.float32)
    found = np.full(counts.shape, -np.inf)
    live = np.zeros((series, LIVE_DAYS, len(ratio)), dtype=np.float32)
    begun = 0
    for day in range(days):
        if not np.isfinite(base.dispersion[0, day]):
            continue
        x, mean = (np.cumsum(part[:, day], axis=1, dtype=np.float32)[:, :, None] for part in (counts, base.expected))
        spread = base.dispersion[:, day, None, None].astype(np.float32)
        log_rate = ratio + base.doubt[:, day, None, None].astype(np.float32) * level
        today = x * log_rate - (x + 1 / spread) * np.log1p(spread * mean * np.exp(log_rate))
        today -= today[:, :, _NODES // 2, None]
        live = np.roll(live, 1, axis=1)
        live[:, 0] = 0.0
        begun = min(begun + 1, LIVE_DAYS)
        past = np.exp(np.minimum(live[:, :begun] - live[:, :begun, _NODES // 2, None], _MOST)) * weight
        now = np.exp(np.minimum(today, _MOST_A_DAY)).transpose(0, 2, 1)
        changed, same = (np.matmul(past[:, :, part], now[:, part]) for part in (_CHANGED, _SAME))
        changed /= np.maximum(same, _LEAST)
        found[:, day] = np.log(np.maximum(changed.sum(axis=1), _LEAST))
        live += today[:, -1, None]
    return found


def log_threshold(alpha: float) -> float:
    """Log of the evidence that is an alarm, for a chance ``alpha`` of any false one within a year."""
    return float(np.log((DAYS_A_YEAR + LIVE_DAYS) / alpha))
