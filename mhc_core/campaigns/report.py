"""What a campaign does: bookings of people who were written to, compared with those who were left alone.

Both arms had nothing against them when planned, and stay whole whatever was left out later (intention to treat). The
difference has a confidence sequence (``mhc_core.statistics.confidence_sequences``), so it may be looked at as often as
anybody likes; people are compared within the week of their first step.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from functools import reduce
from typing import Any, Literal

import numpy as np
import sqlalchemy as sa

from mhc_core.campaigns.rules import Campaign, Campaigns
from mhc_core.db.queries import campaign_outcomes, campaigns
from mhc_core.db.queries.campaign_outcomes import Week
from mhc_core.statistics import confidence_sequences
from mhc_core.statistics.confidence_sequences import Evidence, Floats

ALPHA = 0.05
"""Chance that one of both bounds is ever wrong."""
MIN_PEOPLE = 50
"""In each arm, before anything is said about their difference."""
DISTANCE = 0.2
"""Difference, in standard deviations of one person's booking, at which the sequence is tightest."""

Verdict = Literal["works", "does harm", "cannot tell yet"]


@dataclass(frozen=True, slots=True)
class Lift:
    """Share of people who booked, written to minus left alone, 0..1; no bounds while too few are known."""

    treated: int
    treated_booked: int
    holdout: int
    holdout_booked: int
    estimate: float | None
    low: float | None
    high: float | None
    verdict: Verdict


def lift(weeks: list[Week]) -> Lift:
    """The difference that the weeks show together."""
    sums = {arm: np.sum([(one.people, one.booked) for one in weeks if one.arm == arm] or [(0, 0)], axis=0) for arm in
            ("treated", "holdout")}  # fmt: skip
    (treated, treated_booked), (holdout, holdout_booked) = (tuple(map(int, sums[arm])) for arm in sums)
    figures = (treated, treated_booked, holdout, holdout_booked)
    if min(treated, holdout) < MIN_PEOPLE:
        return Lift(*figures, None, None, None, "cannot tell yet")
    arms: dict[date, dict[str, Week]] = defaultdict(dict)
    for one in weeks:
        arms[one.week][one.arm] = one
    strata = [
        Evidence.of_stratum(_moments(both.get("treated")), _moments(both.get("holdout"))) for both in arms.values()
    ]
    evidence = reduce(lambda left, right: left + right, strata)
    estimate = confidence_sequences.difference(evidence.weight, evidence.score).item()
    radius = confidence_sequences.radius(evidence.weight, evidence.variance, ALPHA / 2, DISTANCE).item()
    if not np.isfinite(radius):
        return Lift(*figures, None, None, None, "cannot tell yet")
    low, high = estimate - radius, estimate + radius
    verdict: Verdict = "works" if low > 0 else "does harm" if high < 0 else "cannot tell yet"
    return Lift(*figures, estimate, max(low, -1.0), min(high, 1.0), verdict)


def _moments(week: Week | None) -> tuple[Floats, Floats, Floats]:
    people, booked = (week.people, week.booked) if week else (0, 0)
    return np.array([float(people)]), np.array([float(booked)]), np.array([float(booked)])


@dataclass(frozen=True, slots=True)
class CampaignReport:
    """One campaign. ``touches`` are counts by step, and by state or, where left out, by reason."""

    campaign: str
    counts_days: int
    touches: dict[str, dict[str, int]]
    codes_issued: int
    codes_redeemed: int
    lift: Lift


def of(connection: sa.Connection, rules: Campaigns, now: datetime) -> list[CampaignReport]:
    """The report of every campaign of the file."""
    counted = campaigns.counts(connection)
    return [_one(connection, one, counted, now) for one in rules.campaign]


def _one(connection: sa.Connection, campaign: Campaign, counted: list[sa.Row[Any]], now: datetime) -> CampaignReport:
    touches: dict[str, dict[str, int]] = {step.name: {} for step in campaign.step}
    for row in counted:
        if row.campaign == campaign.name:
            of_step = touches.setdefault(row.step, {})
            name = row.reason if row.state == "skipped" else row.state
            of_step[name] = of_step.get(name, 0) + row.touches
    codes = campaign_outcomes.codes(connection, campaign.name)
    weeks = campaign_outcomes.by_week(connection, campaign.name, campaign.counts_days, now)
    return CampaignReport(campaign.name, campaign.counts_days, touches, codes.issued, codes.redeemed, lift(weeks))
