"""What the review queue is ordered by, and the places it gives."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

import numpy as np
from numpy.typing import NDArray


class Unplaced(NamedTuple):
    """An example that waits for its place in the queue. ``signals`` are reasons that need no model.

    ``coherence`` says how well the answers of its conversation fit their questions, 0..1. ``question_words`` and
    ``answer_words`` count different words.
    """

    example_id: UUID
    conversation_id: UUID
    intent: str
    confidence: float | None
    vote: str | None
    novelty: float | None
    coherence: float | None
    signals: tuple[str, ...]
    question_words: int
    answer_words: int


@dataclass(frozen=True, slots=True)
class Head:
    """The top of the queue: conversations, priorities, and vectors of shape (n, dimensions)."""

    conversations: Sequence[UUID]
    priorities: Sequence[float]
    vectors: NDArray[np.float32]


class Placement(NamedTuple):
    """A place in the queue, the highest priority first, and why."""

    example_id: UUID
    priority: float
    reasons: tuple[str, ...]
