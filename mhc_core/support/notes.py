"""What staff write down about a conversation for each other: notes and tags. The customer never sees them."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from mhc_core.db.queries import audit, desk
from mhc_core.errors import Conflict, DataError

LONGEST_NOTE, LONGEST_TAG = 4000, 40


def note(connection: sa.Connection, conversation_id: UUID, text: str, by: str, now: datetime) -> None:
    """Write a note.

    Raises:
        DataError: it is blank or too long.
    """
    _write(connection, conversation_id, "note", text.strip(), LONGEST_NOTE, by, now)


def tag(connection: sa.Connection, conversation_id: UUID, text: str, by: str, now: datetime) -> None:
    """Put a tag on, in lower case.

    Raises:
        DataError: it is blank or too long.
        Conflict: the conversation has it already.
    """
    _write(connection, conversation_id, "tag", " ".join(text.lower().split()), LONGEST_TAG, by, now)


def untag(connection: sa.Connection, conversation_id: UUID, text: str, by: str, now: datetime) -> None:
    """Take a tag off; one that is not there stays off."""
    if desk.remove_tag(connection, conversation_id, text):
        audit.record(connection, by, "conversation.untagged", f"conversation:{conversation_id}", {}, now)


def _write(
    connection: sa.Connection, conversation_id: UUID, kind: str, text: str, longest: int, by: str, now: datetime
) -> None:
    if not 0 < len(text) <= longest:
        raise DataError(f"a {kind} has 1 to {longest} characters; write it shorter, or something at all")
    if not desk.add_note(connection, conversation_id, kind, text, by, now):
        raise Conflict(f"the conversation has the tag {text!r} already; nothing needs to be done")
    audit.record(connection, by, f"conversation.{kind}", f"conversation:{conversation_id}", {}, now)
