"""SQL of answers that scrubbing holds back: which, and which of them a person took out of learning for good."""

from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa

from mhc_core.db.tables import messages, scrub_holds

EXCLUDED = "mhc_excluded"
"""Key in ``messages.message_metadata`` of an answer that is never learned from: by whom, when and why."""

_H = scrub_holds.c


class Held(NamedTuple):
    """An answer held back, without its text."""

    message_id: UUID
    day: date
    kind: str
    reason: str


def held(connection: sa.Connection, limit: int) -> list[Held]:
    """Answers that are held, failures of the scrubber first, then the newest."""
    rows = connection.execute(
        sa.select(_H.answer_message_id, _H.day, _H.kind, _H.reason)
        .order_by(_H.kind, _H.day.desc(), _H.answer_message_id)
        .limit(limit)
    )
    return [Held(*row) for row in rows]


def exclude(connection: sa.Connection, message_id: UUID, why: Mapping[str, Any]) -> bool:
    """Never learn from a held answer; False when it is not held."""
    released = connection.execute(sa.delete(scrub_holds).where(_H.answer_message_id == message_id)).rowcount
    if released:
        column = messages.c.message_metadata
        connection.execute(
            sa.update(messages)
            .where(messages.c.id == message_id)
            .values(message_metadata=column.op("||")(sa.cast({EXCLUDED: dict(why)}, column.type)))
        )
    return bool(released)
