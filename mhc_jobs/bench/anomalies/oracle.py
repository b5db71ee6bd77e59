"""A CUSUM that knows what no installation knows: the true season, how days differ, and the size of the change.

Page (1954), "Continuous inspection schemes". It keeps the likelihood ratio of a doubling that began at any hour: at the
best hour so far. What a detector that must learn all of that loses against it is the price of not knowing.
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
FACTOR = 2.0


def log_ratio(counts: Floats, expected: Floats, dispersion: float) -> Floats:
    """Log of the best likelihood ratio after each hour, over (series, days, hours)."""
    found, carried = np.empty_like(counts), np.zeros(len(counts))
    for day in range(counts.shape[1]):
        x, mean = np.cumsum(counts[:, day], axis=1), np.cumsum(expected[:, day], axis=1)
        best = carried[:, None] + _ratio(x, mean, dispersion)
        for begun in range(1, counts.shape[2]):
            since = _ratio(x[:, begun:] - x[:, begun - 1, None], mean[:, begun:] - mean[:, begun - 1, None], dispersion)
            best[:, begun:] = np.maximum(best[:, begun:], since)
        found[:, day] = best
        carried = np.maximum(best[:, -1], 0.0)
    return found


def _ratio(x: Floats, mean: Floats, dispersion: float) -> Floats:
    usual, changed = (np.log1p(dispersion * factor * mean) for factor in (1.0, FACTOR))
    return np.asarray(x * np.log(FACTOR) - (x + 1 / dispersion) * (changed - usual))
