"""SQL of asking how an event was: once for each confirmed booking, in the chat or by a link that staff send."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Literal, NamedTuple
from uuid import UUID, uuid5

import orjson
import sqlalchemy as sa

from mhc_core.db.queries.privacy import REDACTED

Way = Literal["chat", "staff"]


class Due(NamedTuple):
    """A booking whose customer is to be asked."""

    booking_id: UUID
    conversation_id: UUID
    channel: str
    event_on: date
    language: str | None = None
    """What the conversation was held in; None where nothing said so."""


def due(connection: sa.Connection, first: date, last: date) -> list[Due]:
    """Confirmed bookings of these days that nobody was asked about; their conversations are locked.

    One that somebody else works on is left to them.
    """
    rows = connection.execute(
        sa.text(f"""
            select b.id, b.conversation_id, c.channel, b.event_on, c.facts->>'language'
              from ai.booking_requests b join ai.conversations c on c.id = b.conversation_id
             where b.status = 'confirmed' and b.event_on between :first and :last
               and not c.channel_metadata ? '{REDACTED}'
               and not exists (select from ai.event_surveys s where s.booking_id = b.id)
             order by c.id for update of c skip locked
        """),
        {"first": first, "last": last},
    )
    return [Due(*row) for row in rows]


def ask(connection: sa.Connection, asked: Sequence[Due], words: Mapping[UUID, str], now: datetime) -> None:
    """Write down who is asked, and say it in the conversations of the bookings that ``words`` has a text for.

    The message's id is made of the booking's, so it is said once however often this is tried. A booking that another
    run asked about between its :func:`due` and here is left to it: a lock on its conversation alone does not show that.
    """
    rows = [
        {
            "id": one.booking_id,
            "conversation_id": one.conversation_id,
            "way": "chat" if one.booking_id in words else "staff",
            "message_id": uuid5(one.booking_id, "survey"),
            "content": words.get(one.booking_id),
        }
        for one in asked
    ]
    connection.execute(
        sa.text("""
            with asked as (
                select * from json_to_recordset(cast(:rows as json)) as r(
                       id uuid, conversation_id uuid, way text, message_id uuid, content text)
            ), surveys as (
                insert into ai.event_surveys (booking_id, way, asked_at, sent_at)
                select id, way, :now, case way when 'chat' then cast(:now as timestamptz) end from asked
                on conflict (booking_id) do nothing returning booking_id
            ), said as (
                insert into ai.messages (id, conversation_id, position, role, content, sent_at, message_metadata)
                select a.message_id, a.conversation_id,
                       coalesce((select max(m.position) + 1 from ai.messages m
                                  where m.conversation_id = a.conversation_id), 0),
                       'system', a.content, :now, '{"survey": "asked"}'
                  from asked a where a.content is not null and a.id in (select booking_id from surveys)
            )
            update ai.conversations c
               set last_message_at = greatest(c.last_message_at, :now), updated_at = greatest(c.updated_at, :now)
              from asked a where a.content is not null and c.id = a.conversation_id
        """),
        {"rows": orjson.dumps(rows).decode(), "now": now},
    )


class Waiting(NamedTuple):
    """A customer whom staff are to send the link to."""

    booking_id: UUID
    conversation_id: UUID
    channel: str
    event_on: date
    asked_at: datetime


def for_staff(connection: sa.Connection, booking_id: UUID | None = None) -> list[Waiting]:
    """Those whose link was not sent yet and who did not answer, oldest event first; of one booking, if given."""
    rows = connection.execute(
        sa.text("""
            select s.booking_id, b.conversation_id, c.channel, b.event_on, s.asked_at
              from ai.event_surveys s
              join ai.booking_requests b on b.id = s.booking_id
              join ai.conversations c on c.id = b.conversation_id
             where s.way = 'staff' and s.sent_at is null and s.booking_id = coalesce(:booking, s.booking_id)
               and not exists (select from ai.feedback f where f.conversation_id = c.id and f.source = 'survey')
             order by b.event_on, s.booking_id
        """).bindparams(sa.bindparam("booking", booking_id, sa.Uuid))
    )
    return [Waiting(*row) for row in rows]


def sent(connection: sa.Connection, booking_id: UUID, now: datetime) -> bool:
    """Staff sent the link; False when there was none of this booking to send."""
    query = sa.text("update ai.event_surveys set sent_at = :now where booking_id = :id and sent_at is null")
    return connection.execute(query, {"id": booking_id, "now": now}).rowcount > 0


def asked_elsewhere(connection: sa.Connection, booking_id: str, now: datetime) -> None:
    """A campaign asked the customer of a booking how it was, so that staff need not."""
    query = sa.text("""
        insert into ai.event_surveys as s (booking_id, way, asked_at, sent_at)
        select b.id, 'staff', :now, :now from ai.booking_requests b where cast(b.id as text) = :id
        on conflict (booking_id) do update set sent_at = coalesce(s.sent_at, excluded.sent_at)
    """)
    connection.execute(query, {"id": booking_id, "now": now})
