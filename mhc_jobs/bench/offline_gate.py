"""How often the offline gate errs, on simulated evaluations with known truth, beside simpler rules on the same data."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any

import numpy as np

from mhc_core.evaluation.answer_quality import Judged
from mhc_core.evaluation.compare import compare
from mhc_core.language.similarity import RIGHT
from mhc_core.vocabulary import Verdict

QUESTIONS_EACH = 3
"""Questions of a customer, on average."""
TASTE, NOISE = 0.08, 0.10
"""Standard deviations of the difference: what one customer's questions share, and each question's own."""
GAINS = (-0.05, 0.0, 0.06, 0.10)


@dataclass(frozen=True, slots=True)
class Simulated:
    """The answers of two models to one set of questions, and whose questions they are."""

    candidate: list[float]
    baseline: list[float]
    groups: list[Hashable]


def draw(seed: int, customers: int, gain: float) -> Simulated:
    """Two models over customers who ask several questions each; the candidate is better by ``gain`` in similarity."""
    source = np.random.default_rng(seed)
    questions = customers * QUESTIONS_EACH
    groups = source.integers(0, customers, questions)
    shared = source.normal(0, TASTE, customers)[groups]
    base = np.clip(source.normal(0.55, 0.15, questions), 0, 1)
    other = np.clip(base + gain + shared + source.normal(0, NOISE, questions), 0, 1)
    return Simulated(other.tolist(), base.tolist(), groups.tolist())


def measure(
    runs: int, seed: int, customers: Sequence[int] = (12, 30), gains: Sequence[float] = GAINS
) -> list[dict[str, Any]]:
    """The share of ``runs`` that each rule promotes, for each number of customers and each true gain.

    *gate* is :func:`compare`; *interval alone* its clustered interval; *questions as independent* a paired t test that
    forgets whose questions they are; *mean is higher* what a look at the average says.
    """
    rows = []
    for count in customers:
        for gain in gains:
            promoted = np.zeros(4)
            rejected = 0
            for run in range(runs):
                drawn = draw(seed + run, count, gain)
                found = compare(_judged(drawn.candidate), _judged(drawn.baseline), drawn.groups, seed)
                rejected += found.verdict is Verdict.REJECT
                promoted += (
                    found.verdict is Verdict.PROMOTE,
                    found.similarity.low > 0,
                    _as_if_independent(drawn),
                    found.similarity.mean > 0,
                )
            names = ("gate", "interval_alone", "questions_as_independent", "mean_is_higher")
            rows.append(
                {
                    "customers": count,
                    "questions": count * QUESTIONS_EACH,
                    "true_gain": gain,
                    "promoted": {name: round(share, 4) for name, share in zip(names, promoted / runs, strict=True)},
                    "gate_rejected": round(rejected / runs, 4),
                }
            )
    return rows


def _judged(values: Sequence[float]) -> list[Judged]:
    return [Judged(value, value >= RIGHT, 1.0, 0.5, 5.0, 0.0) for value in values]


def _as_if_independent(drawn: Simulated) -> bool:
    from scipy.stats import t

    difference = np.subtract(drawn.candidate, drawn.baseline)
    edge = float(t.ppf(0.975, len(difference) - 1))
    return bool(difference.mean() > edge * difference.std(ddof=1) / sqrt(len(difference)))
