"""Reviewers' marks on raw messages, and the lists that grow from them. No text is stored, only offsets and hashes."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from mhc_core.db.tables import (
    conversation_scores,
    conversations,
    messages,
    scrub_marks,
    scrub_terms,
    training_examples,
)

_M = scrub_marks.c


class MarkedMessage(NamedTuple):
    """A raw message to be marked."""

    id: UUID
    conversation_id: UUID
    content: str
    edited_content: str | None


class Mark(NamedTuple):
    """A piece of a message, ``start`` to ``end`` in characters; ``edited`` is the human edit instead of the message."""

    message_id: UUID
    edited: bool
    kind: str
    type: str
    start: int
    end: int


class StoredMark(NamedTuple):
    """A mark with its id and the conversation it lies in."""

    id: int
    conversation_id: UUID
    mark: Mark


class ListedTerm(NamedTuple):
    """The keyed hash of a term on the deny list, or else on the allow list, with how many words it has."""

    term_hash: str
    deny: bool
    type: str
    words: int


class Turn(NamedTuple):
    """A raw message of a conversation, in order."""

    id: UUID
    content: str
    edited_content: str | None
    channel: str


def message(connection: sa.Connection, message_id: UUID) -> MarkedMessage | None:
    """A raw message."""
    c = messages.c
    row = connection.execute(
        sa.select(c.id, c.conversation_id, c.content, c.edited_content).where(c.id == message_id)
    ).one_or_none()
    return MarkedMessage._make(row) if row else None


def save(connection: sa.Connection, mark: Mark, marked_by: str, now: datetime) -> int:
    """Store a mark, or find the same one; returns its id."""
    values = {**mark._asdict(), "marked_by": marked_by, "marked_at": now}
    statement = insert(scrub_marks).values(values)
    statement = statement.on_conflict_do_update(
        index_elements=[_M.message_id, _M.edited, _M.kind, _M.start, _M.end], set_={"type": statement.excluded.type}
    )
    return int(connection.execute(statement.returning(_M.id)).scalar_one())


def scrub_again(connection: sa.Connection, conversation_id: UUID) -> None:
    """Let a conversation be scrubbed anew."""
    connection.execute(
        sa.update(conversation_scores)
        .values(scrubbed_at=None)
        .where(conversation_scores.c.conversation_id == conversation_id)
    )


def withdraw(connection: sa.Connection, conversation_id: UUID) -> int:
    """Switch off the examples of a conversation in which something was missed; scrubbing it anew writes them anew."""
    c = training_examples.c
    return connection.execute(
        sa.update(training_examples)
        .values(active=False, verified=False, verified_by=None, verified_at=None, content_sha256="")
        .where(c.conversation_id == conversation_id, sa.or_(c.active, c.verified))
    ).rowcount


def withdraw_wherever(connection: sa.Connection, pattern: str) -> int:
    """Switch off the examples that hold what the regular expression of PostgreSQL ``pattern`` finds."""
    return connection.execute(
        sa.text("""
            update ai.training_examples
            set active = false, verified = false, verified_by = null, verified_at = null, content_sha256 = ''
            where (active or verified)
              and concat_ws(chr(10), question, answer, rejected_answer, context::text) ~* :pattern
        """),
        {"pattern": pattern},
    ).rowcount


def list_term(
    connection: sa.Connection, term_hash: str, deny: bool, type_: str, words: int, added_by: str, now: datetime
) -> None:
    """Put a term on the deny or allow list; the latest word on it counts."""
    values = {
        "term_hash": term_hash,
        "list": "deny" if deny else "allow",
        "type": type_,
        "words": words,
        "added_by": added_by,
        "added_at": now,
    }
    statement = insert(scrub_terms).values(values)
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=[scrub_terms.c.term_hash],
            set_={name: statement.excluded[name] for name in values if name != "term_hash"},
        )
    )


def terms(connection: sa.Connection) -> list[ListedTerm]:
    """Both lists as they are now."""
    c = scrub_terms.c
    return [ListedTerm(*row) for row in connection.execute(sa.select(c.term_hash, c.list == "deny", c.type, c.words))]


def missed_in(connection: sa.Connection, conversations: Sequence[UUID]) -> list[Mark]:
    """What was marked as missed in these conversations."""
    rows = connection.execute(
        sa.select(_M.message_id, _M.edited, _M.kind, _M.type, _M.start, _M.end)
        .join(messages, messages.c.id == _M.message_id)
        .where(
            _M.kind == "missed",
            messages.c.conversation_id == sa.any_(sa.bindparam("ids", list(conversations), sa.ARRAY(sa.UUID))),
        )
        .order_by(_M.id)
    )
    return [Mark._make(row) for row in rows]


def all_marks(connection: sa.Connection) -> list[StoredMark]:
    """Every mark, grouped by conversation."""
    rows = connection.execute(
        sa.select(_M.id, messages.c.conversation_id, _M.message_id, _M.edited, _M.kind, _M.type, _M.start, _M.end)
        .join(messages, messages.c.id == _M.message_id)
        .order_by(messages.c.conversation_id, _M.id)
    )
    return [StoredMark(row[0], row[1], Mark._make(row[2:])) for row in rows]


def count(connection: sa.Connection) -> int:
    """How many marks there are."""
    return int(connection.scalar(sa.select(sa.func.count()).select_from(scrub_marks)) or 0)


def turns(connection: sa.Connection, conversation_id: UUID) -> list[Turn]:
    """The raw messages of a conversation, in order."""
    c = messages.c
    rows = connection.execute(
        sa.select(c.id, c.content, c.edited_content, conversations.c.channel)
        .join(conversations, conversations.c.id == c.conversation_id)
        .where(c.conversation_id == conversation_id)
        .order_by(c.position)
    )
    return [Turn._make(row) for row in rows]
