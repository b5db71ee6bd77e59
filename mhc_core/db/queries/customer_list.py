"""SQL of the customers that staff look at: by tier, and the first of an order. Pseudonyms only."""

from collections.abc import Sequence
from datetime import date
from typing import Literal, NamedTuple

import sqlalchemy as sa

Order = Literal["value", "risk", "bookings"]
_ORDERS: dict[Order, str] = {
    "value": "p.expected_usd desc nulls last, p.spend_usd desc",
    "risk": "p.churn_risk desc nulls last, p.expected_usd desc nulls last",
    "bookings": "p.completed desc, p.spend_usd desc",
}


class TierSum(NamedTuple):
    """The customers of one tier; money in USD, ``expected_usd`` of the next 52 weeks."""

    tier: str
    customers: int
    completed: int
    spend_usd: float
    expected_usd: float
    likely_lost: int


class Listed(NamedTuple):
    """A customer; ``reasons`` say what moves their risk of being lost."""

    customer_hash: str
    tier: str
    completed: int
    next_tier: str | None
    bookings_until_next: int | None
    last_booked_on: date | None
    last_channel: str | None
    usual_guests: int | None
    spend_usd: float
    expected_usd: float | None
    churn_risk: float | None
    reasons: Sequence[str]


def tiers(connection: sa.Connection, likely: float) -> list[TierSum]:
    """By fewest completed bookings first; ``likely`` is the risk from which a customer counts as lost (0..1)."""
    rows = connection.execute(
        sa.text("""
            select tier, count(*), sum(completed), cast(sum(spend_usd) as float8),
                   cast(coalesce(sum(expected_usd), 0) as float8),
                   count(*) filter (where churn_risk >= cast(:likely as real))
              from ai.customer_profiles group by tier order by min(completed), tier
        """),
        {"likely": likely},
    )
    return [TierSum(*row) for row in rows]


def first(connection: sa.Connection, order: Order, limit: int) -> list[Listed]:
    """The first so many customers of an order."""
    rows = connection.execute(
        sa.text(f"""
            select p.customer_hash, p.tier, p.completed, p.next_tier, p.bookings_until_next, p.last_booked_on,
                   p.last_channel, p.usual_guests, cast(p.spend_usd as float8), cast(p.expected_usd as float8),
                   p.churn_risk, coalesce(r.reasons, '[]')
              from ai.customer_profiles p left join ai.churn_risk r using (customer_hash)
             order by {_ORDERS[order]}, p.customer_hash limit :limit
        """),
        {"limit": limit},
    )
    return [Listed(*row) for row in rows]
