"""SQL of the ledger: a call is written before it is made, settled after it, and summed by the hour as it is settled."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa

from mhc_core.db.queries.days import ZONE
from mhc_core.db.tables import provider_calls
from mhc_core.vocabulary import CallKind, CallOutcome

_COUNTED = (
    "input_tokens", "cached_tokens", "cache_write_tokens", "output_tokens", "reasoning_tokens", "audio_tokens",
    "trained_tokens",
)  # fmt: skip
_SUMS = ("calls", "failed", "unpriced", "estimated", *_COUNTED, "cost_usd")
_OF_ALL = ("calls", "unpriced", "estimated", "cost_usd")
_ADD = f""", hourly as (
        insert into ai.figures_cost_hours (hour, {", ".join(_OF_ALL)})
        select date_trunc('hour', s.asked_at), count(*), count(*) filter (where s.cost_usd is null),
               count(*) filter (where s.estimated), coalesce(sum(s.cost_usd), 0)
          from settled s group by 1
        on conflict (hour) do update
           set {", ".join(f"{name} = figures_cost_hours.{name} + excluded.{name}" for name in _OF_ALL)}
    )
    insert into ai.figures_costs (hour, kind, feature, model, {", ".join(_SUMS)})
    select date_trunc('hour', s.asked_at), s.kind, s.feature, s.model, count(*),
           count(*) filter (where s.outcome = 'failed'),
           count(*) filter (where s.cost_usd is null), count(*) filter (where s.estimated),
           {", ".join(f"sum(s.{name})" for name in _COUNTED)}, coalesce(sum(s.cost_usd), 0)
      from settled s group by 1, 2, 3, 4
    on conflict (hour, kind, feature, model) do update
       set {", ".join(f"{name} = figures_costs.{name} + excluded.{name}" for name in _SUMS)}
"""
_SETTLE = sa.text(f"""
    with settled as (
        update ai.provider_calls
           set settled_at = :settled_at, outcome = :outcome, model = :model, estimated = :estimated,
               cost_usd = :cost_usd, prices_of = :prices_of, {", ".join(f"{name} = :{name}" for name in _COUNTED)}
         where id = :id and outcome = 'asked'
        returning *
    ){_ADD}
""")
_ABANDONED = sa.text(f"""
    with settled as (
        update ai.provider_calls set settled_at = :now, outcome = 'lost'
         where outcome = 'asked' and asked_at < :before
        returning *
    ){_ADD}
""")
_JOB = sa.text(f"""
    with settled as (
        insert into ai.provider_calls (id, asked_at, settled_at, kind, feature, provider, model, outcome, job_id,
                                       trained_tokens, cost_usd, prices_of)
        values (:id, :now, :now, :kind, :feature, :provider, :model, 'answered', :job_id, :trained_tokens, :cost_usd,
                :prices_of)
        on conflict (job_id) do nothing
        returning *
    ){_ADD}
""")


class Asked(NamedTuple):
    """A call that is about to be made. Tokens and cost (USD) are what it is expected to come to at most."""

    id: UUID
    asked_at: datetime
    kind: CallKind
    feature: str
    provider: str
    model: str
    conversation_id: UUID | None
    message_id: UUID | None
    input_tokens: int
    output_tokens: int
    cost_usd: Decimal | None
    prices_of: date


def ask(connection: sa.Connection, call: Asked) -> None:
    """Write a call down before it is made."""
    values: dict[str, Any] = {**call._asdict(), "outcome": CallOutcome.ASKED, "estimated": True}
    connection.execute(provider_calls.insert().values(values))


def settle(
    connection: sa.Connection,
    call: Asked,
    outcome: CallOutcome,
    model: str,
    tokens: Mapping[str, int],
    cost_usd: Decimal | None,
    settled_at: datetime,
    *,
    estimated: bool,
) -> None:
    """What became of a call; once. ``tokens`` are by column, those left out are 0; no cost means no known price."""
    values = {**dict.fromkeys(_COUNTED, 0), **tokens, "id": call.id, "outcome": outcome, "model": model}
    values |= {"cost_usd": cost_usd, "prices_of": call.prices_of, "settled_at": settled_at, "estimated": estimated}
    connection.execute(_SETTLE, values)


def settle_job(
    connection: sa.Connection,
    id_: UUID,
    job_id: str,
    feature: str,
    provider: str,
    model: str,
    trained_tokens: int,
    cost_usd: Decimal | None,
    prices_of: date,
    now: datetime,
) -> None:
    """A training job with the tokens it is billed for; a job that is known is left as it is."""
    values = {"id": id_, "job_id": job_id, "feature": feature, "provider": provider, "model": model, "now": now}
    values |= {"kind": CallKind.FINE_TUNING, "trained_tokens": trained_tokens, "cost_usd": cost_usd}
    connection.execute(_JOB, {**values, "prices_of": prices_of})


def give_up(connection: sa.Connection, before: datetime, now: datetime) -> int:
    """Count calls as lost, with what they were expected to cost, that were made before then and never settled."""
    return connection.execute(_ABANDONED, {"before": before, "now": now}).rowcount


def forget(connection: sa.Connection, before: datetime, limit: int) -> int:
    """Remove single calls that were made before then; how many, ``limit`` at most. Their sums by the hour stay, and so
    do jobs, which are charged once for ever, and calls that are under way."""
    calls = provider_calls.c
    over = (
        sa.select(calls.id)
        .where(calls.asked_at < before, calls.outcome != CallOutcome.ASKED, calls.job_id.is_(None))
        .limit(limit)
    )
    return connection.execute(sa.delete(provider_calls).where(calls.id.in_(over))).rowcount


class Spent(NamedTuple):
    """What the present day, week (from Monday) and month of the business cost so far (USD), calls under way included;
    ``unpriced`` are calls of the month whose price is not known, ``estimated`` those whose bill is not."""

    day: Decimal
    week: Decimal
    month: Decimal
    unpriced: int
    estimated: int


def spent(connection: sa.Connection, now: datetime) -> Spent:
    """Sums up to now, from the hours."""
    begins = {span: f"date_trunc('{span}', cast(:now as timestamptz), {ZONE})" for span in ("day", "week", "month")}
    row = connection.execute(
        sa.text(f"""
            with costs as (
                select hour as at, cost_usd, unpriced, estimated from ai.figures_cost_hours
                 where hour >= least({begins["week"]}, {begins["month"]}) and hour <= :now
                union all
                select asked_at, coalesce(cost_usd, 0), 0, 0 from ai.provider_calls where outcome = 'asked'
            )
            select {", ".join(f"coalesce(sum(cost_usd) filter (where at >= {begin}), 0)" for begin in begins.values())},
                   coalesce(sum(unpriced) filter (where at >= {begins["month"]}), 0),
                   coalesce(sum(estimated) filter (where at >= {begins["month"]}), 0)
              from costs
        """),
        {"now": now},
    ).one()
    return Spent(row[0], row[1], row[2], int(row[3]), int(row[4]))
