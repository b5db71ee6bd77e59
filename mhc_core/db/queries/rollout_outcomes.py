"""What became of the customers of both arms: one set query, its answer a few sums for a stage, day and arm."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import NamedTuple

import sqlalchemy as sa

from mhc_core.db.queries import installation
from mhc_core.db.queries.privacy import REDACTED
from mhc_core.db.queries.serving import SOURCE
from mhc_core.pseudonyms import hashed
from mhc_core.vocabulary import Arm

FIGURES = (
    "composite", "containment", "conversion", "satisfaction", "confidence", "escalation", "thumbs_down", "groundedness",
    "slow_turns", "cost",
)  # fmt: skip


class Sums(NamedTuple):
    """Customers who have a figure, the sum of their values and the sum of the squares."""

    customers: int = 0
    total: float = 0.0
    squares: float = 0.0


class Yardstick(NamedTuple):
    """The latency (ms) from which a turn counts as slow, and the cost (USD) of an answer that counts as 1."""

    slow_ms: float
    cost_usd: float


class Cell(NamedTuple):
    """The customers of one arm who first came in this stage on this day (UTC). ``figures`` lie in 0..1 each."""

    share: int
    day: date
    arm: Arm
    assigned: int
    figures: dict[str, Sums]


_PSEUDONYM = f"""
    coalesce(
        case when channel_metadata ->> '{REDACTED}' = 'retention' then customer_id else {hashed("customer_id")} end,
        {hashed("id::text")})
"""
_KNOWN = "case when {0} is null then 0 else cast(:{0} as float8) end"
_PARTS = ("containment", "conversion", "satisfaction", "confidence")
_COMPOSITE = f"""
    ({" + ".join(f"coalesce({part}, 0) * cast(:{part} as float8)" for part in _PARTS)})
    / ({" + ".join(_KNOWN.format(part) for part in _PARTS)})
"""
_SUMS = ",\n".join(
    f"count({name}) filter (where over), coalesce(sum({name}) filter (where over), 0), "
    f"coalesce(sum({name} * {name}) filter (where over), 0)"
    for name in FIGURES
)
_OUTCOMES = f"""
    with met as materialized (
        select distinct on (customer_hash) customer_hash, share, arm, exposed_at,
               exposed_at + cast(:during as interval) as until
          from ai.rollout_exposures where rollout_id = :rollout
         order by customer_hash, exposed_at, share
    ), talks as materialized (
        select e.customer_hash, e.exposed_at, e.until, c.id
          from (select id, {_PSEUDONYM} as customer_hash from ai.conversations
                 where source = '{SOURCE}' and last_message_at >= (select min(exposed_at) from met)) c
          join met e on e.customer_hash = c.customer_hash
    ), answered as (
        select t.customer_hash,
               cast(avg(m.confidence) as float8) as confidence,
               avg(case when m.message_metadata ? 'unsupported' then 0.0 else 1.0 end) as groundedness,
               avg(case when m.latency_ms > :slow_ms then 1.0 else 0.0 end) filter (where not m.cached) as slow_turns,
               least(1.0, avg(coalesce(m.cost_usd, 0)) / cast(:cost_usd as numeric)) as cost
          from talks t
          join ai.messages m on m.conversation_id = t.id and m.role = 'assistant'
           and m.sent_at >= t.exposed_at and m.sent_at < t.until
         group by t.customer_hash
    ), handed_over as (
        select distinct t.customer_hash from talks t
          join ai.handovers h on h.conversation_id = t.id and h.opened_at >= t.exposed_at and h.opened_at < t.until
    ), booked as (
        select distinct t.customer_hash from talks t
          join ai.booking_requests b on b.conversation_id = t.id
           and b.requested_at >= t.exposed_at and b.requested_at < t.until
    ), rated as (
        select t.customer_hash,
               avg(least((f.stars - 1) / 4.0, case f.verdict when 'up' then 1.0 when 'down' then 0.0 end))
                   as satisfaction,
               bool_or(coalesce(f.verdict = 'down', false)) as disliked
          from talks t
          join ai.feedback f on f.conversation_id = t.id and f.given_at >= t.exposed_at and f.given_at < t.until
         group by t.customer_hash
    ), customers as (
        select e.share, cast(e.exposed_at at time zone 'UTC' as date) as day, e.arm, e.until <= :now as over,
               case when h.customer_hash is null then 1.0::float8 else 0.0 end as containment,
               case when b.customer_hash is null then 0.0::float8 else 1.0 end as conversion,
               cast(r.satisfaction as float8) as satisfaction,
               a.confidence,
               case when h.customer_hash is null then 0.0::float8 else 1.0 end as escalation,
               case when r.disliked then 1.0::float8 else 0.0 end as thumbs_down,
               cast(a.groundedness as float8) as groundedness,
               cast(a.slow_turns as float8) as slow_turns,
               cast(a.cost as float8) as cost
          from met e
          left join answered a on a.customer_hash = e.customer_hash
          left join handed_over h on h.customer_hash = e.customer_hash
          left join booked b on b.customer_hash = e.customer_hash
          left join rated r on r.customer_hash = e.customer_hash
    ), valued as (
        select *, {_COMPOSITE} as composite from customers
    )
    select share, day, arm, count(*), {_SUMS}
      from valued group by share, day, arm order by share, day, arm
"""


def outcomes(
    connection: sa.Connection,
    rollout_id: int,
    during: timedelta,
    weights: Mapping[str, float],
    yardstick: Yardstick,
    now: datetime,
) -> list[Cell]:
    """What happened to each customer in the time ``during`` after first meeting the rollout, summed up.

    Only customers whose time is over have values, so that one that was counted does not change afterwards; all are
    ``assigned``. Containment: nobody took over. Conversion: a booking was asked for. Satisfaction: stars and verdicts
    as 0..1, the lower of both, missing where neither was given. Groundedness: the share of answers from which nothing
    unsupported had to be taken out. Slow turns: the share of answers, kept ones aside, that took longer than the
    yardstick. Cost: of an answer, on the yardstick, 1 at most.

    Args:
        weights: of the composite's parts; what is missing of a customer is spread over the rest.
    """
    values = {"rollout": rollout_id, "during": during, "now": now, **yardstick._asdict(), **weights}
    rows = connection.execute(sa.text(_OUTCOMES), values | installation.pads(connection))
    return [
        Cell(share, day, Arm(arm), assigned, {
            name: Sums(*sums[3 * place : 3 * place + 3]) for place, name in enumerate(FIGURES)
        })
        for share, day, arm, assigned, *sums in rows
    ]  # fmt: skip


def usual(connection: sa.Connection, since: datetime, before: datetime) -> tuple[float | None, float | None]:
    """The 95th percentile of latency (ms) and the mean cost (USD) of the answers of this time, kept ones aside."""
    row = connection.execute(
        sa.text("""
            select percentile_cont(0.95) within group (order by latency_ms), avg(coalesce(cost_usd, 0))
              from ai.messages m join ai.conversations c on c.id = m.conversation_id
             where c.source = :source and m.role = 'assistant' and not m.cached
               and m.sent_at >= :since and m.sent_at < :before
        """),
        {"source": SOURCE, "since": since, "before": before},
    ).one()
    return (None if row[0] is None else float(row[0])), (None if row[1] is None else float(row[1]))
