"""SQL of who is due for which step of a campaign, what is known of them, and what was planned. All of it in sets."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import orjson
import sqlalchemy as sa

from mhc_core.db.queries import days, installation
from mhc_core.db.queries.privacy import REDACTED
from mhc_core.pseudonyms import hashed

_PHONE, _MAIL = r"^\+[1-9][0-9]{7,14}$", "_%@_%._%"
_THERE = f"c.customer_id is not null and not c.channel_metadata ? '{REDACTED}'"
_WHO = hashed("c.customer_id")
_ALIVE = "('requested', 'confirmed', 'completed')"  # of bookings that other systems took
_AT_TEN = f"timezone({days.ZONE}, {{0}} + time '10:00')"
_TODAY = f"cast(timezone({days.ZONE}, cast(:now as timestamptz)) as date)"

_COLUMNS = "customer_hash, conversation_id, anchor, anchored_at"
# What each kind of campaign follows: whose, in which conversation, what it is called, and since when.
_FOLLOWED = {
    "abandoned_booking": f"""
        select {_WHO} as customer_hash, c.id as conversation_id, c.id::text as anchor, said.at as anchored_at
          from ai.conversations c
          join lateral (select max(m.sent_at) as at from ai.messages m
                         where m.conversation_id = c.id and m.role = 'user') said on said.at is not null
         where {_THERE} and c.last_message_at > cast(:now as timestamptz) - interval '5 days'
           and (c.facts ->> 'booking' = 'true' or c.outcome in ('quoted', 'abandoned') or c.intent = 'booking')
           and not exists (select from ai.booking_requests b join ai.conversations o on o.id = b.conversation_id
                            where o.customer_id = c.customer_id and b.requested_at >= c.started_at)
           and not exists (select from ai.bookings b where b.customer_id = c.customer_id
                            and b.status in {_ALIVE} and b.booked_at >= c.started_at)
    """,
    "event": f"""
        select {_WHO}, c.id, b.id::text, {_AT_TEN.format("b.event_on")}
          from ai.booking_requests b join ai.conversations c on c.id = b.conversation_id
         where {_THERE} and b.status = 'confirmed' and b.event_on < {_TODAY} and b.event_on > {_TODAY} - 60
    """,
    "last_booking": f"""
        select distinct on (c.customer_id) {_WHO}, c.id, b.id::text, {_AT_TEN.format("b.event_on")}
          from ai.booking_requests b join ai.conversations c on c.id = b.conversation_id
         where {_THERE} and b.status = 'confirmed' and b.event_on is not null
           and not exists (select from ai.bookings i where i.customer_id = c.customer_id and i.status in {_ALIVE}
                            and i.event_at >= timezone({days.ZONE}, cast(b.event_on + 1 as timestamp)))
         order by c.customer_id, b.event_on desc, b.id
    """,
    "churn_risk": f"""
        select r.customer_hash, l.conversation_id, l.anchor, r.judged_at
          from ai.churn_risk r
          join (select distinct on (c.customer_id) {_WHO} as customer_hash, c.id as conversation_id,
                       b.id::text as anchor
                  from ai.booking_requests b join ai.conversations c on c.id = b.conversation_id
                 where {_THERE} and b.status = 'confirmed'
                 order by c.customer_id, b.event_on desc nulls last, b.id) l on l.customer_hash = r.customer_hash
         where r.risk >= cast(:risk_from as real) and r.risk < cast(:risk_below as real)
    """,
}

STANDING = f"""
    select p.touch,
           exists (select from ai.erasures e where e.customer_hash = p.customer_hash) as erased,
           o.opted_out_at is not null and not exists (
               select from ai.contact_consents k where k.customer_hash = p.customer_hash and k.revoked_at is null
                  and k.given_at > o.opted_out_at) as opted_out,
           c.customer_id ~ '{_PHONE}' or c.customer_id like '{_MAIL}' as reachable,
           array(select distinct k.channel from ai.contact_consents k
                  where k.customer_hash = p.customer_hash and k.revoked_at is null and k.given_at <= :now
                    and k.given_at > coalesce(o.opted_out_at, '-infinity')
                    and case k.channel when 'email' then c.customer_id like '{_MAIL}'
                                       else c.customer_id ~ '{_PHONE}' end) as channels,
           exists (select from ai.conversations i
                     left join ai.handovers h on h.conversation_id = i.id and h.state in ('waiting', 'claimed')
                    where i.customer_id = c.customer_id
                      and (i.status = 'escalated' or h.id is not null
                           or (i.intent = 'complaint' and i.status = 'active'))) as complaint,
           exists (select from ai.booking_requests b join ai.conversations i on i.id = b.conversation_id
                    where i.customer_id = c.customer_id and b.status in ('requested', 'confirmed')
                      and (b.event_on is null or b.event_on >= {_TODAY}))
           or exists (select from ai.bookings b where b.customer_id = c.customer_id
                         and b.status in ('requested', 'confirmed') and b.event_at >= :now) as upcoming,
           exists (select from ai.event_surveys s where s.booking_id::text = p.anchor
                      and (s.way = 'chat' or s.sent_at is not null)) as surveyed,
           (select max(m.sent_at) from ai.messages m join ai.conversations i on i.id = m.conversation_id
             where i.customer_id = c.customer_id and m.role = 'user' and m.sent_at <= :now) as wrote_at,
           (select min(t.taken_at) from ai.campaign_touches t
             where t.customer_hash = p.customer_hash and t.campaign = p.campaign and t.anchor = p.anchor
               and t.taken_at is not null) as first_at,
           array(select t.taken_at from ai.campaign_touches t
                  where t.customer_hash = p.customer_hash and t.taken_at > cast(:now as timestamptz) - interval '7 days'
                    and t.state in ('sending', 'sent', 'unknown') order by t.taken_at) as written_to
      from PEOPLE p
      join ai.conversations c on c.id = p.conversation_id
      left join ai.contact_optouts o on o.customer_hash = p.customer_hash
"""
"""What decides whether people may be written to; ``PEOPLE`` has touch, customer_hash, campaign, anchor and
conversation_id. A consent counts when it is younger than the latest wish to hear nothing more."""


class Known(NamedTuple):
    """A row of ``STANDING``."""

    touch: int
    erased: bool
    opted_out: bool
    reachable: bool | None
    channels: Sequence[str]
    complaint: bool
    upcoming: bool
    surveyed: bool
    wrote_at: datetime | None
    first_at: datetime | None
    written_to: Sequence[datetime]


class Due(NamedTuple):
    """Somebody who is due for a step."""

    touch: int
    campaign: str
    step: str
    customer_hash: str
    anchor: str
    conversation_id: UUID
    due_at: datetime
    expires_at: datetime


def due(
    connection: sa.Connection,
    campaign: str,
    follows: str,
    risk: tuple[float, float] | None,
    steps: Sequence[Mapping[str, str]],
    now: datetime,
) -> list[tuple[Due, Known]]:
    """Who is due for which step of one campaign and was not planned for it yet, with what is known of them.

    Args:
        steps: ``step``, ``after`` and ``within`` of each; spans as PostgreSQL reads them.
        risk: from and below which risk, where the campaign follows the risk of being lost.
    """
    low, high = risk or (0.0, 0.0)
    values = installation.pads(connection) | {
        "campaign": campaign,
        "steps": orjson.dumps(list(steps)).decode(),
        "now": now,
        "risk_from": low,
        "risk_below": high,
    }
    at = "f.anchored_at at time zone current_setting('mhc.zone')"
    connection.execute(
        sa.text("""
            create temporary table campaign_due (
                touch bigint, campaign text, step text, customer_hash text, anchor text, conversation_id uuid,
                due_at timestamptz, expires_at timestamptz) on commit drop
        """)
    )
    connection.execute(
        sa.text(f"""
            insert into campaign_due
            with followed ({_COLUMNS}) as ({_FOLLOWED[follows]}), steps as (
                select * from jsonb_to_recordset(cast(:steps as jsonb)) as s(
                       step text, after interval, within interval)
            ), timed as (
                select f.*, s.step, timezone(current_setting('mhc.zone'), {at} + s.after) as due_at, s.within
                  from followed f cross join steps s
            )
            select row_number() over (order by due_at, customer_hash, step)::bigint as touch,
                   cast(:campaign as text) as campaign, step, customer_hash, anchor, conversation_id, due_at,
                   due_at + within as expires_at
              from timed
             where due_at <= :now and due_at + within > :now
               and not exists (select from ai.campaign_touches t
                                where t.campaign = :campaign and t.step = timed.step
                                  and t.customer_hash = timed.customer_hash and t.anchor = timed.anchor)
        """),
        values,
    )
    people = connection.execute(sa.text("select * from campaign_due order by touch")).all()
    known = _known(connection, "campaign_due", now)
    connection.execute(sa.text("drop table campaign_due"))
    return [
        (
            Due(
                row.touch, row.campaign, row.step, row.customer_hash, row.anchor, row.conversation_id, row.due_at,
                row.expires_at,
            ),
            known[row.touch],
        )
        for row in people
        if row.touch in known
    ]  # fmt: skip


def standing(connection: sa.Connection, touch: int, now: datetime) -> Known:
    """What is known now of the person of a planned touch; call it with their lock held."""
    people = (
        "(select id as touch, customer_hash, campaign, anchor, conversation_id from ai.campaign_touches where id = {})"
    )
    return _known(connection, people.format(int(touch)), now)[touch]


def _known(connection: sa.Connection, people: str, now: datetime) -> dict[int, Known]:
    rows = connection.execute(sa.text(STANDING.replace("PEOPLE", people)), {"now": now})
    return {row.touch: Known(*row) for row in rows}


class Planned(NamedTuple):
    """A row of ``campaign_touches`` as it is planned."""

    campaign: str
    step: str
    customer_hash: str
    anchor: str
    conversation_id: UUID
    arm: str
    counted: bool
    state: str
    reason: str | None
    channel: str | None
    template: str
    due_at: datetime
    expires_at: datetime


def plan(connection: sa.Connection, rows: Sequence[Planned], now: datetime) -> int:
    """Write down what is planned, left out or withheld; how many rows are new. What stands there already stays."""
    if not rows:
        return 0
    return connection.execute(
        sa.text(
            """
            insert into ai.campaign_touches (campaign, step, customer_hash, anchor, conversation_id, arm, counted,
                   state, reason, channel, template, due_at, expires_at, not_before, planned_at)
            select r.campaign, r.step, r.customer_hash, r.anchor, r.conversation_id, r.arm, r.counted, r.state,
                   r.reason, r.channel, r.template, r.due_at, r.expires_at, r.due_at, :now
              from jsonb_to_recordset(cast(:rows as jsonb)) as r(campaign text, step text, customer_hash text,
                   anchor text, conversation_id uuid, arm text, counted boolean, state text, reason text, channel text,
                   template text, due_at timestamptz, expires_at timestamptz)
              join ai.conversations c on c.id = r.conversation_id and not c.channel_metadata ? '{REDACTED}'
            on conflict (campaign, step, customer_hash, anchor) do nothing
        """.replace("{REDACTED}", REDACTED)
        ),
        {"rows": orjson.dumps([row._asdict() for row in rows]).decode(), "now": now},
    ).rowcount


def open_tasks(connection: sa.Connection, risk_from: float, percent: int, now: datetime) -> int:
    """A task for each customer whose risk is so high, once for each last booking; how many are new."""
    return connection.execute(
        sa.text(f"""
            insert into ai.customer_tasks (customer_hash, anchor, conversation_id, percent, reasons, opened_at)
            select f.customer_hash, f.anchor, f.conversation_id, :percent, r.reasons, :now
              from ({_FOLLOWED["churn_risk"]}) f ({_COLUMNS}) join ai.churn_risk r using (customer_hash)
             where not exists (select from ai.erasures e where e.customer_hash = f.customer_hash)
            on conflict (customer_hash, anchor) do nothing
        """),
        installation.pads(connection) | {"risk_from": risk_from, "risk_below": 2.0, "percent": percent, "now": now},
    ).rowcount


class Task(NamedTuple):
    """What a person of the team should do; by the conversation they find who it is about."""

    id: int
    conversation_id: UUID
    channel: str
    percent: int
    reasons: Sequence[str]
    opened_at: datetime


def tasks(connection: sa.Connection, limit: int) -> list[Task]:
    """Open tasks, oldest first."""
    rows = connection.execute(
        sa.text("""
            select t.id, t.conversation_id, c.channel, t.percent, t.reasons, t.opened_at
              from ai.customer_tasks t join ai.conversations c on c.id = t.conversation_id
             where t.closed_at is null order by t.opened_at, t.id limit :limit
        """),
        {"limit": limit},
    )
    return [Task(*row) for row in rows]


def close_task(connection: sa.Connection, task: int, by: str, now: datetime) -> bool:
    """Whether the task was open."""
    query = sa.text("""
        update ai.customer_tasks set closed_at = :now, closed_by = :by where id = :id and closed_at is null
    """)
    return connection.execute(query, {"id": task, "by": by, "now": now}).rowcount > 0


def counts(connection: sa.Connection) -> list[sa.Row[Any]]:
    """Touches by campaign, step, state and reason."""
    return list(
        connection.execute(
            sa.text("""
                select campaign, step, state, reason, count(*) as touches from ai.campaign_touches
                 group by campaign, step, state, reason order by campaign, step, state, reason nulls first
            """)
        )
    )
