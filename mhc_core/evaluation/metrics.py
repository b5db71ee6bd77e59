"""The averages of one model over a set of answers. What each one means stands in ``mhc_core.evaluation.measures``."""

from collections.abc import Sequence
from math import fsum

import numpy as np

from mhc_core.evaluation.answer_quality import Judged
from mhc_core.statistics.calibration import expected_calibration_error

Metrics = dict[str, float | int]


def metrics(judged: Sequence[Judged]) -> Metrics:
    """Shares and similarities 0..1, latency in ms, cost in USD for all questions.

    A measure that no answer had anything for (no figures, no citation) is left out.
    """
    confidence = np.array([item.confidence for item in judged])
    right = np.array([item.right for item in judged], dtype=np.float64)
    p50, p95 = np.percentile([item.latency_ms for item in judged], (50, 95))
    found: dict[str, float | int | None] = {
        "questions": len(judged),
        "similarity": fsum(item.similarity for item in judged) / len(judged),
        "right": float(right.mean()),
        "figures": _mean([item.figures for item in judged]),
        "facts": _mean([item.facts for item in judged]),
        "contradictions": _mean([float(item.contradicts) for item in judged]),
        "groundedness": fsum(item.grounded for item in judged) / len(judged),
        "citation_precision": _mean([item.citation_precision for item in judged]),
        "citation_recall": _mean([item.citation_recall for item in judged]),
        "handover": _mean([float(item.handover_right) for item in judged]),
        "personal": _mean([float(item.personal) for item in judged]),
        "rude": _mean([float(item.rude) for item in judged]),
        "confidence": float(confidence.mean()),
        "ece": expected_calibration_error(confidence, right),
        "brier": float(np.mean((confidence - right) ** 2)),
        "latency_p50_ms": float(p50),
        "latency_p95_ms": float(p95),
        "cost_usd": fsum(item.cost_usd for item in judged),
    }
    return {name: value for name, value in found.items() if value is not None}


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return fsum(known) / len(known) if known else None
