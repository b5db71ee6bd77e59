"""How each message was read is kept with it, so that staff can correct it; none of its words are."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from mhc_core.db.tables import messages
from mhc_core.understanding.labelled import written
from mhc_core.understanding.notes import READING, labelled_as_read

LINES = (
    "ask/price_party: what would [adults:14 adults] cost",
    "person/other !request for a person: let me talk to a human",
)


def test_the_reading_of_every_customers_message_is_kept_and_not_its_words(
    say: Callable[..., dict[str, Any]], serving_engine: sa.Engine
) -> None:
    for line in LINES:
        conversation = UUID(say(line)["conversation_id"])
    with serving_engine.connect() as connection:
        rows = connection.execute(
            sa.select(messages.c.content, messages.c.message_metadata)
            .where(messages.c.conversation_id == conversation, messages.c.role == "user")
            .order_by(messages.c.position)
        ).all()
    kept = [written(labelled_as_read(row.content, row.message_metadata[READING])).split("@")[-1] for row in rows]
    for line, found, row in zip(LINES, kept, rows, strict=True):
        assert found.endswith(line)
        assert "human" not in str(row.message_metadata[READING])
        assert row.message_metadata[READING]["model"] == "labelled"
