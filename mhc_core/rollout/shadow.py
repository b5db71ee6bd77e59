"""Which intents a candidate is ready for, by what it answered unseen beside the answers that were shown.

Likeness to the shown answer is no proof that an answer is better, only that it is no surprise: the proof comes from
customers in the canary. What fails here is kept from them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from mhc_core.db.queries.rollout_shadow import Compared
from mhc_core.vocabulary import Intent

MINIMUM_PAIRS = 20
MINIMUM_SIMILARITY = 0.5
CONFIDENCE_LOSS = 0.15
AGREES_FROM = 0.8
"""Cosine of two answers from which they say the same."""
ENOUGH_PAIRS = 300
"""Pairs in all after which the shadow has seen enough."""


@dataclass(frozen=True, slots=True)
class Readiness:
    """One intent: ready when nothing blocks it. Means over its pairs, all 0..1 but the similarity, a cosine."""

    intent: Intent
    pairs: int
    similarity: float
    agreeing: float
    candidate_confidence: float
    shown_confidence: float
    blocking: tuple[str, ...]

    @property
    def ready(self) -> bool:
        return not self.blocking


def readiness(compared: Sequence[Compared]) -> list[Readiness]:
    """Every intent of the business, in its order; one that nobody asked about is not ready."""
    found = {item.intent: item for item in compared}
    return [_ready(found.get(intent) or Compared(intent, 0, 0.0, 0.0, 0.0, 0.0)) for intent in Intent]


def _ready(item: Compared) -> Readiness:
    blocking = []
    if item.pairs < MINIMUM_PAIRS:
        blocking.append(f"{item.pairs} of {MINIMUM_PAIRS} pairs")
    if item.pairs and item.similarity < MINIMUM_SIMILARITY:
        blocking.append(f"similarity {item.similarity:.2f} to the shown answers, {MINIMUM_SIMILARITY} needed")
    if item.candidate_confidence < item.shown_confidence - CONFIDENCE_LOSS:
        blocking.append(
            f"confidence {item.candidate_confidence:.2f}, "
            f"more than {CONFIDENCE_LOSS} below the shown answers' {item.shown_confidence:.2f}"
        )
    return Readiness(*item, tuple(blocking))
