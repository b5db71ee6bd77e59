"""SQL of requests that come as forms: a conversation without a message yet, and its facts."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from mhc_core.db.queries.serving import SOURCE
from mhc_core.db.tables import conversations
from mhc_core.vocabulary import Channel, Intent

_C = conversations.c


def begin(connection: sa.Connection, conversation_id: UUID, customer_id: str, channel: Channel, now: datetime) -> bool:
    """Begin a conversation; False when there is one of this id."""
    values = {
        "id": conversation_id, "source": SOURCE, "source_id": str(conversation_id), "channel": channel,
        "customer_id": customer_id, "intent": Intent.BOOKING, "started_at": now, "last_message_at": now,
        "updated_at": now,
    }  # fmt: skip
    return bool(connection.execute(insert(conversations).values(values).on_conflict_do_nothing()).rowcount)


def facts(connection: sa.Connection, conversation_id: UUID) -> Mapping[str, Any]:
    """What a customer has told in a conversation; the caller holds its lock."""
    found: Mapping[str, Any] = connection.scalar(sa.select(_C.facts).where(_C.id == conversation_id)) or {}
    return found


def keep_facts(connection: sa.Connection, conversation_id: UUID, told: Mapping[str, Any]) -> None:
    """Write them down; the caller holds the lock."""
    connection.execute(sa.update(conversations).where(_C.id == conversation_id).values(facts=dict(told)))
