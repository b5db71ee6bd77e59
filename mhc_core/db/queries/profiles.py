"""SQL of customers' profiles. Only customers of whom something changed are counted anew.

A change is seen by its time. Whatever writes may carry the time at which it began, so each run looks a day further
back than the last one ended: a customer is counted twice, and none is missed.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

import orjson
import sqlalchemy as sa

from mhc_core.business.customers import Tier
from mhc_core.db.queries import days, every_booking, loyalty
from mhc_core.db.queries.privacy import REDACTED
from mhc_core.pseudonyms import hashed

LATE = timedelta(days=1)
"""How long after its time a change may be committed."""


class Refreshed(NamedTuple):
    """What a run did: customers looked at, profiles written, events appended to the ledger."""

    customers: int
    written: int
    events: int


_CUSTOMERS = "create temporary table changed_customers (customer_id text primary key) on commit drop"
_THEIRS = """
    create temporary table their_bookings (
        id uuid primary key, customer_hash text not null, holds boolean not null, completed boolean not null,
        booked_on date not null, guests integer, usd float8, since timestamptz not null) on commit drop
"""
# A booking that was confirmed is completed once its day is over, without anybody writing anything.
_CHANGED = f"""
    insert into changed_customers
    select customer_id from ai.bookings
     where updated_at >= :since or status = 'confirmed' and event_at >= {days.START} and event_at < :now
     union
    select c.customer_id from ai.booking_requests r join ai.conversations c on c.id = r.conversation_id
     where r.updated_at >= :since or r.status = 'confirmed' and r.event_on >= :day and r.event_on < :today
     union
    select c.customer_id from ai.conversations c where c.updated_at >= :since
    except select null
"""
# What is past its retention stands under the pseudonym.
_PAST = f"insert into changed_customers select {hashed('customer_id')} from changed_customers on conflict do nothing"
# Whose booking is somebody else's now. All bookings are gone through for their ids, but hardly ever is there anybody.
_FORMER = """
    select distinct e.customer_hash from ai.loyalty_events e
      join pg_temp.their_bookings t on t.id = e.booking_id and t.customer_hash <> e.customer_hash
"""
_CHANGED_TOO = f"""
    insert into changed_customers
    select distinct customer_id from ({every_booking.ALL}) b where customer_hash = any(:former) on conflict do nothing
"""
_LEFT_WITH_NONE = """
    delete from ai.customer_profiles
     where customer_hash = any(:former) and customer_hash not in (select customer_hash from pg_temp.their_bookings)
"""
_BOOKINGS = f"""
    insert into their_bookings
    select id, customer_hash, {every_booking.HOLDS}, {every_booking.COMPLETED},
           cast(timezone({days.ZONE}, booked_at) as date), guests, usd,
           case when status = 'confirmed' and {every_booking.COMPLETED}
                then greatest(updated_at, timezone({days.ZONE}, cast(event_on + 1 as timestamp))) else updated_at end
      from ({every_booking.ALL}) b
     where customer_id = any(array(select customer_id from pg_temp.changed_customers))
    on conflict do nothing
"""
_COLUMNS = (
    "bookings", "completed", "spend_usd", "first_booked_on", "last_booked_on", "mean_gap_days", "usual_guests",
    "last_channel", "tier", "next_tier", "bookings_until_next", "expected_usd", "churn_risk",
)  # fmt: skip
_WRITE = f"""
    with tiers as (
        select name, bookings from jsonb_to_recordset(cast(:tiers as jsonb)) as t (name text, bookings integer)
    ), counted as (
        select customer_hash, count(*) filter (where holds) as bookings,
               coalesce(sum(usd) filter (where completed), 0) as spend,
               min(booked_on) filter (where holds) as first, max(booked_on) filter (where holds) as last,
               count(distinct booked_on) filter (where holds) as booking_days,
               percentile_disc(0.5) within group (order by guests) filter (where holds) as guests
          from pg_temp.their_bookings group by 1
    ), channels as (
        select distinct on (customer_hash) {hashed("c.customer_id")} as customer_hash, c.channel
          from ai.conversations c
         where c.customer_id = any(array(select customer_id from pg_temp.changed_customers))
           and not c.channel_metadata ? '{REDACTED}'
         order by customer_hash, c.last_message_at desc, c.id
    ), balances as ({loyalty.BALANCES.format("array(select customer_hash from counted)")})
    insert into ai.customer_profiles as stored (customer_hash, {", ".join(_COLUMNS)}, updated_at)
    select n.customer_hash, n.bookings, coalesce(b.completed, 0), n.spend, n.first, n.last,
           (n.last - n.first) / cast(nullif(n.booking_days - 1, 0) as real), n.guests, c.channel,
           present.name, following.name, following.bookings - coalesce(b.completed, 0), v.expected_usd, r.risk, :now
      from counted n
      left join balances b using (customer_hash)
      left join channels c using (customer_hash)
      left join ai.customer_value v using (customer_hash)
      left join ai.churn_risk r using (customer_hash)
      left join lateral (select t.name from tiers t where t.bookings <= coalesce(b.completed, 0)
                          order by t.bookings desc limit 1) present on true
      left join lateral (select t.name, t.bookings from tiers t where t.bookings > coalesce(b.completed, 0)
                          order by t.bookings limit 1) following on true
    on conflict (customer_hash) do update set {", ".join(f"{name} = excluded.{name}" for name in _COLUMNS)},
        updated_at = excluded.updated_at
     where ({", ".join(f"stored.{name}" for name in _COLUMNS)})
        is distinct from ({", ".join(f"excluded.{name}" for name in _COLUMNS)})
"""
_FORECASTS = """
    update ai.customer_profiles p set expected_usd = f.expected_usd, churn_risk = f.risk, updated_at = :now
      from (select customer_hash, v.expected_usd, r.risk
              from ai.customer_value v full join ai.churn_risk r using (customer_hash)
             where v.valued_at >= :since or r.judged_at >= :since) f
     where f.customer_hash = p.customer_hash
       and (p.expected_usd, p.churn_risk) is distinct from (f.expected_usd, f.risk)
"""
# The newest word on each thing, with the message that it came in; what the vocabulary does not know is told as "other",
# for a profile is read by more people than conversations are.
_NEEDS = f"""
    with latest as (
        select distinct on (customer_hash, d.kind, d.value) {hashed("c.customer_id")} as customer_hash, d.kind,
               case when d.value = any(:words) then d.value else 'other' end as value,
               d.for_whom, d.stance, d.message_id, d.said_at
          from ai.diet_facts d join ai.conversations c on c.id = d.conversation_id
         where c.customer_id = any(array(select customer_id from pg_temp.changed_customers))
         order by customer_hash, d.kind, d.value, d.said_at desc
    ), told as (
        select customer_hash, jsonb_agg(jsonb_build_object('kind', kind, 'value', value, 'for_whom', for_whom,
                   'message_id', message_id, 'said_at', said_at) order by said_at, kind, value) as needs
          from latest where stance <> 'withdrawn' group by 1
    )
    update ai.customer_profiles p set needs = coalesce(f.needs, '[]'), updated_at = :now
      from (select customer_hash, needs from (select distinct customer_hash from pg_temp.their_bookings) t
              left join told using (customer_hash)) f
     where f.customer_hash = p.customer_hash and p.needs is distinct from coalesce(f.needs, '[]')
"""
_CONSENTS = """
    update ai.customer_profiles p set consents = f.channels, opted_out_at = f.opted_out_at, updated_at = :now
      from (select customer_hash, o.opted_out_at,
                   coalesce(array_agg(distinct c.channel order by c.channel) filter (
                       where c.id is not null and c.revoked_at is null
                       and (o.opted_out_at is null or c.given_at > o.opted_out_at)
                   ), '{}') as channels
              from (select customer_hash from pg_temp.their_bookings
                    union select customer_hash from ai.contact_consents
                           where greatest(recorded_at, revoked_at) >= :since
                    union select customer_hash from ai.contact_optouts where opted_out_at >= :since) changed
              left join ai.contact_consents c using (customer_hash)
              left join ai.contact_optouts o using (customer_hash)
             group by customer_hash, o.opted_out_at) f
     where f.customer_hash = p.customer_hash
       and (p.consents, p.opted_out_at) is distinct from (f.channels, f.opted_out_at)
"""


def refresh(
    connection: sa.Connection, tiers: Sequence[Tier], name: str, words: Sequence[str], today: date, now: datetime
) -> Refreshed:
    """Bring profiles and ledger up to date. An erasure waits for it, or is over by then.

    Args:
        tiers: lowest first; without any, nobody has one.
        name: of what profiles are made with: another name counts everybody anew.
        words: allergens and diets that may stand in a profile.
    """
    connection.execute(sa.text("lock table ai.customer_profiles, ai.loyalty_events in share row exclusive mode"))
    seen = connection.scalar(sa.text("select seen_until from ai.profile_watermark where name = :name"), {"name": name})
    since = None if seen is None else seen - LATE
    values = every_booking.parameters(connection) | {
        "since": since or datetime.min.replace(tzinfo=now.tzinfo),
        "day": days.at(connection, since) if since else date.min,
        "today": today,
        "words": list(words),
        "now": now,
    }
    for statement in (_CUSTOMERS, _THEIRS, _CHANGED, _PAST, _BOOKINGS):
        connection.execute(sa.text(statement), values)
    if former := list(connection.scalars(sa.text(_FORMER))):
        for statement in (_CHANGED_TOO, _BOOKINGS, _LEFT_WITH_NONE):
            connection.execute(sa.text(statement), values | {"former": former})
    events = loyalty.append(connection, now)
    listed = orjson.dumps([{"name": tier.name, "bookings": tier.bookings} for tier in tiers]).decode()
    written = connection.execute(sa.text(_WRITE), values | {"tiers": listed}).rowcount
    for statement in (_FORECASTS, _NEEDS, _CONSENTS):
        written += connection.execute(sa.text(statement), values).rowcount
    connection.execute(
        sa.text("""
            insert into ai.profile_watermark (name, seen_until) values (:name, :now)
            on conflict (name) do update set seen_until = excluded.seen_until
        """),
        {"name": name, "now": now},
    )
    looked_at = connection.scalar(sa.text("select count(distinct customer_hash) from pg_temp.their_bookings"))
    return Refreshed(int(looked_at or 0), written, events)
