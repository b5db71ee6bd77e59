"""A million invented customers, fitted and valued: time and memory."""

import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from mhc_core.customers import value as valuation
from mhc_core.customers.purchases import Purchases, history

DAYS, AHEAD = 730, 52
CPU_SECONDS, MEGABYTES = 60, 2048
"""It runs on one core, so on an idle machine seconds are these; other work on it does not count."""


def measure(customers: int, seed: int) -> dict[str, Any]:
    """In a process of its own, so that peak memory is its own too."""
    purchases = invented(customers, np.random.default_rng(seed))
    begun, cpu = time.perf_counter(), time.process_time()
    cohorts = valuation.fit(purchases, DAYS, AHEAD)
    values = valuation.value(cohorts, history(purchases, DAYS), AHEAD)
    seconds, cpu = time.perf_counter() - begun, time.process_time() - cpu
    memory = _peak_megabytes()
    return {
        "customers": len(values.customer),
        "purchases": len(purchases.customer),
        "cohorts": len(cohorts),
        "seconds": round(seconds, 1),
        "cpu_seconds": round(cpu, 1),
        "peak_rss_mb": memory,
        "met": cpu <= CPU_SECONDS and memory <= MEGABYTES,
    }


def invented(customers: int, rng: np.random.Generator) -> Purchases:
    """Two years of customers who come evenly, buy at gamma distributed rates and leave after a purchase (BG/NBD)."""
    first = rng.integers(0, DAYS - 7, customers)
    rate = rng.gamma(0.3, 1 / 50, customers)  # a day
    leave = rng.beta(0.5, 2.0, customers)
    numbers, day = np.arange(customers), first.astype(float)
    entries = [(numbers, first)]
    while len(numbers):
        day = day + rng.exponential(1, len(numbers)) / np.maximum(rate[numbers], 1e-12)
        inside = day < DAYS
        numbers, day = numbers[inside], day[inside]
        entries.append((numbers, day.astype(np.int64)))
        stays = rng.random(len(numbers)) >= leave[numbers]
        numbers, day = numbers[stays], day[stays]
    customer = np.concatenate([number for number, _ in entries])
    when = np.concatenate([days for _, days in entries]).astype(np.int64)
    return Purchases.of(customer, when, rng.gamma(6, 100, len(customer)))


def _peak_megabytes() -> int:
    """The most memory this process ever held."""
    status = Path("/proc/self/status")
    if status.exists():  # what getrusage says on Linux is at least what the parent held when this process began
        peak = next(line for line in status.read_text(encoding="ascii").splitlines() if line.startswith("VmHWM:"))
        return int(peak.split()[1]) // 1024
    import resource

    peak_rss = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak_rss // (1024**2 if sys.platform == "darwin" else 1024)
