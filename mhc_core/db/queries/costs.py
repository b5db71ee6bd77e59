"""SQL of what providers charged: read from the hours the ledger sums, and the dearest questions from its rows."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Literal, NamedTuple
from uuid import UUID

import sqlalchemy as sa

OF_TURNS = ("answers", "understanding")
"""Features whose calls are made to answer a customer's message."""


class Hour(NamedTuple):
    """What an hour cost (USD)."""

    start: datetime
    cost_usd: Decimal


def hours(connection: sa.Connection, since: datetime, until: datetime) -> list[Hour]:
    """The hours of the range in which something was called, oldest first."""
    rows = connection.execute(
        sa.text("""
            select hour, sum(cost_usd) from ai.figures_costs where hour >= :since and hour < :until
             group by hour order by hour
        """),
        {"since": since, "until": until},
    )
    return [Hour(*row) for row in rows]


class Share(NamedTuple):
    """What one model, or one feature, cost in a period (USD), with its calls and the tokens they used."""

    name: str
    calls: int
    failed: int
    unpriced: int
    estimated: int
    input_tokens: int
    cached_tokens: int
    output_tokens: int
    cost_usd: Decimal


def shares(connection: sa.Connection, by: Literal["feature", "model", "kind"], since: datetime) -> list[Share]:
    """Sums from ``since`` on, the dearest first."""
    sums = ", ".join(f"sum({name})" for name in Share._fields[1:])
    rows = connection.execute(
        sa.text(f"select {by}, {sums} from ai.figures_costs where hour >= :since group by 1 order by 9 desc, 1"),
        {"since": since},
    )
    return [Share._make((row[0], *map(int, row[1:8]), row[8])) for row in rows]


class Total(NamedTuple):
    """A period: what it cost (USD), what of it answering customers did, and how many calls there were."""

    cost_usd: Decimal
    answering_usd: Decimal
    calls: int


def total(connection: sa.Connection, since: datetime) -> Total:
    """Sums from ``since`` on."""
    row = connection.execute(
        sa.text("""
            select coalesce(sum(cost_usd), 0), coalesce(sum(cost_usd) filter (where feature = any(:turns)), 0),
                   coalesce(sum(calls), 0)
              from ai.figures_costs where hour >= :since
        """),
        {"since": since, "turns": list(OF_TURNS)},
    ).one()
    return Total(row[0], row[1], int(row[2]))


class Answered(NamedTuple):
    """Answers of a period, and how many of them came from the cache."""

    answers: int
    cached: int


def answered(connection: sa.Connection, since: datetime) -> Answered:
    """Counts from the hours that the dashboard counts."""
    row = connection.execute(
        sa.text("""
            select coalesce(sum(answers), 0), coalesce(sum(cached), 0) from ai.figures_answers
             where span = 'hour' and start >= :since
        """),
        {"since": since},
    ).one()
    return Answered(int(row[0]), int(row[1]))


class Question(NamedTuple):
    """A message of a customer whose answer was dear (USD): where it is, what it was about, never what it said."""

    conversation_id: UUID
    asked_at: datetime
    intent: str | None
    calls: int
    cost_usd: Decimal


def dearest_questions(connection: sa.Connection, since: datetime, limit: int) -> Sequence[Question]:
    """The questions from ``since`` on whose answers cost most, those of erased customers left out."""
    rows = connection.execute(
        sa.text("""
            with dear as (
                select message_id, conversation_id, min(asked_at) as asked_at, count(*) as calls,
                       sum(cost_usd) as cost_usd
                  from ai.provider_calls
                 where asked_at >= :since and message_id is not null
                 group by 1, 2 having sum(cost_usd) > 0 order by 5 desc, 3 limit :limit
            )
            select d.conversation_id, d.asked_at, m.intent, d.calls, d.cost_usd
              from dear d left join ai.messages m on m.id = d.message_id order by 5 desc, 2
        """),
        {"since": since, "limit": limit},
    )
    return [Question(*row) for row in rows]
