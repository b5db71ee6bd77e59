"""SQL of the loyalty ledger. Nothing is ever changed in it: what became otherwise is another event."""

from datetime import datetime

import sqlalchemy as sa

from mhc_core.pseudonyms import Pseudonym

BALANCES = """
    select customer_hash, count(*) filter (where kind = 'completed') as completed
      from (select distinct on (customer_hash, booking_id) customer_hash, kind
              from ai.loyalty_events where customer_hash = any({0})
             order by customer_hash, booking_id, at desc, kind desc) latest
     group by 1
"""
"""Completed bookings by customer, of those that an array names; ``customers.loyalty.balance`` says what counts."""

# An event's id is made of what it says, so that a repeated run appends nothing. It is later than what it revokes.
_APPEND = """
    with held as (
        select distinct on (customer_hash, booking_id) customer_hash, booking_id, kind = 'completed' as counts, at
          from ai.loyalty_events where booking_id in (select id from pg_temp.their_bookings)
         order by customer_hash, booking_id, at desc, kind desc
    ), changed as (
        select b.customer_hash, b.id as booking_id,
               case when b.completed then 'completed' else 'taken_back' end as kind,
               greatest(b.since, h.at + interval '1 microsecond') as at
          from pg_temp.their_bookings b left join held h on (h.customer_hash, h.booking_id) = (b.customer_hash, b.id)
         where b.completed <> coalesce(h.counts, false)
         union all
        select h.customer_hash, h.booking_id, 'taken_back', greatest(b.since, h.at + interval '1 microsecond')
          from held h join pg_temp.their_bookings b on b.id = h.booking_id
         where h.counts and b.customer_hash <> h.customer_hash
    )
    insert into ai.loyalty_events (id, customer_hash, booking_id, kind, at, recorded_at)
    select cast(md5(concat_ws('|', customer_hash, booking_id, kind, extract(epoch from at))) as uuid),
           customer_hash, booking_id, kind, at, :now
      from changed
    on conflict (id) do nothing
"""


def append(connection: sa.Connection, now: datetime) -> int:
    """Write what became of the bookings in ``pg_temp.their_bookings`` (``queries.profiles``); how many events are new.

    A completed booking counts; one that is cancelled, refunded or another customer's by now is taken back.
    """
    return connection.execute(sa.text(_APPEND), {"now": now}).rowcount


def completed(connection: sa.Connection, customer_hash: Pseudonym) -> int:
    """How many bookings of a customer count."""
    query = f"select coalesce(sum(completed), 0) from ({BALANCES.format('array[cast(:who as text)]')}) balances"
    return int(connection.execute(sa.text(query), {"who": customer_hash}).scalar_one())
