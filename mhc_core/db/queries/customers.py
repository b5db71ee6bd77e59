"""SQL of what customers booked and what is expected of them. A booking counts when it holds (``every_booking``)."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

import orjson
import sqlalchemy as sa

from mhc_core.db.queries import days, every_booking
from mhc_core.pseudonyms import Pseudonym


class Booking(NamedTuple):
    """A booking that holds, of a customer with an id."""

    customer_hash: Pseudonym
    booked_on: date
    usd: float


class Value(NamedTuple):
    """A row of ``customer_value`` but for its time."""

    customer_hash: str
    bookings: int
    alive: float
    expected_bookings: float
    low_bookings: int
    high_bookings: int
    expected_usd: float
    low_usd: float
    high_usd: float


class Risk(NamedTuple):
    """A row of ``churn_risk`` but for its time; ``reasons`` are sentences for staff."""

    customer_hash: str
    risk: float
    within_days: int
    reasons: Sequence[str]


def bookings(connection: sa.Connection) -> list[Booking]:
    """All of them, by customer and day."""
    rows = connection.execute(
        sa.text(f"""
            select customer_hash, cast(timezone({days.ZONE}, booked_at) as date) as booked_on, coalesce(usd, 0) as usd
              from ({every_booking.ALL}) b
             where {every_booking.HOLDS} and customer_id is not null
             order by 1, 2
        """),
        every_booking.parameters(connection),
    )
    return [Booking(Pseudonym(row.customer_hash), row.booked_on, row.usd) for row in rows]


class Outlook(NamedTuple):
    """What is expected in all: of customers in 52 weeks, of the next days, and who may be lost; and what is done about
    it: suggestions that were made and taken, follow-ups that are planned and those that were left out."""

    tiers: dict[str, int]
    customers: int
    expected_bookings: float
    expected_usd: float
    likely_lost: int
    parties: float
    booked: int
    suggested: int
    accepted: int
    planned: int
    left_out: int


LIKELY = 0.7
"""Risk from which on a person should write."""


def outlook(connection: sa.Connection) -> Outlook:
    """Sums of the newest forecasts; zeros where there is none."""
    row = connection.execute(
        sa.text("""
            select t.*, v.*, r.*, d.*, o.*, f.* from
              (select coalesce(jsonb_object_agg(tier, n), '{}') from (
                    select tier, count(*) as n from ai.customer_profiles group by 1) by_tier) t,
              (select count(*), cast(coalesce(sum(expected_bookings), 0) as float8),
                      cast(coalesce(sum(expected_usd), 0) as float8) from ai.customer_value) v,
              (select count(*) from ai.churn_risk where risk >= cast(:likely as real)) r,
              (select cast(coalesce(sum(expected), 0) as float8), coalesce(sum(booked), 0) from ai.demand_forecast
                where region = 'all') d,
              (select count(*), count(*) filter (where accepted) from ai.offer_suggestions where shown) o,
              (select count(*) filter (where state = 'planned'), count(*) filter (where state = 'skipped')
                 from ai.campaign_touches) f
        """),
        {"likely": LIKELY},
    ).one()
    return Outlook(*row)


def tiers(connection: sa.Connection) -> dict[str, int]:
    """How many customers have each tier, those with most first."""
    rows = connection.execute(
        sa.text("select tier, count(*) as customers from ai.customer_profiles group by 1 order by 2 desc, 1")
    )
    return {row.tier: row.customers for row in rows}


def replace_values(connection: sa.Connection, found: Sequence[Value], now: datetime) -> None:
    """These and no others."""
    _replace(connection, "customer_value", found, {"valued_at": now})


def replace_risks(connection: sa.Connection, found: Sequence[Risk], now: datetime) -> None:
    """These and no others."""
    _replace(connection, "churn_risk", found, {"judged_at": now})


def _replace(
    connection: sa.Connection, table: str, found: Sequence[Value] | Sequence[Risk], made: dict[str, datetime]
) -> None:
    """Without whoever was erased since the bookings were read: an erasure waits for the lock, or is over by then."""
    connection.execute(sa.text(f"lock table ai.{table} in share row exclusive mode"))
    connection.execute(sa.text(f"delete from ai.{table}"))
    held = {one.customer_hash for one in bookings(connection)}
    rows = [one._asdict() | made for one in found if one.customer_hash in held]
    connection.execute(
        sa.text(f"""
            insert into ai.{table}
            select * from jsonb_populate_recordset(null::ai.{table}, cast(:rows as jsonb))
        """),
        {"rows": orjson.dumps(rows).decode()},
    )
