"""What a person's decision on an example would teach, and one of each kind at the head of the queue.

Thanks and "yes" are hardly worth a person's time, whatever else speaks for them: an exchange counts less as far as it
is small talk, or too short to say anything.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from mhc_core.db.rows.review import Head, Placement, Unplaced
from mhc_core.review.intent_model import Intents
from mhc_core.vocabulary import Intent

CONFIDENTLY_WRONG, DISLIKED = 2.5, 2.0
SENSITIVE = (Intent.BOOKING, Intent.COMPLAINT)
UNUSUAL = 0.5
"""Novelty from which on a question is called unusual."""
WORDS = 8
"""A question or answer with so many different words says all it has to; shorter ones in proportion."""
ALIKE = 0.8
"""Cosine of two questions from which on a decision on one says most of what one on the other would."""
LIKE_ANOTHER = "like_another"
COMPARED = 1000
"""So many of the best are kept apart; who reads further down sees them as they come."""


@dataclass(frozen=True, slots=True)
class Valued:
    """An example's value, its reasons, and the row of its vector."""

    row: int
    value: float
    reasons: tuple[str, ...]


def place(
    waiting: Sequence[Unplaced],
    vectors: NDArray[np.float32],
    intents: Intents,
    head: Head,
    confidence_threshold: float,
) -> list[Placement]:
    """Priorities of examples that wait: what speaks for each, lowered for all but one of a kind.

    ``head`` is what is at the top of the queue already. An example whose question is like one that comes before it, or
    that is of the same conversation, keeps a quarter of its value.
    """
    sensitive, idle = intents.probability(vectors, SENSITIVE), intents.probability(vectors, (Intent.SMALLTALK,))
    valued = [
        _valued(row, one, float(sensitive[row]), float(idle[row]), confidence_threshold)
        for row, one in enumerate(waiting)
    ]
    valued.sort(key=lambda one: -one.value)  # of equals, the one that came first
    ahead = len(head.priorities)
    seen = np.vstack([head.vectors.reshape(ahead, vectors.shape[1]), vectors[[one.row for one in valued[:COMPARED]]]])
    worth = np.array([*head.priorities, *(one.value for one in valued[:COMPARED])])
    of_conversation: dict[UUID, float] = {}
    for conversation, priority in zip(head.conversations, head.priorities, strict=True):
        of_conversation[conversation] = max(priority, of_conversation.get(conversation, 0.0))
    placed: list[Placement] = []
    for number, one in enumerate(valued):
        found, value, reasons = waiting[one.row], one.value, one.reasons
        if number < COMPARED:
            before = slice(0, ahead + number)
            alike = (seen[before] @ vectors[one.row] >= ALIKE) & (worth[before] >= value)
            if alike.any() or of_conversation.get(found.conversation_id, -1.0) >= value:
                value, reasons = value / 4, (*reasons, LIKE_ANOTHER)
            of_conversation.setdefault(found.conversation_id, one.value)
        placed.append(Placement(found.example_id, value, reasons))
    return placed


def _valued(row: int, one: Unplaced, sensitive: float, idle: float, threshold: float) -> Valued:
    """The sum of what speaks for an example, of which at least a quarter counts, and all where nothing is idle in it.

    Up to 1 for a confidence below the threshold, in proportion; 2.5 for the dislike of a confident answer, 2 for any
    other; up to 1 for a conversation whose answers do not fit their questions; up to 0.5 each for a sensitive intent
    and for a question unlike the others.
    """
    worth = min(1, one.question_words / WORDS) * min(1, one.answer_words / WORDS) * (1 - idle)
    confident = one.confidence is not None and one.confidence >= threshold
    value = 0.5 * sensitive + 0.5 * (one.novelty or 0) + (0 if one.coherence is None else 1 - one.coherence)
    if one.confidence is not None and not confident:
        value += (threshold - one.confidence) / threshold
    if one.vote == "down":
        value += CONFIDENTLY_WRONG if confident else DISLIKED
    marks = {"sensitive_intent": sensitive >= 0.5, "unusual_question": (one.novelty or 0) > UNUSUAL}
    return Valued(row, value * (1 + 3 * worth) / 4, (*one.signals, *(name for name, holds in marks.items() if holds)))
