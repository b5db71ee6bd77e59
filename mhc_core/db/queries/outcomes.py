"""SQL of what became of customers: for whatever splits them, from the tables that every answer leaves its traces in."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa


class CustomerOutcome(NamedTuple):
    """What became of one customer between the first answer that counts and the end of their window.

    ``position`` is that of their variant. ``feedback`` is the mean of their ratings, 0..1, None without any;
    ``cost_usd`` and ``latencies_ms`` are those of all answers they were given, whoever wrote them.
    """

    position: int
    exposed_at: datetime
    escalated: bool
    booked: bool
    feedback: float | None
    cost_usd: float
    latencies_ms: Sequence[float]


_OUTCOMES = """
    , talks as materialized (
        select e.customer_hash, e.exposed_at, e.until, e.conversation_id as id from exposed e
        union
        select e.customer_hash, e.exposed_at, e.until, c.id
          from exposed e join ai.conversations c on c.customer_id = e.customer_id
         where c.last_message_at >= e.exposed_at and c.started_at < e.until
    ), handed as (
        select distinct t.customer_hash from talks t
          join ai.handovers h on h.conversation_id = t.id
         where h.opened_at >= t.exposed_at and h.opened_at < t.until
    ), asked as (
        select distinct t.customer_hash from talks t
          join ai.booking_requests b on b.conversation_id = t.id
         where b.requested_at >= t.exposed_at and b.requested_at < t.until
    ), rated as (
        select t.customer_hash,
               avg(least((f.stars - 1) / 4.0, case f.verdict when 'up' then 1.0 when 'down' then 0.0 end)) as score
          from talks t join ai.feedback f on f.conversation_id = t.id
         where f.given_at >= t.exposed_at and f.given_at < t.until and f.source <> 'agent'
         group by t.customer_hash
    ), answered as (
        select t.customer_hash, coalesce(sum(m.cost_usd), 0) as cost,
               coalesce(array_agg(m.latency_ms) filter (where m.latency_ms is not null), '{}') as latencies
          from talks t join ai.messages m on m.conversation_id = t.id
         where m.role = 'assistant' and m.sent_at >= t.exposed_at and m.sent_at < t.until
         group by t.customer_hash
    )
    select e.position, e.exposed_at, h.customer_hash is not null, b.customer_hash is not null,
           cast(r.score as float), cast(coalesce(a.cost, 0) as float), coalesce(a.latencies, '{}')
      from exposed e
      left join handed h using (customer_hash)
      left join asked b using (customer_hash)
      left join rated r using (customer_hash)
      left join answered a using (customer_hash)
     order by e.exposed_at, e.customer_hash
"""


def by_customer(connection: sa.Connection, exposed: str, parameters: Mapping[str, Any]) -> list[CustomerOutcome]:
    """How it went for every customer, in the order in which they came.

    ``exposed`` is SQL for one row a customer: ``position``, ``customer_hash``, ``exposed_at`` and ``until`` (between
    which things count), ``conversation_id`` (where it began), ``customer_id`` (null where only that one is known).
    """
    rows = connection.execute(sa.text(f"with exposed as materialized ({exposed}) {_OUTCOMES}"), parameters)
    return [CustomerOutcome(*row) for row in rows]
