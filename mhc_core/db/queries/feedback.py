"""SQL of what customers said about answers: votes, stars, verdicts and comments."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

import sqlalchemy as sa

from mhc_core.db.queries import privacy, staging


class FeedbackRow(NamedTuple):
    """One piece of feedback. ``inferred_time``: ``given_at`` was made up and yields to a stored one."""

    id: UUID
    source: str
    source_id: str
    conversation_id: UUID
    message_id: UUID | None
    customer_id: str | None
    vote: str | None
    stars: int | None
    helpful: bool | None
    accurate: bool | None
    comment: str | None
    given_at: datetime
    inferred_time: bool


@dataclass(frozen=True, slots=True)
class FeedbackCounts:
    """What one batch did. ``missing`` are feedback ids whose conversation or message is not stored.

    ``erased`` are ids of feedback by erased customers, or on conversations whose raw text was redacted.

    ``conversations`` are the ids of the conversations whose feedback is new or changed.
    """

    inserted: int
    updated: int
    missing: frozenset[UUID]
    conversations: frozenset[UUID]
    erased: frozenset[UUID]


_COLUMNS = (
    ("id", "uuid"), ("source", "text"), ("source_id", "text"), ("conversation_id", "uuid"), ("message_id", "uuid"),
    ("customer_id", "text"), ("vote", "text"), ("stars", "smallint"), ("helpful", "boolean"), ("accurate", "boolean"),
    ("comment", "text"), ("given_at", "timestamptz"), ("inferred_time", "boolean"),
)  # fmt: skip

_DROP_MISSING = """
    delete from pg_temp.import_feedback s
    where not exists (select from ai.conversations c where c.id = s.conversation_id)
       or s.message_id is not null and not exists (
            select from ai.messages m where m.id = s.message_id and m.conversation_id = s.conversation_id)
    returning s.id
"""

_UPSERT = """
    insert into ai.feedback as stored (
        id, source, source_id, conversation_id, message_id, customer_id, vote, stars, helpful, accurate, comment,
        given_at, created_at)
    select s.id, s.source, s.source_id, s.conversation_id, s.message_id,
        coalesce(s.customer_id, f.customer_id, c.customer_id), s.vote, s.stars, s.helpful, s.accurate, s.comment,
        case when s.inferred_time
            then coalesce(f.given_at, m.sent_at, c.last_message_at)
            else s.given_at end,
        :now
    from pg_temp.import_feedback s
    join ai.conversations c on c.id = s.conversation_id
    left join ai.messages m on m.id = s.message_id
    left join ai.feedback f on f.id = s.id
    order by s.id
    on conflict (source, source_id) do update set
        customer_id = excluded.customer_id, vote = excluded.vote, stars = excluded.stars, helpful = excluded.helpful,
        accurate = excluded.accurate, comment = excluded.comment, given_at = excluded.given_at,
        score = case when (stored.vote, stored.stars, stored.helpful, stored.accurate, stored.comment)
                is distinct from (excluded.vote, excluded.stars, excluded.helpful, excluded.accurate, excluded.comment)
            then null else stored.score end,
        comment_polarity = case when stored.comment is distinct from excluded.comment then null
            else stored.comment_polarity end
    where stored.id = excluded.id
      and (stored.customer_id, stored.vote, stored.stars, stored.helpful, stored.accurate, stored.comment,
           stored.given_at)
        is distinct from
          (excluded.customer_id, excluded.vote, excluded.stars, excluded.helpful, excluded.accurate, excluded.comment,
           excluded.given_at)
    returning conversation_id, xmax = 0 as inserted
"""

_FIND_MESSAGES = """
    select m.id, m.conversation_id, c.source, c.source_id, m.position
    from ai.messages m join ai.conversations c on c.id = m.conversation_id
    where m.id = any(:ids)
"""

_FIND_BY_OWN_ID = """
    select own.id as own, m.id, m.conversation_id, c.source, c.source_id, m.position
    from (select distinct unnest(cast(:ids as text[])) as id) own
    join ai.messages m on coalesce(m.message_metadata ->> 'id', m.message_metadata ->> 'message_id') = own.id
    join ai.conversations c on c.id = m.conversation_id
"""

_FIND_LAST_ANSWERS = """
    select asked.number, found.*
    from unnest(cast(:customers as text[]), cast(:sources as text[]), cast(:times as timestamptz[]))
        with ordinality asked(customer, source, at, number)
    cross join lateral (
        select m.id, m.conversation_id, c.source, c.source_id, m.position
        from ai.conversations c join ai.messages m on m.conversation_id = c.id
        where c.customer_id = asked.customer and c.source = coalesce(asked.source, c.source)
          and m.role in ('assistant', 'agent') and m.sent_at between asked.at - :within and asked.at
        order by m.sent_at desc, m.position desc limit 1
    ) found
"""


class MessageAddress(NamedTuple):
    """Where a stored message stands: its conversation's source and source id, and its position there."""

    id: UUID
    conversation_id: UUID
    source: str
    source_id: str
    position: int


def find_messages(connection: sa.Connection, ids: Sequence[UUID]) -> dict[UUID, MessageAddress]:
    """The addresses of those of these messages that are stored."""
    found = connection.execute(sa.text(_FIND_MESSAGES), {"ids": list(ids)})
    return {row.id: MessageAddress(*row) for row in found}


def find_by_own_id(connection: sa.Connection, ids: Sequence[str]) -> dict[str, list[MessageAddress]]:
    """The addresses of messages that came with one of these ids of their own; several where sources share an id."""
    found: dict[str, list[MessageAddress]] = {}
    if ids:
        for row in connection.execute(sa.text(_FIND_BY_OWN_ID), {"ids": list(ids)}):
            found.setdefault(row.own, []).append(MessageAddress(*row[1:]))
    return found


def find_last_answers(
    connection: sa.Connection, asked: Sequence[tuple[str, str | None, datetime]], within: timedelta
) -> dict[int, MessageAddress]:
    """The last answer to each customer (of a source, if given) at a moment, not older than ``within``, by position."""
    if not asked:
        return {}
    customers, sources, times = (list(part) for part in zip(*asked, strict=True))
    rows = connection.execute(
        sa.text(_FIND_LAST_ANSWERS), {"customers": customers, "sources": sources, "times": times, "within": within}
    )
    return {row[0] - 1: MessageAddress(*row[1:]) for row in rows}


def upsert(connection: sa.Connection, rows: Sequence[FeedbackRow], now: datetime) -> FeedbackCounts:
    """Write feedback. Ids must be unique within one call; rows that would not change are not written.

    A stored score is kept, and emptied for the scoring stage when the feedback it was computed from changes.

    Raises:
        psycopg.Error, sqlalchemy.exc.DBAPIError: the server refuses a value; the transaction is then lost.
    """
    if not rows:
        return FeedbackCounts(0, 0, frozenset(), frozenset(), frozenset())
    staging.fill(connection, "import_feedback", _COLUMNS, rows)
    erased = privacy.drop_erased_feedback(connection, ((row.id, row.customer_id) for row in rows if row.customer_id))
    missing = frozenset(connection.scalars(sa.text(_DROP_MISSING)))
    written = connection.execute(sa.text(_UPSERT), {"now": now}).all()
    inserted = sum(1 for row in written if row.inserted)
    touched = frozenset(row.conversation_id for row in written)
    return FeedbackCounts(inserted, len(written) - inserted, missing, touched, erased)
