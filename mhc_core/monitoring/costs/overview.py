"""What providers cost, as people look at it: today, this week and month, what for, and where the month is going."""

import calendar
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Literal
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from mhc_core.db.queries import costs, ledger
from mhc_core.db.queries.costs import Hour, Question, Share
from mhc_core.db.queries.ledger import Spent
from mhc_core.monitoring.costs import budgets, projection
from mhc_core.monitoring.costs.budgets import BudgetState
from mhc_core.monitoring.costs.projection import Projection
from mhc_core.settings import Settings

ABANDONED = timedelta(hours=1)
"""A call that is under way for longer died with its process."""
_HISTORY = timedelta(days=projection.MOST_DAYS)
_QUESTIONS = 10
_OF_SHARES = ("calls", "failed", "unpriced", "input_tokens", "cached_tokens", "output_tokens", "cost_usd")


@dataclass(frozen=True, slots=True)
class Period:
    """A day, week or month up to now, in USD. ``before`` is the same part of the one before, None where nothing was
    called before it ended."""

    name: str
    cost_usd: Decimal
    before_usd: Decimal | None
    budget_usd: Decimal

    @property
    def trend(self) -> float | None:
        """Change against the same part of the period before, 0.5 for half as much again."""
        return float(self.cost_usd / self.before_usd - 1) if self.before_usd else None


@dataclass(frozen=True, slots=True)
class DayCost:
    """What a day of the business cost (USD)."""

    day: date
    cost_usd: Decimal


@dataclass(frozen=True, slots=True)
class Sum:
    """What one feature, or one model, cost (USD), with its calls and the tokens they used."""

    name: str
    calls: int
    failed: int
    unpriced: int
    input_tokens: int
    cached_tokens: int
    output_tokens: int
    cost_usd: Decimal


@dataclass(frozen=True, slots=True)
class CostOverview:
    """Shares and questions are those of the month. ``saved_usd`` is what the month's cached answers would have cost at
    the mean price of the others; ``projected`` is None while there are too few days."""

    periods: Sequence[Period]
    days: Sequence[DayCost]
    features: Sequence[Sum]
    models: Sequence[Sum]
    questions: Sequence[Question]
    spent: Spent
    saved_usd: Decimal
    per_answer_usd: Decimal | None
    projected: Projection | None
    states: Sequence[BudgetState]
    prices_of: date


def settle_abandoned(engine: sa.Engine, now: datetime) -> int:
    """Count calls of processes that died as lost; how many."""
    with engine.begin() as connection:
        return ledger.give_up(connection, now - ABANDONED, now)


def overview(connection: sa.Connection, settings: Settings, zone: ZoneInfo, now: datetime) -> CostOverview:
    """The figures as of ``now``."""
    from mhc_core.providers.openai import prices

    month = _midnight(now.astimezone(zone).date().replace(day=1), zone)
    spent, hours, projected = _course(connection, settings, zone, now)
    shares, answered = costs.shares(connection, month), costs.answered(connection, month)
    written = answered.answers - answered.cached
    answering = sum((one.cost_usd for one in shares if one.feature in costs.OF_TURNS), Decimal(0))
    each = answering / written if written and answering else None
    return CostOverview(
        periods=_periods(settings, spent, hours, zone, now),
        days=_by_day(hours, zone, now),
        features=_summed(shares, "feature"),
        models=_summed(shares, "model"),
        questions=costs.dearest_questions(connection, month, now + timedelta(seconds=1), _QUESTIONS),
        spent=spent,
        saved_usd=(each or Decimal(0)) * answered.cached,
        per_answer_usd=each,
        projected=projected,
        states=budgets.states(settings, spent, hours, projected, zone, now),
        prices_of=prices.load().as_of,
    )


def states(connection: sa.Connection, settings: Settings, zone: ZoneInfo, now: datetime) -> list[BudgetState]:
    """What people should be told of costs now: budgets reached or going to be, an unusual hour, unpriced calls."""
    spent, hours, projected = _course(connection, settings, zone, now)
    return budgets.states(settings, spent, hours, projected, zone, now)


def _course(
    connection: sa.Connection, settings: Settings, zone: ZoneInfo, now: datetime
) -> tuple[Spent, list[Hour], Projection | None]:
    spent = ledger.spent(connection, now)
    today = now.astimezone(zone).date()
    hours = costs.hours(connection, _midnight(today, zone) - _HISTORY, now)
    whole = [float(one.cost_usd) for one in _by_day(hours, zone, now)[:-1]]
    last = calendar.monthrange(today.year, today.month)[1]
    recent = [one for one in hours if one.start > now - timedelta(weeks=5)]
    left = [budgets.share_left(recent, zone, now), *[1.0] * (last - today.day)]
    return spent, hours, projection.month_end(float(spent.month), whole, today.weekday(), left, settings.seed)


def _summed(shares: Sequence[Share], by: Literal["feature", "model"]) -> list[Sum]:
    """Sums by one of the two, the dearest first."""
    names = {getattr(one, by) for one in shares}
    found = [
        Sum(name, *(sum(getattr(one, each) for one in shares if getattr(one, by) == name) for each in _OF_SHARES))
        for name in names
    ]
    return sorted(found, key=lambda one: (-one.cost_usd, one.name))


def _by_day(hours: Sequence[Hour], zone: ZoneInfo, now: datetime) -> list[DayCost]:
    """Every day from the first that cost something to today, days without any cost included."""
    sums: defaultdict[date, Decimal] = defaultdict(Decimal)
    for one in hours:
        sums[one.start.astimezone(zone).date()] += one.cost_usd
    today = now.astimezone(zone).date()
    first = min(sums, default=today)
    return [
        DayCost(day, sums[day]) for back in range((today - first).days, -1, -1) for day in [today - timedelta(back)]
    ]


def _periods(settings: Settings, spent: Spent, hours: Sequence[Hour], zone: ZoneInfo, now: datetime) -> list[Period]:
    today = now.astimezone(zone).date()
    monday, first = today - timedelta(today.weekday()), today.replace(day=1)
    begins = {"day": today, "week": monday, "month": first}
    before = {
        "day": today - timedelta(1),
        "week": monday - timedelta(7),
        "month": (first - timedelta(1)).replace(day=1),
    }
    found = []
    for name, budget in budgets.by_period(settings).items():
        start = _midnight(before[name], zone)
        until = min(start + (now - _midnight(begins[name], zone)), _midnight(begins[name], zone))
        known = bool(hours) and hours[0].start < until
        part = sum((one.cost_usd for one in hours if start <= one.start < until), Decimal(0))
        found.append(Period(name, getattr(spent, name), part if known else None, budget))
    return found


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone)
