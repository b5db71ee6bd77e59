"""SQL of the raw stage: conversations and their messages as they come in from files.

An import is a set of snapshots. A snapshot that has fewer messages than the stored conversation is out of date and
changes nothing. What people or the running system wrote (human edits, the versions that made an answer) is filled
where it is empty and never replaced.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

import sqlalchemy as sa

from mhc_core.db.queries import privacy, staging
from mhc_core.vocabulary import ConversationStatus

IMPORT_LOCK = 0x6D68_6369  # one batch of one import writes at a time; parsing goes on beside it


class ConversationRow(NamedTuple):
    """One conversation to store. ``status`` None: keep the stored one, ``closed`` when new.

    ``synthetic_start`` says that ``started_at`` was made up by the importer and yields to a stored one.
    ``last_position`` is the position of the last message; ``channel_metadata`` is JSON text. ``customer_as_written`` is
    the customer's id before it took its one form; it is not stored.
    """

    id: UUID
    source: str
    source_id: str
    channel: str
    customer_id: str | None
    thread_id: str | None
    status: str | None
    intent: str | None
    escalation_reason: str | None
    escalated_at: datetime | None
    agent_id: str | None
    outcome: str | None
    booking_value_usd: Decimal | None
    started_at: datetime
    last_message_at: datetime
    channel_metadata: str
    last_position: int
    synthetic_start: bool
    customer_as_written: str | None = None


class MessageRow(NamedTuple):
    """One message to store. ``inferred_time``: ``sent_at`` was made up and yields to a stored one."""

    id: UUID
    conversation_id: UUID
    position: int
    role: str
    content: str
    intent: str | None
    confidence: float | None
    model_version_id: str | None
    edited_content: str | None
    edit_reason: str | None
    edited_by: str | None
    edited_at: datetime | None
    sent_at: datetime
    message_metadata: str
    inferred_time: bool


_CONVERSATION_COLUMNS = (
    ("id", "uuid"), ("source", "text"), ("source_id", "text"), ("channel", "text"), ("customer_id", "text"),
    ("thread_id", "text"), ("status", "text"), ("intent", "text"), ("escalation_reason", "text"),
    ("escalated_at", "timestamptz"), ("agent_id", "text"), ("outcome", "text"), ("booking_value_usd", "numeric"),
    ("started_at", "timestamptz"), ("last_message_at", "timestamptz"), ("channel_metadata", "jsonb"),
    ("last_position", "integer"), ("synthetic_start", "boolean"),
)  # fmt: skip
_MESSAGE_COLUMNS = (
    ("id", "uuid"), ("conversation_id", "uuid"), ("position", "integer"), ("role", "text"), ("content", "text"),
    ("intent", "text"), ("confidence", "real"), ("model_version_id", "text"), ("edited_content", "text"),
    ("edit_reason", "text"), ("edited_by", "text"), ("edited_at", "timestamptz"), ("sent_at", "timestamptz"),
    ("message_metadata", "jsonb"), ("inferred_time", "boolean"),
)  # fmt: skip

_MOVE_TO_STORED_START = (
    """
    update pg_temp.import_messages m set sent_at = m.sent_at + (c.started_at - s.started_at)
    from pg_temp.import_conversations s join ai.conversations c on c.id = s.id
    where m.conversation_id = s.id and s.synthetic_start and c.started_at <> s.started_at
    """,
    """
    update pg_temp.import_conversations s
    set started_at = c.started_at,
        last_message_at = greatest(c.last_message_at, s.last_message_at + (c.started_at - s.started_at))
    from ai.conversations c where c.id = s.id and s.synthetic_start
    """,
)

_DROP_FOREIGN = """
    delete from pg_temp.import_conversations s using ai.conversations c
    where c.source = s.source and c.source_id = s.source_id and c.id <> s.id
    returning s.id
"""

_DROP_OUTDATED = """
    delete from pg_temp.import_conversations s
    where s.last_position < (select max(position) from ai.messages m where m.conversation_id = s.id)
    returning s.id
"""

_DROP_ORPHANS = """
    delete from pg_temp.import_messages m
    where not exists (select from pg_temp.import_conversations s where s.id = m.conversation_id)
"""

_UPSERT_CONVERSATIONS = f"""
    insert into ai.conversations as stored (
        id, source, source_id, channel, customer_id, thread_id, status, intent, escalation_reason, escalated_at,
        agent_id, outcome, booking_value_usd, started_at, last_message_at, channel_metadata, created_at, updated_at)
    select s.id, s.source, s.source_id, s.channel, coalesce(s.customer_id, c.customer_id),
        coalesce(s.thread_id, c.thread_id),
        -- What was closed here because it went silent is not opened again by the snapshot it came from.
        case when s.status = '{ConversationStatus.ACTIVE}' and s.last_position
                  <= (select max(position) from ai.messages m where m.conversation_id = s.id)
             then c.status else coalesce(s.status, c.status, '{ConversationStatus.CLOSED}') end,
        coalesce(s.intent, c.intent), coalesce(s.escalation_reason, c.escalation_reason),
        coalesce(s.escalated_at, c.escalated_at), coalesce(s.agent_id, c.agent_id), coalesce(s.outcome, c.outcome),
        coalesce(s.booking_value_usd, c.booking_value_usd), s.started_at, s.last_message_at,
        coalesce(c.channel_metadata, '{{}}'::jsonb) || s.channel_metadata, :now, :now
    from pg_temp.import_conversations s left join ai.conversations c on c.id = s.id
    order by s.id
    on conflict (id) do update set
        channel = excluded.channel, customer_id = excluded.customer_id, thread_id = excluded.thread_id,
        status = excluded.status, intent = excluded.intent, escalation_reason = excluded.escalation_reason,
        escalated_at = excluded.escalated_at, agent_id = excluded.agent_id, outcome = excluded.outcome,
        booking_value_usd = excluded.booking_value_usd, started_at = excluded.started_at,
        last_message_at = excluded.last_message_at, channel_metadata = excluded.channel_metadata,
        updated_at = excluded.updated_at
    where (stored.channel, stored.customer_id, stored.thread_id, stored.status, stored.intent,
           stored.escalation_reason, stored.escalated_at, stored.agent_id, stored.outcome, stored.booking_value_usd,
           stored.started_at, stored.last_message_at, stored.channel_metadata)
        is distinct from
          (excluded.channel, excluded.customer_id, excluded.thread_id, excluded.status, excluded.intent,
           excluded.escalation_reason, excluded.escalated_at, excluded.agent_id, excluded.outcome,
           excluded.booking_value_usd, excluded.started_at, excluded.last_message_at, excluded.channel_metadata)
    returning id, xmax = 0 as inserted
"""

_LOCK_STORED = """
    select c.id from ai.conversations c join pg_temp.import_conversations s using (id)
    order by c.id for no key update of c
"""

# A person may edit a message while this runs: the edit is read from the row the statement has just locked.
_KEPT_EDIT = {
    column: f"case when stored.edited_content is null then excluded.{column} else stored.{column} end"
    for column in ("edited_content", "edit_reason", "edited_by", "edited_at")
}
_KEPT_VERSION = "coalesce(stored.model_version_id, excluded.model_version_id)"

_UPSERT_MESSAGES = f"""
    insert into ai.messages as stored (
        id, conversation_id, position, role, content, intent, confidence, model_version_id, edited_content,
        edit_reason, edited_by, edited_at, sent_at, message_metadata, created_at)
    select s.id, s.conversation_id, s.position, s.role, s.content, coalesce(s.intent, m.intent),
        coalesce(s.confidence, m.confidence), s.model_version_id, s.edited_content, s.edit_reason, s.edited_by,
        s.edited_at, case when s.inferred_time then coalesce(m.sent_at, s.sent_at) else s.sent_at end,
        coalesce(m.message_metadata, '{{}}'::jsonb) || s.message_metadata, :now
    from pg_temp.import_messages s left join ai.messages m on m.id = s.id
    order by s.conversation_id, s.position
    on conflict (conversation_id, position) do update set
        role = excluded.role, content = excluded.content, intent = excluded.intent, confidence = excluded.confidence,
        model_version_id = {_KEPT_VERSION},
        {", ".join(f"{column} = {kept}" for column, kept in _KEPT_EDIT.items())},
        sent_at = excluded.sent_at, message_metadata = excluded.message_metadata
    where stored.id = excluded.id
      and (stored.role, stored.content, stored.intent, stored.confidence, stored.sent_at, stored.message_metadata,
           stored.model_version_id, {", ".join(f"stored.{column}" for column in _KEPT_EDIT)})
        is distinct from
          (excluded.role, excluded.content, excluded.intent, excluded.confidence, excluded.sent_at,
           excluded.message_metadata, {_KEPT_VERSION}, {", ".join(_KEPT_EDIT.values())})
    returning id, conversation_id, xmax = 0 as inserted
"""


@dataclass(frozen=True, slots=True)
class UpsertCounts:
    """What one batch did.

    ``erased`` may not come back: their customer was erased, or their raw text was redacted.
    ``refused`` are conversations whose source and source id belong to a stored conversation with another id,
    ``outdated`` have fewer messages than what is stored; neither is written. ``inserted`` and ``changed`` are
    conversation ids, where new or changed messages count as a change.
    """

    erased: frozenset[UUID]
    refused: frozenset[UUID]
    outdated: frozenset[UUID]
    inserted: frozenset[UUID]
    changed: frozenset[UUID]
    messages_inserted: int
    messages_updated: int


class StoredMessage(NamedTuple):
    """A message as it is stored, with the MD5 of its text (hex)."""

    position: int
    role: str
    sent_at: datetime
    digest: str


class StoredConversation(NamedTuple):
    """Whose a stored conversation is, and its messages in order."""

    channel: str
    customer_id: str | None
    messages: Sequence[StoredMessage]


def stored(connection: sa.Connection, ids: Sequence[UUID]) -> dict[UUID, StoredConversation]:
    """Those of these conversations that are stored with their words."""
    rows = connection.execute(
        sa.text(f"""
            select c.id, c.channel, c.customer_id, m.positions, m.roles, m.times, m.digests
            from ai.conversations c
            cross join lateral (
                select array_agg(position order by position) as positions, array_agg(role order by position) as roles,
                    array_agg(sent_at order by position) as times,
                    array_agg(md5(content) order by position) as digests
                from ai.messages where conversation_id = c.id
            ) m
            where c.id = any(:ids) and not c.channel_metadata ? '{privacy.REDACTED}'
        """),
        {"ids": list(ids)},
    )
    return {
        row.id: StoredConversation(
            row.channel,
            row.customer_id,
            [
                StoredMessage(*parts)
                for parts in zip(row.positions or (), row.roles or (), row.times or (), row.digests or (), strict=True)
            ],
        )
        for row in rows
    }


def lock_imports(connection: sa.Connection) -> None:
    """Wait until no other import is writing; released at the end of the transaction."""
    connection.execute(sa.text("select pg_advisory_xact_lock(:key)"), {"key": IMPORT_LOCK})


def upsert(
    connection: sa.Connection,
    conversations: Sequence[ConversationRow],
    messages: Sequence[MessageRow],
    now: datetime,
) -> UpsertCounts:
    """Write snapshots of conversations with their messages. Ids must be unique within one call.

    Rows that would not change are not written. Afterwards ``updated_at`` of every changed conversation is ``now``.

    Raises:
        psycopg.Error, sqlalchemy.exc.DBAPIError: the server refuses a value; the transaction is then lost.
    """
    lock_imports(connection)
    staging.fill(connection, "import_conversations", _CONVERSATION_COLUMNS, (row[:-1] for row in conversations))
    staging.fill(connection, "import_messages", _MESSAGE_COLUMNS, messages)
    named = [(row.id, name) for row in conversations for name in (row.customer_id, row.customer_as_written) if name]
    erased = privacy.drop_erased_conversations(connection, named)
    connection.execute(sa.text(_LOCK_STORED))
    if any(row.synthetic_start for row in conversations):
        for statement in _MOVE_TO_STORED_START:
            connection.execute(sa.text(statement))
    refused = frozenset(connection.scalars(sa.text(_DROP_FOREIGN)))
    outdated = frozenset(connection.scalars(sa.text(_DROP_OUTDATED)))
    if erased or refused or outdated:
        connection.execute(sa.text(_DROP_ORPHANS))
    written = connection.execute(sa.text(_UPSERT_CONVERSATIONS), {"now": now}).all()
    inserted = frozenset(row.id for row in written if row.inserted)
    changed = {row.id for row in written if not row.inserted}
    touched = connection.execute(sa.text(_UPSERT_MESSAGES), {"now": now}).all()
    changed |= {row.conversation_id for row in touched} - inserted
    touch(connection, changed, now)
    new_messages = sum(1 for row in touched if row.inserted)
    updated = len(touched) - new_messages
    return UpsertCounts(erased, refused, outdated, inserted, frozenset(changed), new_messages, updated)


def touch(connection: sa.Connection, ids: set[UUID] | frozenset[UUID], now: datetime) -> None:
    """Set ``updated_at`` of these conversations to ``now``."""
    if ids:
        connection.execute(
            sa.text("update ai.conversations set updated_at = :now where id = any(:ids) and updated_at <> :now"),
            {"now": now, "ids": sorted(ids)},
        )
