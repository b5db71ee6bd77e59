"""SQL of the inbox of staff: conversations as a list, one of them with its history, notes and tags. Raw text."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal, NamedTuple
from uuid import UUID

import sqlalchemy as sa

from mhc_core.vocabulary import Channel, ConversationStatus

View = Literal["waiting", "mine", "all"]
PREVIEW = 140
_ROW = f"""
    select c.id, c.channel, c.customer_id, c.channel_metadata -> 'customer' ->> 'name' as name, c.status, c.intent,
           c.outcome, c.last_message_at, h.id as handover_id, h.state, h.reason, h.queue,
           coalesce(h.urgent, false) as urgent, h.opened_at, h.claimed_by, m.role,
           left(m.text, {PREVIEW}) as preview, b.status as booking,
           array(select n.text from ai.conversation_notes n
                  where n.conversation_id = c.id and n.kind = 'tag' order by n.text) as tags
      from found f join ai.conversations c on c.id = f.id
      left join ai.handovers h on h.conversation_id = c.id and h.state in ('waiting', 'claimed')
      left join ai.booking_requests b on b.conversation_id = c.id
      left join lateral (select role, coalesce(edited_content, content) as text from ai.messages
                          where conversation_id = c.id order by position desc limit 1) m on true
"""


class Listed(NamedTuple):
    """A conversation in the list; the fields of a hand-over are None where none is open. Times are UTC."""

    id: UUID
    channel: str
    customer_id: str | None
    name: str | None
    status: str
    intent: str | None
    outcome: str | None
    last_message_at: datetime
    handover_id: int | None
    state: str | None
    reason: str | None
    queue: str | None
    urgent: bool
    opened_at: datetime | None
    claimed_by: str | None
    role: str | None
    preview: str | None
    booking: str | None
    tags: Sequence[str]


def listed(
    connection: sa.Connection,
    view: View,
    by: str,
    *,
    search: str = "",
    channel: Channel | None = None,
    status: ConversationStatus | None = None,
    tag: str = "",
    limit: int = 50,
) -> list[Listed]:
    """Conversations of a view: those that wait, urgent ones first, and those that ``by`` has, 500 at most; or
    ``limit`` of all, newest first.

    ``tag`` leaves only conversations with it. ``search`` looks through all messages (as web searches do: quotes, ``-``,
    ``or``) and finds the conversations of the 500 newest: of a frequent word they are met without looking at all.
    """
    values = {
        "by": by, "search": search, "channel": channel, "status": status, "tag": tag, "limit": limit,
        "words": search.strip(),
    }  # fmt: skip
    if view == "all":
        found, order = _all(search, tag), "c.last_message_at desc, c.id"
    else:
        values["limit"] = 500
        mine = "h.state = 'claimed' and h.claimed_by = :by" if view == "mine" else "h.state = 'waiting'"
        found = f"select h.conversation_id as id from ai.handovers h where {mine} limit 500"
        order = "h.urgent desc nulls last, h.opened_at, c.id"
    where = """
        (cast(:channel as text) is null or c.channel = :channel)
        and (cast(:status as text) is null or c.status = :status)
        and (:tag = '' or exists (select from ai.conversation_notes n
                                   where n.conversation_id = c.id and n.kind = 'tag' and n.text = :tag))
    """
    query = f"with found as ({found}) {_ROW} where {where} order by {order} limit :limit"
    return [Listed(*row) for row in connection.execute(sa.text(query), values)]


def _all(search: str, tag: str) -> str:
    if search.strip():
        return """
            select distinct conversation_id as id from (
                select conversation_id from ai.messages where search @@ websearch_to_tsquery('english', :words)
                 order by sent_at desc limit 500) newest
        """
    if tag:
        return "select conversation_id as id from ai.conversation_notes where kind = 'tag' and text = :tag limit 500"
    newest = " union all ".join(
        f"(select id, last_message_at from ai.conversations where status = '{status}' "
        "and (cast(:channel as text) is null or channel = :channel) order by last_message_at desc limit :limit)"
        for status in ConversationStatus
    )
    return f"select id from ({newest}) n order by last_message_at desc limit :limit * 3"


class Talk(NamedTuple):
    """A conversation with what is known around it."""

    id: UUID
    channel: str
    customer_id: str | None
    customer: Mapping[str, Any]
    status: str
    intent: str | None
    outcome: str | None
    started_at: datetime
    facts: Mapping[str, Any]


def talk(connection: sa.Connection, conversation_id: UUID) -> Talk | None:
    """One conversation."""
    row = connection.execute(
        sa.text("""
            select id, channel, customer_id, coalesce(channel_metadata -> 'customer', '{}'), status, intent, outcome,
                   started_at, facts
              from ai.conversations where id = :id
        """),
        {"id": conversation_id},
    ).one_or_none()
    return Talk(*row) if row else None


class Message(NamedTuple):
    """A turn as staff read it. ``by`` names the person who wrote it; ``notes`` is its metadata."""

    id: UUID
    role: str
    text: str
    sent_at: datetime
    by: str | None
    confidence: float | None
    citations: Sequence[Mapping[str, Any]]


def messages(connection: sa.Connection, conversation_id: UUID, limit: int) -> list[Message]:
    """The last turns of a conversation, oldest first."""
    rows = connection.execute(
        sa.text("""
            select id, role, coalesce(edited_content, content), sent_at, case when role = 'agent' then edited_by end,
                   confidence, citations
              from ai.messages where conversation_id = :id order by position desc limit :limit
        """),
        {"id": conversation_id, "limit": limit},
    )
    return [Message(*row) for row in rows][::-1]


class Earlier(NamedTuple):
    """Another conversation of the same customer."""

    id: UUID
    channel: str
    started_at: datetime
    intent: str | None
    outcome: str | None
    booking: str | None
    event_on: object


def history(connection: sa.Connection, customer_id: str, but: UUID, limit: int) -> list[Earlier]:
    """A customer's other conversations, newest first."""
    rows = connection.execute(
        sa.text("""
            select c.id, c.channel, c.started_at, c.intent, c.outcome, b.status, b.event_on
              from ai.conversations c left join ai.booking_requests b on b.conversation_id = c.id
             where c.customer_id = :customer and c.id <> :but order by c.started_at desc limit :limit
        """),
        {"customer": customer_id, "but": but, "limit": limit},
    )
    return [Earlier(*row) for row in rows]


class Note(NamedTuple):
    """What staff wrote down about a conversation; the customer never sees it."""

    id: int
    kind: str
    text: str
    written_by: str
    written_at: datetime


def notes(connection: sa.Connection, conversation_id: UUID) -> list[Note]:
    """Notes and tags, oldest first."""
    rows = connection.execute(
        sa.text("""
            select id, kind, text, written_by, written_at from ai.conversation_notes
             where conversation_id = :id order by id
        """),
        {"id": conversation_id},
    )
    return [Note(*row) for row in rows]


def add_note(connection: sa.Connection, conversation_id: UUID, kind: str, text: str, by: str, now: datetime) -> bool:
    """Write a note or a tag; False when the conversation has this tag already."""
    return bool(
        connection.execute(
            sa.text("""
                insert into ai.conversation_notes (conversation_id, kind, text, written_by, written_at)
                values (:id, :kind, :text, :by, :now) on conflict do nothing
            """),
            {"id": conversation_id, "kind": kind, "text": text, "by": by, "now": now},
        ).rowcount
    )


def remove_tag(connection: sa.Connection, conversation_id: UUID, text: str) -> bool:
    """Take a tag off; False when it is not there."""
    return bool(
        connection.execute(
            sa.text("""
                delete from ai.conversation_notes where conversation_id = :id and kind = 'tag' and text = :text
            """),
            {"id": conversation_id, "text": text},
        ).rowcount
    )


def tags(connection: sa.Connection, limit: int) -> list[str]:
    """The tags in use, the most used first."""
    query = sa.text("""
        select text from ai.conversation_notes where kind = 'tag'
         group by text order by count(*) desc, text limit :limit
    """)
    return list(connection.scalars(query, {"limit": limit}))


class Ring(NamedTuple):
    """A hand-over that waits, as the bell knows it."""

    id: int
    urgent: bool


def ringing(connection: sa.Connection) -> list[Ring]:
    """Every hand-over that waits: what a page has not rung for yet, it rings for."""
    query = sa.text("select id, urgent from ai.handovers where state = 'waiting' order by id")
    return [Ring(*row) for row in connection.execute(query)]


class Passage(NamedTuple):
    """A piece of the live knowledge that can be sent as a reply."""

    article_id: str
    title: str
    content: str


def passages(connection: sa.Connection, version_id: str, words: str, limit: int) -> list[Passage]:
    """Pieces of a knowledge version that hold these words, the best first."""
    rows = connection.execute(
        sa.text("""
            select k.article_id, k.title, k.content
              from ai.knowledge_version_chunks v join ai.knowledge_chunks k on k.id = v.chunk_id
                   cross join websearch_to_tsquery('english', :words) q
             where v.version_id = :version and k.search @@ q
             order by ts_rank_cd(k.search, q) desc, k.id limit :limit
        """),
        {"version": version_id, "words": words, "limit": limit},
    )
    return [Passage(*row) for row in rows]


def transfer(connection: sa.Connection, handover_id: int, to: str | None, queue: str | None, now: datetime) -> None:
    """Give a claimed hand-over to another person, or back to a queue; the caller holds its lock."""
    connection.execute(
        sa.text("""
            update ai.handovers
               set claimed_by = :to, claimed_at = case when cast(:to as text) is null then null else :now end,
                   state = case when cast(:to as text) is null then 'waiting' else 'claimed' end,
                   queue = coalesce(:queue, queue)
             where id = :id
        """),
        {"id": handover_id, "to": to, "queue": queue, "now": now},
    )
