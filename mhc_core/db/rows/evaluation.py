"""An evaluation as it is stored."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from mhc_core.vocabulary import Verdict


@dataclass(frozen=True, slots=True)
class AnswerPair:
    """What two models answered to one held-out question; an answer that may hold personal data is kept back, empty.

    ``difference`` is candidate minus baseline in similarity to the approved answer, 0..1.
    """

    example_id: UUID
    difference: float
    candidate: str
    baseline: str


@dataclass(frozen=True, slots=True)
class NewEvaluation:
    """A comparison of two models on held-out questions; ``key`` names exactly this pairing.

    ``difference`` and its 95 % interval are candidate minus baseline in answer similarity, 0..1, ``differences`` the
    same question by question.
    """

    key: str
    candidate_id: str
    baseline_id: str
    dataset_id: str
    knowledge_version_id: str | None
    evaluation_set_id: str | None
    questions: int
    candidate_metrics: Mapping[str, float | int]
    baseline_metrics: Mapping[str, float | int]
    difference: float
    interval_low: float
    interval_high: float
    verdict: Verdict
    reasons: Sequence[str] = ()
    differences: Sequence[float] = ()
    details: Mapping[str, Any] = field(default_factory=dict)
