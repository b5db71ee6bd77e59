"""What the dashboard shows of a period: from figures that are counted as things happen, never by a scan."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from mhc_core.db.queries import costs, figures
from mhc_core.db.queries.figures import BUCKETS, SLOWEST_MS, Answers, DayFigures, Flow, Now, Span, Totals

_LONGEST = timedelta(days=7)
"""Counted in one transaction."""
_RECENT = 48
"""Hours that are counted again with each new hour, whatever changed in them: a late import leaves no trace else."""
_LOCK = 0x6D686364


class Period(StrEnum):
    """How far back the dashboard looks."""

    DAY = "24 hours"
    WEEK = "7 days"
    MONTH = "30 days"
    YEAR = "12 months"


@dataclass(frozen=True, slots=True)
class Overview:
    """The figures of one period. Shares are 0..1 and None without anything to divide by; times are in milliseconds.

    Costs are what the ledger has of the period, None where no provider was called; of a conversation, and
    ``saved_usd``, which is what cached answers would have cost at the mean price of the others, they are those of
    answering customers.
    """

    since: datetime
    now: Now
    totals: Totals
    conversations: int
    contained: float | None
    escalated: float | None
    booked: float | None
    satisfied: float | None
    stars: float | None
    answers: int
    cached: int
    median_ms: float | None
    slow_ms: float | None
    cost_usd: Decimal | None
    cost_today_usd: Decimal | None
    cost_per_conversation_usd: Decimal | None
    saved_usd: Decimal | None
    models: Sequence[Answers]
    flow: Sequence[Flow]
    intents: Mapping[str, int]


def refresh(engine: sa.Engine, agents: Sequence[str], now: datetime) -> int:
    """Count the hours in which something changed since the last time, all of them the first time; how many.

    ``agents`` are the names of agents that figures may carry. Of several processes one counts, the others do nothing.
    """
    with engine.connect() as holder:
        if not holder.scalar(sa.text("select pg_try_advisory_lock(:key)"), {"key": _LOCK}):
            return 0
        try:
            hours = _due(holder, now)
            holder.rollback()
            for first, until in runs(hours):
                with engine.begin() as connection:
                    figures.count(connection, first, until, agents, now)
            return len(hours)
        finally:
            holder.execute(sa.text("select pg_advisory_unlock(:key)"), {"key": _LOCK})


def runs(hours: Sequence[datetime]) -> list[tuple[datetime, datetime]]:
    """These hours, in order, as few half-open ranges: what lies between two of a day is counted along."""
    found: list[tuple[datetime, datetime]] = []
    for hour in hours:
        until = hour + timedelta(hours=1)
        if found and hour - found[-1][1] < timedelta(days=1) and until - found[-1][0] <= _LONGEST:
            found[-1] = (found[-1][0], until)
        else:
            found.append((hour, until))
    return found


def _due(connection: sa.Connection, now: datetime) -> list[datetime]:
    last = figures.refreshed_at(connection)
    if last is None:
        return sorted(figures.hours_of_history(connection))
    hours = set(figures.changed(connection, last))
    current = _hour(now)
    if _hour(last) != current:
        hours |= {current - timedelta(hours=back) for back in range(_RECENT)}
    return sorted(hours)


def overview(connection: sa.Connection, period: Period, zone: ZoneInfo, now: datetime) -> Overview:
    """The figures of a period that ends now; its first hour, day or month counts as a whole."""
    span, since = _since(period, zone, now)
    totals = figures.totals(connection, span, since)
    models = figures.answers(connection, span, since)
    flow = figures.flow(connection, span, since)
    times = figures.latencies(connection, span, since)
    conversations = sum(row.conversations for row in flow)
    escalated = sum(row.escalated for row in flow)
    intents = Counter[str]()
    for row in flow:
        intents[row.intent] += row.conversations
    answers, cached = (sum(getattr(row, name) for row in models) for name in ("answers", "cached"))
    cost, today = costs.total(connection, since), costs.total(connection, _midnight(zone, now))
    called, written = cost.calls > 0, answers - cached
    return Overview(
        since=since,
        now=figures.moment(connection, now),
        totals=totals,
        conversations=conversations,
        contained=_share(conversations - escalated, conversations),
        escalated=_share(escalated, conversations),
        booked=_share(sum(row.booked for row in flow), conversations),
        satisfied=_share(totals.thumbs_up, totals.thumbs_up + totals.thumbs_down),
        stars=totals.stars / totals.starred if totals.starred else None,
        answers=answers,
        cached=cached,
        median_ms=quantile(times, 0.5),
        slow_ms=quantile(times, 0.95),
        cost_usd=cost.cost_usd if called else None,
        cost_today_usd=today.cost_usd if today.calls else None,
        cost_per_conversation_usd=cost.answering_usd / conversations if called and conversations else None,
        saved_usd=cost.answering_usd / written * cached if called and written else None,
        models=models,
        flow=flow,
        intents=dict(intents.most_common()),
    )


def shortest_with_data(connection: sa.Connection, zone: ZoneInfo, now: datetime) -> Period:
    """The shortest period in which a conversation began; a day when there is none at all."""
    for period in Period:
        if figures.any_conversation(connection, *_since(period, zone, now)):
            return period
    return Period.DAY


def trend(connection: sa.Connection, zone: ZoneInfo, now: datetime, days: int = 30) -> list[DayFigures]:
    """The last days, oldest first."""
    return figures.by_day(connection, _midnight(zone, now) - timedelta(days=days - 1))


def quantile(times: Mapping[int, int], share: float) -> float | None:
    """The time (ms) below which this share of answers lies, from counts by bucket; None without any."""
    total, seen = sum(times.values()), 0
    for bucket in sorted(times):
        seen += times[bucket]
        if seen >= share * total:
            middle = min(max(bucket, 1), BUCKETS) - 0.5
            return math.exp(middle / BUCKETS * math.log(SLOWEST_MS))
    return None


def _since(period: Period, zone: ZoneInfo, now: datetime) -> tuple[Span, datetime]:
    if period is Period.DAY:
        return "hour", _hour(now) - timedelta(hours=23)
    today = _midnight(zone, now)
    if period is Period.YEAR:
        return "month", (today.replace(day=1) - timedelta(days=330)).replace(day=1)
    return "day", today - timedelta(days={Period.WEEK: 7, Period.MONTH: 30}[period] - 1)


def _hour(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)


def _midnight(zone: ZoneInfo, now: datetime) -> datetime:
    return now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
