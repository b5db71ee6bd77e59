"""What the simulation of the closed loop reads."""

from uuid import UUID

import sqlalchemy as sa

from mhc_core.db.tables import review_items, training_examples


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
