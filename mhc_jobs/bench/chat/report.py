"""Figures from what the customers saw. Only answers with status 200 count; the others are counted as errors."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from mhc_jobs.bench.chat.mix import NEW, PARAPHRASE, REPEATED


def rate(load: dict[str, Any]) -> float:
    """Answers per second."""
    return round(len(_good(load)) / float(load["seconds"]), 1)


def errors(load: dict[str, Any]) -> dict[str, int]:
    """How many requests got which other status."""
    found: dict[str, int] = {}
    for result in load["results"]:
        if result[1] != 200:
            found[str(result[1])] = found.get(str(result[1]), 0) + 1
    return found


def server_ms(load: dict[str, Any]) -> dict[str, Any]:
    """Server time (ms) of cached answers, remembered and looked up; of full answers by kind of question; and of the
    parts of all."""
    good = _good(load)
    cached = [timing for _, _, _, timing, from_cache in good if from_cache]
    rows = {
        "cached answer, all": quantiles([timing["total"] for timing in cached]),
        "cached answer, remembered": quantiles([timing["total"] for timing in cached if "cache" not in timing]),
        "cached answer, looked up": quantiles([timing["total"] for timing in cached if "cache" in timing]),
    }
    for kind in (REPEATED, PARAPHRASE, NEW):
        rows[f"full answer, {kind}"] = quantiles(
            [timing["total"] for name, _, _, timing, cached in good if name == kind and not cached]
        )
    full = [timing for _, _, _, timing, cached in good if not cached]
    rows["full answer, all"] = quantiles([timing["total"] for timing in full])
    found = [timing for timing in full if "search" in timing]
    rows["retrieval with embedding"] = quantiles([timing["search"] + timing.get("embedding", 0.0) for timing in found])
    for part in sorted({name for _, _, _, timing, _ in good for name in timing} - {"total"}):
        rows[f"part {part}"] = quantiles([timing[part] for _, _, _, timing, _ in good if part in timing])
    return rows


def total_ms(load: dict[str, Any]) -> dict[str, float] | str:
    """Server time (ms) of all answers."""
    return quantiles([timing["total"] for _, _, _, timing, _ in _good(load)])


def hits(load: dict[str, Any]) -> dict[str, Any]:
    """The share of each kind of question that was answered from the cache."""
    shares: dict[str, Any] = {}
    for kind in (REPEATED, PARAPHRASE, NEW):
        of_kind = [cached for name, _, _, _, cached in _good(load) if name == kind]
        shares[kind] = round(sum(of_kind) / len(of_kind), 3) if of_kind else None
    return shares


def quantiles(values: Sequence[float]) -> dict[str, float] | str:
    """Count, median, 95th and 99th percentile."""
    if not values:
        return "none in this run"
    p50, p95, p99 = np.percentile(values, [50, 95, 99])
    return {"n": len(values), "p50": round(p50, 2), "p95": round(p95, 2), "p99": round(p99, 2)}


def _good(load: dict[str, Any]) -> list[list[Any]]:
    return [result for result in load["results"] if result[1] == 200]
