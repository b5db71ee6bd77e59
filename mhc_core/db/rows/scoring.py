"""What a score rests on, and the score."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from mhc_core.db.rows.feedback import FeedbackSignals
from mhc_core.protocols import Turn


@dataclass(frozen=True, slots=True)
class FinishedConversation:
    """What a score rests on."""

    id: UUID
    outcome: str | None
    turns: tuple[Turn, ...]
    feedback: tuple[FeedbackSignals, ...]


@dataclass(frozen=True, slots=True)
class Factors:
    """The parts of a score; ``None`` where there is no evidence."""

    feedback: float | None
    outcome: float | None
    coherence: float | None
    sentiment: float | None
    efficiency: float | None


@dataclass(frozen=True, slots=True)
class Score:
    """A conversation's score with its parts and the weights that were in force after spreading."""

    value: float
    factors: Factors
    weights: Mapping[str, float]
