"""A person settles what scrubbing holds: an answer goes out of learning for good, a call that was read is let in."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from mhc_core.db.queries import audit, calls, holds
from mhc_core.errors import DataError, NotFound
from mhc_core.vocabulary import Consent


def accept_transcript(connection: sa.Connection, message_id: UUID, by: str, now: datetime) -> UUID:
    """Free a call that is held because its words were uncertain: ``by`` read all of it and found it right.

    Returns the conversation's id; the next run of its day scrubs it.

    Raises:
        DataError: no name.
        NotFound: the answer is not held for its transcript.
    """
    if not by.strip():
        raise DataError("somebody must have read the call; give --by")
    conversation = calls.accept(connection, message_id, by, now)
    if conversation is None:
        raise NotFound(f"no transcript is held by {message_id}; `mhc review held` lists those that are")
    audit.record(connection, by, "transcript.accept", f"conversation:{conversation}", {}, now)
    return conversation


def consent(
    connection: sa.Connection, conversation_id: UUID, said: Consent, wording: str | None, by: str, now: datetime
) -> None:
    """Write down what a caller said of their recording after the call; withdrawn consent ends learning from it.

    Raises:
        DataError: no name.
        NotFound: the conversation is no recorded call.
    """
    if not by.strip():
        raise DataError("somebody must have heard it; give --by")
    if not calls.say(connection, conversation_id, said, wording, now):
        raise NotFound(f"{conversation_id} is no recorded call; `mhc import calls` brings them in")
    audit.record(connection, by, "call.consent", f"conversation:{conversation_id}", {"consent": said}, now)


def exclude(connection: sa.Connection, message_id: UUID, by: str, reason: str, now: datetime) -> None:
    """Never learn from a held answer. The reason is kept beside the raw message and goes when that goes.

    Raises:
        DataError: no name or no reason.
        NotFound: the answer is not held.
    """
    if not by.strip() or not reason.strip():
        raise DataError("an exclusion needs a name and a reason; give --by and --reason")
    if not holds.exclude(connection, message_id, {"by": by, "at": now.isoformat(), "reason": reason}):
        raise NotFound(f"the answer {message_id} is not held; `mhc review held` lists those that are")
    audit.record(connection, by, "scrub.exclude", f"message:{message_id}", {}, now)
