"""SQL of labelled messages: storing them, what a model is trained and judged on, and which readings to look at."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime, time
from typing import Any, NamedTuple
from uuid import UUID

import orjson
import sqlalchemy as sa

from mhc_core.db.queries.days import ZONE
from mhc_core.db.rows.understanding import NewExample
from mhc_core.db.tables import understanding_examples

_E = understanding_examples.c
RECENT = 5_000
"""Readings that the list of what to look at is drawn from, newest first."""

_SAVE = sa.text(
    """
    insert into ai.understanding_examples as e
        (key, origin, line, text_sha256, held_out, message_id, customer_hash, day, author, written_at)
    select r.key, r.origin, r.line, r.text_sha256, r.held_out, r.message_id, r.customer_hash, r.day, r.author, :now
      from jsonb_to_recordset(cast(:rows as jsonb)) as r(
           key text, origin text, line text, text_sha256 text, held_out bool, message_id uuid, customer_hash text,
           day date, author text)
    on conflict (key) do update
       set line = excluded.line, text_sha256 = excluded.text_sha256, author = excluded.author, written_at = :now
     where e.text_sha256 <> 'erased' and (e.line, e.author) is distinct from (excluded.line, excluded.author)
    """
)


def save(connection: sa.Connection, examples: Sequence[NewExample], now: datetime) -> int:
    """Store labelled messages by their keys; how many are new or changed. One that was erased stays empty."""
    rows = orjson.dumps([asdict(example) for example in examples], default=str).decode()
    return connection.execute(_SAVE, {"rows": rows, "now": now}).rowcount


def keep_gold(connection: sa.Connection, keys: Sequence[str]) -> int:
    """Take out the gold messages that the release does not hold any more; how many went."""
    statement = sa.delete(understanding_examples).where(
        _E.origin == "gold", sa.not_(_E.key == sa.any_(sa.bindparam("keys", list(keys), sa.ARRAY(sa.Text))))
    )
    return connection.execute(statement).rowcount


class Stored(NamedTuple):
    """A labelled message that is not erased; ``group`` is its customer, or itself where it has none."""

    id: int
    line: str
    origin: str
    group: str

    @property
    def writer(self) -> str:
        """Whose words these are: of gold and imported ones its writer, else the customer."""
        return self.group.rpartition(":")[0] if self.origin in ("gold", "imported") else self.group


def to_train(connection: sa.Connection) -> list[Stored]:
    """What a model may be trained on: of a message that a person labelled only that, and no text that is held out."""
    return _stored(
        connection,
        """
        select e.id, e.line, e.origin, coalesce(e.customer_hash, e.key) from ai.understanding_examples e
         where not e.held_out and e.line <> ''
           and not exists (select from ai.understanding_examples h where h.held_out and h.text_sha256 = e.text_sha256)
           and not (e.origin = 'booking' and exists (
                    select from ai.understanding_examples c
                     where c.message_id = e.message_id and c.origin = 'correction'))
         order by e.origin, e.key
        """,
    )


def held_out(connection: sa.Connection) -> list[Stored]:
    """What models are judged on: held out, and labelled by people."""
    return _stored(
        connection,
        """
        select id, line, origin, coalesce(customer_hash, key) from ai.understanding_examples
         where held_out and line <> '' and origin <> 'booking' order by origin, key
        """,
    )


def counts(connection: sa.Connection) -> dict[str, int]:
    """Labelled messages by origin."""
    rows = connection.execute(
        sa.select(_E.origin, sa.func.count()).where(_E.line != "").group_by(_E.origin).order_by(_E.origin)
    )
    return {str(origin): int(count) for origin, count in rows}


def new_since(connection: sa.Connection, moment: datetime) -> int:
    """Labelled messages of customers that a model could be trained on and that were written after ``moment``."""
    statement = sa.select(sa.func.count()).where(
        _E.origin != "gold", ~_E.held_out, _E.line != "", _E.written_at > moment
    )
    return int(connection.execute(statement).scalar_one())


class Read(NamedTuple):
    """A customer's message with how it was read; ``content`` is raw. ``record`` is what is on file of the customer,
    ``day`` the business's.

    ``reading`` is None where no model read it, ``why`` where nothing says that it should be looked at.
    """

    message_id: UUID
    conversation_id: UUID
    customer_id: str | None
    record: Mapping[str, Any]
    channel: str
    content: str
    sent_at: datetime
    day: date
    reading: Mapping[str, Any] | None
    confidence: float | None = None
    why: str | None = None


_DAY = f"cast(timezone({ZONE}, m.sent_at) as date)"
_TO_REVIEW = sa.text(
    f"""
    with recent as (
        select m.id, m.conversation_id, m.position, m.content, m.sent_at, {_DAY} as day,
               m.message_metadata -> 'reading' as reading
          from ai.messages m
         where m.message_metadata ? 'reading' and m.role = 'user' and m.content <> ''
           and not exists (select from ai.understanding_examples e
                            where e.message_id = m.id and e.origin = 'correction')
         order by m.sent_at desc
         limit :recent
    ), judged as (
        select r.*, cast(r.reading ->> 'confidence' as real) as confidence,
               case when exists (
                        select from ai.handovers h
                          join ai.messages a on a.conversation_id = h.conversation_id and a.sent_at = h.opened_at
                         where h.conversation_id = r.conversation_id and a.position = r.position + 1
                           and h.state = 'given_back'
                           and not exists (select from ai.messages s
                                            where s.conversation_id = h.conversation_id and s.role = 'agent'
                                              and s.sent_at between h.opened_at and h.closed_at)) then 1
                    when (select n.message_metadata -> 'reading' -> 'segments' @> '[{{"act": "correct"}}]'
                            from ai.messages n
                           where n.conversation_id = r.conversation_id and n.role = 'user' and n.position > r.position
                           order by n.position limit 1) then 2
                    when cast(r.reading ->> 'confidence' as real) < :sure then 3 end as rank
          from recent r
    )
    select j.id, j.conversation_id, c.customer_id, coalesce(c.channel_metadata -> 'customer', '{{}}'), c.channel,
           j.content, j.sent_at, j.day, j.reading, j.confidence,
           (array['handover_not_needed', 'customer_corrected', 'low_confidence'])[j.rank]
      from judged j join ai.conversations c on c.id = j.conversation_id
     where j.rank is not null
     order by j.rank, j.confidence, j.id
     limit :limit
    """
)


def to_review(connection: sa.Connection, limit: int, sure_from: float) -> list[Read]:
    """Readings that nobody looked at yet and that are probably wrong, the most telling first.

    Those are: a hand-over that staff gave back without a word, a message after which the customer corrected the
    concierge, and a reading whose confidence is below ``sure_from``.
    """
    rows = connection.execute(_TO_REVIEW, {"recent": RECENT, "sure": sure_from, "limit": limit})
    return [Read(*row) for row in rows]


def read(connection: sa.Connection, message_id: UUID) -> Read | None:
    """One message of a customer that still has its words."""
    row = connection.execute(
        sa.text(f"""
            select m.id, m.conversation_id, c.customer_id, coalesce(c.channel_metadata -> 'customer', '{{}}'),
                   c.channel, m.content, m.sent_at, {_DAY}, m.message_metadata -> 'reading',
                   cast(m.message_metadata #>> '{{reading,confidence}}' as real)
              from ai.messages m join ai.conversations c on c.id = m.conversation_id
             where m.id = :id and m.role = 'user' and m.content <> ''
        """),
        {"id": message_id},
    ).one_or_none()
    return Read(*row) if row else None


class Booked(NamedTuple):
    """A message of a conversation that ended in a booking request, with what the request says."""

    read: Read
    event_on: date | None
    starts_at: time | None
    adults: int
    children: int
    under_six: int


def booked(connection: sa.Connection) -> list[Booked]:
    """Messages that were read in conversations whose customer sent a booking request, and are no examples yet."""
    rows = connection.execute(
        sa.text(f"""
            select m.id, m.conversation_id, c.customer_id, coalesce(c.channel_metadata -> 'customer', '{{}}'),
                   c.channel, m.content, m.sent_at, {_DAY}, m.message_metadata -> 'reading',
                   b.event_on, b.starts_at, b.adults, b.children, b.under_six
              from ai.booking_requests b
              join ai.conversations c on c.id = b.conversation_id
              join ai.messages m on m.conversation_id = c.id
             where b.status in ('requested', 'confirmed') and m.message_metadata ? 'reading' and m.role = 'user'
               and m.content <> '' and m.sent_at <= b.requested_at
               and not exists (select from ai.understanding_examples e where e.message_id = m.id)
             order by m.sent_at, m.id
        """)
    )
    return [Booked(Read(*row[:9]), *row[9:]) for row in rows]


def _stored(connection: sa.Connection, query: str) -> list[Stored]:
    return [Stored(*row) for row in connection.execute(sa.text(query))]
