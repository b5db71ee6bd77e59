"""Where spending stands against its budgets: what is reached, what will be, and an hour that is not as usual."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from zoneinfo import ZoneInfo

import numpy as np

from mhc_core.db.queries.costs import Hour
from mhc_core.db.queries.ledger import Spent
from mhc_core.monitoring.costs.projection import Projection
from mhc_core.settings import Settings
from mhc_core.vocabulary import Severity

WARN_FROM = Decimal("0.8")
ABOVE_USUAL = Decimal("1.5")
"""An hour that cost more than so many times what it uses to is told."""
_WEEKS = 4
"""Of the same hour of the same weekday, over which the usual is the mean."""
_LEAST = Decimal("0.02")
"""An hour is told only when what it cost beyond the usual is more than this share of the day's budget: the cents of a
quiet night double every other day."""


class Cause(StrEnum):
    """Why a state is one that people should know of."""

    BUDGET = "budget"
    HARD_LIMIT = "hard_limit"
    PROJECTION = "projection"
    HOUR = "hour"
    UNPRICED = "unpriced"


@dataclass(frozen=True, slots=True)
class BudgetState:
    """One thing to know, or to be warned of. ``subject`` names it for good: the same thing keeps its subject.

    ``spent`` and ``budget`` are in USD; of an hour the budget is what is usual, of unpriced calls both are counts.
    """

    cause: Cause
    subject: str
    severity: Severity
    spent: Decimal
    budget: Decimal
    title: str
    told: str


def by_period(settings: Settings) -> dict[str, Decimal]:
    """The budgets in USD."""
    return {
        "day": settings.budget_day_usd,
        "week": settings.budget_week_usd,
        "month": settings.budget_month_usd,
    }


def states(
    settings: Settings, spent: Spent, hours: Sequence[Hour], projected: Projection | None, zone: ZoneInfo, now: datetime
) -> list[BudgetState]:
    """All that should be told now; nothing while all is within its budget.

    Args:
        spent: what the present day, week and month cost so far.
        hours: what the hours of the last five weeks cost; those that are left out cost nothing.
        projected: the month at its end.
    """
    return [
        *_reached(settings, spent),
        *_to_come(settings, spent, projected),
        *_hour(settings, hours, zone, now),
        *_unpriced(spent),
    ]


def _reached(settings: Settings, spent: Spent) -> Iterator[BudgetState]:
    costs: Mapping[str, Decimal] = {"day": spent.day, "week": spent.week, "month": spent.month}
    for period, budget in by_period(settings).items():
        cost = costs[period]
        if cost < budget * WARN_FROM:
            continue
        hard = budget * settings.budget_hard_percent / 100
        critical = cost >= budget
        yield BudgetState(
            Cause.BUDGET, period, Severity.CRITICAL if critical else Severity.WARNING, cost, budget,
            f"{cost / budget:.0%} of this {period}'s budget is spent",
            f"{cost:.2f} of {budget:.2f} USD; at {hard:.2f} USD local models answer until the {period} ends. "
            "`mhc costs` shows what for",
        )  # fmt: skip
        if cost >= hard:
            yield BudgetState(
                Cause.HARD_LIMIT, period, Severity.CRITICAL, cost, hard,
                f"Local models answer: the hard limit of this {period} is reached",
                f"{cost:.2f} USD are spent; raise MHC_BUDGET_{period.upper()}_USD or MHC_BUDGET_HARD_PERCENT, or wait "
                f"until the {period} ends",
            )  # fmt: skip


def _to_come(settings: Settings, spent: Spent, projected: Projection | None) -> Iterator[BudgetState]:
    budget = settings.budget_month_usd
    if projected is None or projected.expected <= budget or spent.month >= budget:
        return
    yield BudgetState(
        Cause.PROJECTION, "month", Severity.WARNING, spent.month, budget,
        "The month is going to cost more than its budget",
        f"{projected.expected:.2f} USD are expected at its end (80 %: {projected.low:.2f} to {projected.high:.2f}); "
        f"the budget is {budget:.2f}, and {spent.month:.2f} are spent",
    )  # fmt: skip


def _hour(settings: Settings, hours: Sequence[Hour], zone: ZoneInfo, now: datetime) -> Iterator[BudgetState]:
    costs = {one.start: one.cost_usd for one in hours}
    last = now.replace(minute=0, second=0, microsecond=0) - timedelta(hours=1)
    if not hours or hours[0].start > last - timedelta(weeks=1):
        return
    weeks = [last - timedelta(weeks=back) for back in range(1, _WEEKS + 1)]
    seen = [costs.get(hour, Decimal(0)) for hour in weeks if hour >= hours[0].start]
    usual, cost = Decimal(sum(seen)) / len(seen), costs.get(last, Decimal(0))
    if cost <= usual * ABOVE_USUAL or cost - usual <= _LEAST * settings.budget_day_usd:
        return
    local = last.astimezone(zone)
    yield BudgetState(
        Cause.HOUR, "hour", Severity.WARNING, cost, usual,
        f"The hour from {local:%H:%M} cost {cost:.2f} USD",
        f"{usual:.2f} USD are usual for it on a {local:%A} (mean of {len(seen)} weeks); `mhc costs` shows what for",
    )  # fmt: skip


def _unpriced(spent: Spent) -> Iterator[BudgetState]:
    if spent.unpriced:
        yield BudgetState(
            Cause.UNPRICED, "month", Severity.WARNING, Decimal(spent.unpriced), Decimal(0),
            f"Calls of this month without a known price: {spent.unpriced:,}",
            "they are in no sum: `mhc costs` names their models; add them to mhc_core/providers/openai/prices.toml",
        )  # fmt: skip


def share_left(hours: Sequence[Hour], zone: ZoneInfo, now: datetime) -> float:
    """How much of a day's cost comes after this time of the day, 0..1, by the hours of the last five weeks."""
    by_hour = np.full(24, 1e-9)
    for one in hours:
        by_hour[one.start.astimezone(zone).hour] += float(one.cost_usd)
    local = now.astimezone(zone)
    after = by_hour[local.hour + 1 :].sum() + by_hour[local.hour] * (1 - local.minute / 60)
    return float(after / by_hour.sum())
