"""What a score rests on, and the score."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from mhc_core.db.rows.feedback import FeedbackSignals
from mhc_core.protocols import Turn


@dataclass(frozen=True, slots=True)
class FinishedConversation:
    """What a score rests on. ``asked`` is false where the customer wanted nothing: greetings and thanks alone.

    ``turns`` are raw; the ``channel`` says what is to be taken off them.
    """

    id: UUID
    outcome: str | None
    turns: tuple[Turn, ...]
    feedback: tuple[FeedbackSignals, ...]
    intent: str | None = None
    asked: bool = True
    channel: str = "web"


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
    """A conversation's score with its parts and the weights that were in force after spreading.

    The true score is above ``low`` with a chance of two in three, and below ``high`` with the same. ``learned`` is the
    chance that the customer was pleased, of a model that sees ``features`` and no rating.
    """

    value: float
    low: float
    high: float
    factors: Factors
    weights: Mapping[str, float]
    learned: float | None = None
    features: Sequence[float] = ()


@dataclass(frozen=True, slots=True)
class RatedFeatures:
    """A scored conversation that people rated: what the learned score sees of it, and what they said (0..1)."""

    customer: str
    features: Sequence[float]
    truth: float
    unrated_score: float
