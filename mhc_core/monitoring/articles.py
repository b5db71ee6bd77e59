"""What articles are worth: how often answers that cite them led to a booking and were liked.

The score is 0.7 times the share that booked plus 0.3 times the share of liked ones. Few uses prove little: beside it
stands the same of shares that are drawn towards those of all articles, as if each article had been used
``PRIOR_USES`` times more at the common rate (the mean of a beta posterior), with a 90 % interval.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from mhc_core.db.queries import article_figures
from mhc_core.db.queries.article_figures import ArticleUse, ChunkUse

BOOKED, LIKED = 0.7, 0.3
PRIOR_USES = 20
DAYS = 90
"""How far back the page of knowledge looks."""
_WIDTH = 1.645
"""Standard deviations on either side of a mean that hold 90 % of a normal distribution."""


@dataclass(frozen=True, slots=True)
class Worth:
    """An article with its worth, 0..1. ``score`` is None where a share has nothing to divide by."""

    use: ArticleUse
    stale: bool
    score: float | None
    estimate: float
    low: float
    high: float


def worth(connection: sa.Connection, days: int, stale_days: int, now: datetime) -> list[Worth]:
    """Articles by what they are worth, surest first: by the lower end of the interval."""
    uses = article_figures.articles(connection, "day", now - timedelta(days=days))
    return judged(uses, now - timedelta(days=stale_days))


def chunks(connection: sa.Connection, version_id: str, article_id: str, days: int, now: datetime) -> list[ChunkUse]:
    """The chunks of an article in a version with what became of them in the last days."""
    return article_figures.chunks(connection, version_id, article_id, "day", now - timedelta(days=days))


def judged(uses: Sequence[ArticleUse], stale_before: datetime) -> list[Worth]:
    """The worth of each article among these."""
    booking = _rate(sum(one.booked for one in uses), sum(one.used for one in uses))
    liking = _rate(sum(one.liked for one in uses), sum(one.liked + one.disliked for one in uses))
    found = []
    for one in uses:
        votes = one.liked + one.disliked
        score = BOOKED * one.booked / one.used + LIKED * one.liked / votes if one.used and votes else None
        booked, booked_variance = _posterior(one.booked, one.used, booking)
        liked, liked_variance = _posterior(one.liked, votes, liking)
        estimate = BOOKED * booked + LIKED * liked
        reach = _WIDTH * math.sqrt(BOOKED**2 * booked_variance + LIKED**2 * liked_variance)
        low, high = max(0.0, estimate - reach), min(1.0, estimate + reach)
        found.append(Worth(one, one.reviewed_at < stale_before, score, estimate, low, high))
    return sorted(found, key=lambda one: (-one.low, one.use.id))


def _rate(part: int, whole: int) -> float:
    """A common rate that is never quite 0 or 1."""
    return (part + 1) / (whole + 2)


def _posterior(part: int, whole: int, common: float) -> tuple[float, float]:
    """Mean and variance of a beta posterior whose prior is the common rate, worth ``PRIOR_USES``."""
    yes, no = part + PRIOR_USES * common, whole - part + PRIOR_USES * (1 - common)
    total = yes + no
    return yes / total, yes * no / (total**2 * (total + 1))
