"""SQL of the weekly report: sums of a week, its days, what was learned and moved in it, and the reports themselves."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from mhc_core.db.queries.costs import OF_TURNS
from mhc_core.db.queries.days import ZONE
from mhc_core.db.tables import version_aliases, weekly_reports

_ESCALATED = "(c.escalated_at is not null or c.status = 'escalated' or coalesce(c.outcome = 'escalated', false))"
_BOOKED = """
    (coalesce(c.outcome = 'booked', false) or exists (select from ai.booking_requests b where b.conversation_id = c.id
                                       and b.status in ('requested', 'confirmed')))
"""
_OWN = f"""
    own as (select c.id, c.started_at, coalesce(c.intent, 'other') as intent, {_ESCALATED} as escalated,
                   {_BOOKED} as booked
              from ai.conversations c where c.started_at >= :start and c.started_at < :end)
"""


class Sums(NamedTuple):
    """A week's sums. ``confirmed`` are conversations without a hand-over whose customer booked, liked it or thanked
    last; costs (USD) are those of answering, by conversation, with their squares."""

    conversations: int
    contained: int
    confirmed: int
    booked: int
    with_feedback: int
    starred: int
    stars: float
    stars_squared: float
    liked: int
    judged: int
    calls: int
    cost_usd: float
    cost_squared: float
    answers: int


def sums(connection: sa.Connection, start: datetime, end: datetime) -> Sums:
    """What happened from ``start`` until before ``end``; conversations count in the week in which they began."""
    row = connection.execute(
        sa.text(f"""
            with {_OWN},
            judged as (
                select own.*, f.given, f.up, f.down,
                       (select m.message_metadata -> 'reading' -> 'segments' @> '[{{"act": "thank"}}]'
                          from ai.messages m where m.conversation_id = own.id and m.role = 'user'
                         order by m.position desc limit 1) as thanked,
                       (select sum(p.cost_usd) from ai.provider_calls p
                         where p.conversation_id = own.id and p.feature = any(:turns)) as cost
                  from own left join lateral (
                       select count(*) > 0 as given, bool_or(verdict = 'up') as up, bool_or(verdict = 'down') as down
                         from ai.feedback where conversation_id = own.id) f on true
            ),
            talks as (
                select count(*) as conversations, count(*) filter (where not escalated) as contained,
                       count(*) filter (where not escalated and not coalesce(down, false)
                                          and (booked or coalesce(up, false) or coalesce(thanked, false))) as confirmed,
                       count(*) filter (where booked) as booked, count(*) filter (where given) as with_feedback,
                       coalesce(sum(cost), 0)::float8 as cost_usd, coalesce(sum(cost * cost), 0)::float8 as cost_squared
                  from judged
            ),
            given as (
                select count(stars) as starred, coalesce(sum(stars), 0)::float8 as stars,
                       coalesce(sum(stars * stars), 0)::float8 as stars_squared,
                       count(*) filter (where verdict = 'up') as liked, count(verdict) as judged
                  from ai.feedback where given_at >= :start and given_at < :end
            )
            select t.conversations, t.contained, t.confirmed, t.booked, t.with_feedback, g.starred, g.stars,
                   g.stars_squared, g.liked, g.judged,
                   (select coalesce(sum(calls), 0)::bigint from ai.figures_costs where hour >= :start and hour < :end),
                   t.cost_usd, t.cost_squared,
                   (select count(*) from ai.messages
                     where sent_at >= :start and sent_at < :end and role = 'assistant' and latency_ms is not null)
              from talks t, given g
        """),
        {"start": start, "end": end, "turns": list(OF_TURNS)},
    ).one()
    return Sums(*row)


def answer_times(
    connection: sa.Connection, start: datetime, end: datetime, shares: Sequence[float]
) -> list[float] | None:
    """The times (ms) that these shares of the week's answers did not exceed; None without answers."""
    found: list[float] | None = connection.scalar(
        sa.text("""
            select percentile_cont(cast(:shares as float8[])) within group (order by latency_ms) from ai.messages
             where sent_at >= :start and sent_at < :end and role = 'assistant' and latency_ms is not null
        """),
        {"start": start, "end": end, "shares": list(shares)},
    )
    return found


class Day(NamedTuple):
    """A day of the business: conversations that began, and how many of them were handed over."""

    day: date
    conversations: int
    escalated: int


def by_day(connection: sa.Connection, start: datetime, end: datetime) -> list[Day]:
    """Every day of the range, also those on which nobody wrote."""
    rows = connection.execute(
        sa.text(f"""
            with {_OWN}
            select cast(d as date), count(own.id), count(own.id) filter (where own.escalated)
              from generate_series(timezone({ZONE}, cast(:start as timestamptz)),
                                   timezone({ZONE}, cast(:end as timestamptz)) - interval '1 day', interval '1 day') d
              left join own on cast(timezone({ZONE}, own.started_at) as date) = cast(d as date)
             group by 1 order by 1
        """),
        {"start": start, "end": end},
    )
    return [Day(*row) for row in rows]


class Handed(NamedTuple):
    """Conversations of an intent, and how many were handed over."""

    intent: str
    conversations: int
    escalated: int


def handed_over(connection: sa.Connection, start: datetime, end: datetime) -> list[Handed]:
    """By intent, those with most hand-overs first."""
    rows = connection.execute(
        sa.text(f"""
            with {_OWN}
            select intent, count(*), count(*) filter (where escalated) as handed from own group by 1 order by 3 desc, 1
        """),
        {"start": start, "end": end},
    )
    return [Handed(*row) for row in rows]


class Learned(NamedTuple):
    """What a week taught: decisions of reviewers, new examples they made certain, articles, data sets and models."""

    approved: int
    edited: int
    rejected: int
    articles: int
    datasets: int
    models: int
    corrections: int


def learned(connection: sa.Connection, start: datetime, end: datetime) -> Learned:
    """Counts of the week."""
    row = connection.execute(
        sa.text("""
            with d as (select decision, count(*) as n from ai.review_decisions
                        where decided_at >= :start and decided_at < :end and undone_at is null group by 1)
            select (select coalesce(sum(n), 0) from d where decision = 'approve'),
                   (select coalesce(sum(n), 0) from d where decision = 'edit'),
                   (select coalesce(sum(n), 0) from d where decision = 'reject'),
                   (select count(*) from ai.knowledge_articles
                     where origin = 'learned' and active and created_at >= :start and created_at < :end),
                   (select count(*) from ai.dataset_versions where created_at >= :start and created_at < :end),
                   (select count(*) from ai.model_versions where created_at >= :start and created_at < :end),
                   (select count(*) from ai.audit_log
                     where action = 'understanding.corrected' and at >= :start and at < :end)
        """),
        {"start": start, "end": end},
    ).one()
    return Learned(*map(int, row))


class Move(NamedTuple):
    """A version that went live."""

    kind: str
    alias: str
    version_id: str
    moved_by: str
    moved_at: datetime


def moves(connection: sa.Connection, end: datetime) -> list[Move]:
    """All moves before ``end``, oldest first."""
    log = version_aliases.c
    rows = connection.execute(
        sa.select(log.kind, log.alias, log.version_id, log.moved_by, log.moved_at)
        .where(log.moved_at < end)
        .order_by(log.id)
    )
    return [Move(*row) for row in rows]


# --- the reports ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Kept:
    """A report as it is kept: ``week`` such as 2026-W10, and where its files are."""

    week: str
    made_at: datetime
    report: dict[str, Any]
    markdown_uri: str
    pdf_uri: str


def keep(connection: sa.Connection, kept: Kept) -> None:
    """Store a report, in the place of an earlier one of its week."""
    values = {
        "week": kept.week, "made_at": kept.made_at, "report": kept.report, "markdown_uri": kept.markdown_uri,
        "pdf_uri": kept.pdf_uri,
    }  # fmt: skip
    changed = {name: value for name, value in values.items() if name != "week"}
    connection.execute(
        insert(weekly_reports).values(values).on_conflict_do_update(index_elements=["week"], set_=changed)
    )


def weeks(connection: sa.Connection, limit: int) -> list[str]:
    """The weeks that have a report, newest first."""
    query = sa.select(weekly_reports.c.week).order_by(weekly_reports.c.week.desc()).limit(limit)
    return list(connection.scalars(query))


def kept(connection: sa.Connection, week: str) -> Kept | None:
    """The report of a week."""
    row = connection.execute(sa.select(weekly_reports).where(weekly_reports.c.week == week)).one_or_none()
    return None if row is None else Kept(row.week, row.made_at, row.report, row.markdown_uri, row.pdf_uri)
