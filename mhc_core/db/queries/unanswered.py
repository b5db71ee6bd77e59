"""SQL of questions whose answers were unsure."""

from typing import NamedTuple

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from mhc_core.db.queries.vectors import PACKED, unpacked

_NOT_ASKED = "('booking', 'smalltalk', 'complaint', 'account')"
"""Intents that an article does not answer."""


class Unsure(NamedTuple):
    """A question with the answer it got; scrubbed text."""

    question: str
    answer: str
    intent: str
    confidence: float


def unsure(connection: sa.Connection, embedder: str, limit: int) -> tuple[list[Unsure], NDArray[np.float32]]:
    """The newest questions that wait for review because their answers were unsure, with their vectors."""
    rows = connection.execute(
        sa.text(f"""
            select e.question, e.answer, e.intent, e.confidence, {PACKED.format("e.embedding")}
              from ai.review_items i join ai.training_examples e on e.id = i.example_id
             where i.status = 'pending' and 'low_confidence' = any(i.reasons) and e.active and e.question <> ''
               and e.embedder = :embedder and e.confidence is not null and e.intent not in {_NOT_ASKED}
             order by e.sequence desc limit :limit
        """),
        {"embedder": embedder, "limit": limit},
    ).all()
    return [Unsure(*row[:4]) for row in rows], unpacked([row[4] for row in rows])
