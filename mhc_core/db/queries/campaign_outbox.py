"""SQL of sending: a touch is taken once, and what became of it is written down once."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import sqlalchemy as sa

from mhc_core.db.queries.privacy import REDACTED


class Touch(NamedTuple):
    """A planned touch that this transaction holds."""

    id: int
    campaign: str
    step: str
    customer_hash: str
    anchor: str
    conversation_id: UUID
    template: str
    expires_at: datetime


def hold(connection: sa.Connection, now: datetime) -> Touch | None:
    """The touch that is due longest and that nobody else holds; the person is held too, until the transaction ends.

    Two messages to one person are never decided on at once, or both would find room under the cap.
    """
    row = connection.execute(
        sa.text("""
            select id, campaign, step, customer_hash, anchor, conversation_id, template, expires_at
              from ai.campaign_touches where state = 'planned' and not_before <= :now
             order by not_before, id limit 1 for update skip locked
        """),
        {"now": now},
    ).one_or_none()
    if row is None:
        return None
    connection.execute(sa.text("select pg_advisory_xact_lock(hashtextextended(:who, 36))"), {"who": row.customer_hash})
    return Touch(*row)


class Person(NamedTuple):
    """Where a person is reached, and what tells where they live; raw, for the moment of sending only.

    ``language`` is what the conversation was held in, else their newest one that was held in any.
    """

    address: str | None
    zips: list[str]
    phones: list[str]
    day: str | None
    language: str | None


def person(connection: sa.Connection, conversation_id: UUID) -> Person:
    """Whom a conversation is with. The address is None once its words are gone."""
    row = connection.execute(
        sa.text(f"""
            select case when c.channel_metadata ? '{REDACTED}' then null else c.customer_id end as address,
                   array(select distinct i.facts ->> 'zip' from ai.conversations i
                          where i.customer_id = c.customer_id and i.facts ? 'zip') as zips,
                   array(select distinct i.facts ->> 'phone' from ai.conversations i
                          where i.customer_id = c.customer_id and i.facts ? 'phone') as phones,
                   c.facts ->> 'day' as day,
                   coalesce(c.facts ->> 'language',
                            (select i.facts ->> 'language' from ai.conversations i
                              where i.customer_id = c.customer_id and i.facts ? 'language'
                              order by i.updated_at desc, i.id limit 1)) as language
              from ai.conversations c where c.id = :id
        """),
        {"id": conversation_id},
    ).one()
    return Person(row.address, list(row.zips), list(row.phones), row.day, row.language)


def later(connection: sa.Connection, touch: int, reason: str, not_before: datetime) -> None:
    """Put a touch off."""
    query = sa.text("update ai.campaign_touches set not_before = :at, reason = :reason where id = :id")
    connection.execute(query, {"id": touch, "reason": reason, "at": not_before})


def skip(connection: sa.Connection, touch: int, reason: str, now: datetime) -> None:
    """Leave a touch out for good."""
    query = sa.text(
        "update ai.campaign_touches set state = 'skipped', reason = :reason, finished_at = :now where id = :id"
    )
    connection.execute(query, {"id": touch, "reason": reason, "now": now})


def intend(connection: sa.Connection, touch: int, channel: str, language: str, now: datetime) -> None:
    """Write down that the message goes out now, and in which language. After the commit it may have been sent,
    whatever happens.
    """
    query = sa.text("""
        update ai.campaign_touches
           set state = 'sending', reason = null, channel = :channel, language = :language, taken_at = :now
         where id = :id
    """)
    connection.execute(query, {"id": touch, "channel": channel, "language": language, "now": now})


def note(
    connection: sa.Connection, touch: int, state: str, reason: str | None, provider_id: str | None, now: datetime
) -> None:
    """Write down what became of it, unless somebody gave it up meanwhile."""
    query = sa.text("""
        update ai.campaign_touches
           set state = :state, reason = :reason, provider_message_id = :provider_id, finished_at = :now
         where id = :id and state in ('sending', 'unknown')
    """)
    connection.execute(query, {"id": touch, "state": state, "reason": reason, "provider_id": provider_id, "now": now})


def again(connection: sa.Connection, touch: int, reason: str, not_before: datetime) -> None:
    """Plan it again: the service surely did not take it."""
    query = sa.text("""
        update ai.campaign_touches set state = 'planned', reason = :reason, taken_at = null, not_before = :at
         where id = :id and state = 'sending'
    """)
    connection.execute(query, {"id": touch, "reason": reason, "at": not_before})


def give_up(connection: sa.Connection, before: datetime, now: datetime) -> int:
    """Those whose sender died: whether they arrived nobody knows, so they are not sent again; how many."""
    query = sa.text("""
        update ai.campaign_touches set state = 'unknown', reason = 'interrupted', finished_at = :now
         where state = 'sending' and taken_at < :before
    """)
    return connection.execute(query, {"before": before, "now": now}).rowcount


def issue(connection: sa.Connection, touch: int, code: str, percent: int, expires_at: datetime, now: datetime) -> str:
    """The code of a touch, made with its first attempt; a later attempt carries the same one."""
    connection.execute(
        sa.text("""
            insert into ai.offer_codes (code, touch_id, percent, issued_at, expires_at)
            values (:code, :touch, :percent, :now, :expires) on conflict (touch_id) do nothing
        """),
        {"code": code, "touch": touch, "percent": percent, "now": now, "expires": expires_at},
    )
    found: str = connection.execute(
        sa.text("select code from ai.offer_codes where touch_id = :touch"), {"touch": touch}
    ).scalar_one()
    return found


def offer(connection: sa.Connection, code: str) -> Mapping[str, object] | None:
    """A code as it is kept."""
    row = connection.execute(
        sa.text("select code, percent, issued_at, expires_at, redeemed_at from ai.offer_codes where code = :code"),
        {"code": code},
    ).one_or_none()
    return row._mapping if row else None  # type: ignore[return-value]


def redeem(connection: sa.Connection, code: str, by: str, now: datetime) -> int | None:
    """Use a code up; its percentage, or None when it cannot be used (any more). Of several at once one gets it."""
    percent: int | None = connection.scalar(
        sa.text("""
            update ai.offer_codes set redeemed_at = :now, redeemed_by = :by
             where code = :code and redeemed_at is null and expires_at > :now
            returning percent
        """),
        {"code": code, "by": by, "now": now},
    )
    return percent
