"""SQL of what people did after a campaign reached them, or left them alone."""

from datetime import date, datetime
from typing import NamedTuple

import sqlalchemy as sa


class Week(NamedTuple):
    """People of one arm whose first step was due in a week, and how many of them booked in time."""

    week: date
    arm: str
    people: int
    booked: int


def by_week(connection: sa.Connection, campaign: str, counts_days: int, now: datetime) -> list[Week]:
    """People by the week of their first step, once the days in which a booking counts are over.

    Whoever had something against them when planned is in neither arm; whoever was left out later stays in theirs, so
    the arms stay alike. Everybody counts once.
    """
    rows = connection.execute(
        sa.text("""
            with people as (
                select distinct on (customer_hash) customer_hash, arm, due_at, conversation_id
                  from ai.campaign_touches where campaign = :campaign and counted
                 order by customer_hash, due_at, id
            )
            select cast(date_trunc('week', p.due_at) as date) as week, p.arm, count(*) as people,
                   count(*) filter (where exists (
                       select from ai.conversations c
                         join ai.conversations o on o.customer_id = c.customer_id
                         join ai.booking_requests b on b.conversation_id = o.id
                        where c.id = p.conversation_id and b.status in ('requested', 'confirmed')
                          and b.requested_at > p.due_at
                          and b.requested_at <= p.due_at + make_interval(days => :days))
                       or exists (
                       select from ai.conversations c join ai.bookings b on b.customer_id = c.customer_id
                        where c.id = p.conversation_id and b.status in ('requested', 'confirmed', 'completed')
                          and b.booked_at > p.due_at
                          and b.booked_at <= p.due_at + make_interval(days => :days))) as booked
              from people p where p.due_at + make_interval(days => :days) <= :now
             group by 1, 2 order by 1, 2
        """),
        {"campaign": campaign, "days": counts_days, "now": now},
    )
    return [Week(*row) for row in rows]


class Codes(NamedTuple):
    """Codes of a campaign, and how many were used."""

    issued: int
    redeemed: int


def codes(connection: sa.Connection, campaign: str) -> Codes:
    """Codes that went out with a campaign."""
    row = connection.execute(
        sa.text("""
            select count(*), count(o.redeemed_at) from ai.offer_codes o
              join ai.campaign_touches t on t.id = o.touch_id where t.campaign = :campaign
        """),
        {"campaign": campaign},
    ).one()
    return Codes(*row)
