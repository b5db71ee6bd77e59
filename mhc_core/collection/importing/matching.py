"""How incoming conversations fit what is stored: the same one, one that went on, or another under the same id.

An id is a name that a system gives, and two systems, two customers or two years may give the same. What is stored is
only ever changed by what shows that it is the same conversation.
"""

import hashlib
from collections.abc import Mapping, Sequence
from uuid import UUID

import sqlalchemy as sa

from mhc_core.collection.importing.records import Parsed, message_id
from mhc_core.db.queries import conversations as queries
from mhc_core.db.queries.conversations import MessageRow, StoredConversation, StoredMessage
from mhc_core.pseudonyms import person_id

OTHER_CUSTOMER = "id: is stored for another customer; give the system's own name with --source"
OTHER_CHANNEL = "id: is stored for another channel; give the system's own name with --source"
OTHER_WORDS = (
    "id: is stored for a conversation with other messages; give the system's own name with --source, or import the "
    "files of one conversation together as a folder"
)


def with_stored(connection: sa.Connection, batch: Sequence[Parsed]) -> tuple[list[Parsed], Mapping[UUID, str]]:
    """The conversations that may be written, and why others may not.

    What goes on where the stored conversation ended (a log of the next month) gets the positions after it.
    """
    stored = queries.stored(connection, [parsed.conversation.id for parsed in batch])
    fitting: list[Parsed] = []
    foreign: dict[UUID, str] = {}
    for parsed in batch:
        known = stored.get(parsed.conversation.id)
        if known is None:
            fitting.append(parsed)
        elif reason := _other(parsed, known):
            foreign[parsed.conversation.id] = reason
        elif (placed := _placed(parsed, known.messages)) is None:
            foreign[parsed.conversation.id] = OTHER_WORDS
        else:
            fitting.append(placed)
    return fitting, foreign


def _other(parsed: Parsed, known: StoredConversation) -> str | None:
    customer = parsed.conversation.customer_id
    if customer and known.customer_id and person_id(known.customer_id) != customer:
        return OTHER_CUSTOMER
    return OTHER_CHANNEL if parsed.conversation.channel != known.channel else None


def _placed(parsed: Parsed, known: Sequence[StoredMessage]) -> Parsed | None:
    """The conversation at the positions of the stored one, or None when they have nothing in common."""
    at = {message.position: message for message in known}
    if not known or any(_same(row, at.get(row.position)) for row in parsed.messages):
        return parsed
    begin = parsed.messages[0]
    if any(row.inferred_time for row in parsed.messages):
        return None
    again = next((message.position for message in known if _same(begin, message)), None)
    if again is None and begin.sent_at <= known[-1].sent_at:
        return None
    return _shifted(parsed, (known[-1].position + 1 if again is None else again) - begin.position, known)


def _same(row: MessageRow, stored: StoredMessage | None) -> bool:
    if stored is None or row.role != stored.role:
        return False
    return stored.digest == hashlib.md5(row.content.encode(), usedforsecurity=False).hexdigest() or (
        row.sent_at == stored.sent_at and not row.inferred_time
    )


def _shifted(parsed: Parsed, by: int, known: Sequence[StoredMessage]) -> Parsed:
    ident = parsed.conversation.id
    ids = {row.id: message_id(ident, row.position + by) for row in parsed.messages}
    messages = [row._replace(id=ids[row.id], position=row.position + by) for row in parsed.messages]
    feedback = [row._replace(message_id=ids.get(row.message_id, row.message_id)) if row.message_id else row
                for row in parsed.feedback]  # fmt: skip
    conversation = parsed.conversation._replace(
        started_at=min(parsed.conversation.started_at, known[0].sent_at),
        last_message_at=max(parsed.conversation.last_message_at, known[-1].sent_at),
        last_position=messages[-1].position,
    )
    return Parsed(conversation, messages, feedback)
