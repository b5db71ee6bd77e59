"""SQL of the way between answers and the examples behind them, both ways."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import sqlalchemy as sa


class Source(NamedTuple):
    """A training example with where it came from and went to; scrubbed text."""

    id: UUID
    question: str
    answer: str
    intent: str
    verified_by: str | None
    answer_message_id: UUID
    datasets: Sequence[str]
    models: Sequence[str]


def example(connection: sa.Connection, example_id: UUID) -> Source | None:
    """One example, the data sets it is in, and the models that learned from those."""
    row = connection.execute(
        sa.text("""
            select e.id, e.question, e.answer, e.intent, e.verified_by, e.answer_message_id,
                   array(select d.dataset_id from ai.dataset_members d where d.example_id = e.id order by 1),
                   array(select v.id from ai.model_versions v join ai.dataset_members d on d.dataset_id = v.dataset_id
                          where d.example_id = e.id order by 1)
              from ai.training_examples e where e.id = :id
        """),
        {"id": example_id},
    ).one_or_none()
    return Source(*row) if row else None


class Made(NamedTuple):
    """An answer that an example made."""

    message_id: UUID
    conversation_id: UUID
    sent_at: datetime
    confidence: float | None


def made_by(connection: sa.Connection, example_id: UUID, limit: int) -> list[Made]:
    """The newest answers that an example made, by itself or by its approved wording."""
    rows = connection.execute(
        sa.text("""
            select id, conversation_id, sent_at, confidence from ai.messages
             where example_id = :id order by sent_at desc limit :limit
        """),
        {"id": example_id, "limit": limit},
    )
    return [Made(*row) for row in rows]
