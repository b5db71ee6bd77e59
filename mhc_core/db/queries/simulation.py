"""What the simulation of the closed loop reads, and the messages that it brings in beside its conversations."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa

from mhc_core.db.tables import conversations, messages, review_items, training_examples


class ReadMessage(NamedTuple):
    """A customer's only message, with its metadata."""

    id: UUID
    customer_id: str
    text: str
    metadata: Mapping[str, Any]


def store_messages(connection: sa.Connection, said: Sequence[ReadMessage], now: datetime) -> None:
    """Store messages, each as a closed conversation of its own."""
    about = {"source": "simulation", "channel": "web", "status": "closed", "started_at": now, "last_message_at": now}
    connection.execute(
        sa.insert(conversations),
        [{**about, "id": one.id, "source_id": str(one.id), "customer_id": one.customer_id} for one in said],
    )
    connection.execute(
        sa.insert(messages),
        [
            {
                "id": one.id, "conversation_id": one.id, "position": 0, "role": "user", "content": one.text,
                "sent_at": now, "message_metadata": dict(one.metadata),
            }
            for one in said
        ],
    )  # fmt: skip


def pending_answers(connection: sa.Connection) -> list[tuple[int, UUID]]:
    """Pending review items, most valuable first, each with the message whose answer it asks about."""
    rows = connection.execute(
        sa.select(review_items.c.id, training_examples.c.answer_message_id)
        .join(training_examples, training_examples.c.id == review_items.c.example_id)
        .where(
            review_items.c.status == "pending", training_examples.c.active, training_examples.c.duplicate_of.is_(None)
        )
        .order_by(review_items.c.priority.desc(), review_items.c.id)
    )
    return [(row.id, row.answer_message_id) for row in rows]
