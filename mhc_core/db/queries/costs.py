"""SQL of what providers charged: read from the hours the ledger sums, and the dearest questions from its rows."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple
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
            select hour, cost_usd from ai.figures_cost_hours where hour >= :since and hour < :until order by hour
        """),
        {"since": since, "until": until},
    )
    return [Hour(*row) for row in rows]


class Share(NamedTuple):
    """What a model cost for a feature in a period (USD), with its calls and the tokens they used."""

    feature: str
    model: str
    calls: int
    failed: int
    unpriced: int
    estimated: int
    input_tokens: int
    cached_tokens: int
    output_tokens: int
    cost_usd: Decimal


def shares(connection: sa.Connection, since: datetime) -> list[Share]:
    """Sums by feature and model from ``since`` on."""
    sums = ", ".join(f"sum({name})" for name in Share._fields[2:])
    rows = connection.execute(
        sa.text(f"select feature, model, {sums} from ai.figures_costs where hour >= :since group by 1, 2"),
        {"since": since},
    )
    return [Share._make((*row[:2], *map(int, row[2:9]), row[9])) for row in rows]


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


def dearest_questions(connection: sa.Connection, since: datetime, until: datetime, limit: int) -> Sequence[Question]:
    """The questions of the range whose answers cost most, the dearest first.

    An answer is stored with what the ledger has of its turn; an index holds the answers of each month (UTC) by that.
    """
    rows = connection.execute(
        sa.text("""
            select d.conversation_id, d.sent_at, d.intent,
                   (select count(*) from ai.provider_calls p
                     where p.conversation_id = d.conversation_id and p.message_id = d.id),
                   d.cost_usd
              from generate_series(date_trunc('month', timezone('UTC', cast(:since as timestamptz))),
                                   timezone('UTC', cast(:until as timestamptz)), interval '1 month') month
             cross join lateral (
                   select m.id, m.conversation_id, m.sent_at, m.intent, m.cost_usd from ai.messages m
                    where date_trunc('month', timezone('UTC', m.sent_at)) = month and m.cost_usd > 0
                      and m.sent_at >= :since and m.sent_at < :until
                    order by m.cost_usd desc limit :limit) d
             order by d.cost_usd desc, d.sent_at limit :limit
        """),
        {"since": since, "until": until, "limit": limit},
    )
    return [Question(*row) for row in rows]
