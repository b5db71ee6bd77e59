"""Invented customers who buy at random and leave after a purchase, as BG/NBD has it."""

import numpy as np

from mhc_core.customers.purchases import Purchases

FADING = 35.0
"""Days."""


def shoppers(customers: int, days: int = 560, burst: float = 0.0, seed: int = 5) -> Purchases:
    """First purchases in the first 84 days; rates begin ``1 + burst`` times as high and fade within weeks."""
    rng = np.random.default_rng(seed)
    rate = rng.gamma(0.5, 1 / 40, customers)  # a day
    leave = rng.beta(0.6, 3.0, customers)
    rows = [(number, int(day)) for number, day in enumerate(rng.integers(0, 84, customers))]
    entries = list(rows)
    ages = np.arange(0, days + 1, 0.25)
    times = ages + burst * FADING * -np.expm1(-ages / FADING)
    for number, first in rows:
        clock, gone = 0.0, False
        while not gone:
            clock += rng.exponential(1 / max(rate[number], 1e-9))
            day = first + float(np.interp(clock, times, ages))
            if day >= days:
                break
            entries.append((number, int(day)))
            gone = rng.random() < leave[number]
    table = np.array(entries, dtype=np.int64)
    return Purchases.of(table[:, 0], table[:, 1], rng.gamma(4, 25, len(table)))
