"""Figures of a week with the numbers behind them and a 95 % interval.

Shares have Wilson's interval, means Student's, the median answer time the one between two of the times themselves
(David and Nagaraja, Order Statistics, 2003, section 7.1).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from mhc_core.db.queries.weekly import Sums

Unit = Literal["share", "stars", "ms", "usd"]
_LEVEL = 0.95
_WIDTH = 1.96


@dataclass(frozen=True, slots=True)
class Measured:
    """A value from ``n`` observations; None where there are none, or too few to say how sure it is."""

    value: float | None = None
    n: int = 0
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of this week beside that of the week before; ``meaning`` says what is counted."""

    name: str
    unit: Unit
    this: Measured
    before: Measured
    meaning: str


def share(part: int, whole: int) -> Measured:
    """A share, 0..1."""
    if not whole:
        return Measured()
    from scipy.stats import binomtest

    between = binomtest(part, whole).proportion_ci(_LEVEL, "wilson")
    return Measured(part / whole, whole, float(between.low), float(between.high))


def mean(total: float, squares: float, n: int, least: float, most: float = math.inf) -> Measured:
    """A mean from the sums of values and of their squares; its interval lies between ``least`` and ``most``."""
    if not n:
        return Measured()
    value = total / n
    if n == 1:
        return Measured(value, n)
    from scipy.stats import t

    spread = math.sqrt(max(0.0, squares / n - value**2) * n / (n - 1) / n)
    reach = float(t.ppf((1 + _LEVEL) / 2, n - 1)) * spread
    return Measured(value, n, max(least, value - reach), min(most, value + reach))


def median_shares(n: int) -> tuple[float, float, float]:
    """Which shares of ``n`` values lie below the median's lower bound, the median and its upper bound."""
    reach = _WIDTH / (2 * math.sqrt(max(n, 1)))
    return max(0.0, 0.5 - reach), 0.5, min(1.0, 0.5 + reach)


def figures(
    this: Sums, before: Sums, times: Sequence[float] | None, times_before: Sequence[float] | None
) -> list[Figure]:
    """All figures of the report, from the sums and the median answer times with their bounds."""

    def shares(name: str, part: str, whole: str, meaning: str) -> Figure:
        now, then = (share(getattr(week, part), getattr(week, whole)) for week in (this, before))
        return Figure(name, "share", now, then, meaning)

    def stars(week: Sums) -> Measured:
        return mean(week.stars, week.stars_squared, week.starred, 1, 5)

    def paid(week: Sums) -> Measured:
        return mean(week.cost_usd, week.cost_squared, week.conversations, 0) if week.calls else Measured()

    return [
        shares("Nobody escalated", "contained", "conversations", "conversations that no person took over"),
        shares(
            "Resolved with confirmation",
            "confirmed",
            "conversations",
            "those of them whose customer booked, liked the answers or thanked last, and disliked none",
        ),
        shares("Conversion", "booked", "conversations", "conversations that a booking followed"),
        Figure(
            "Satisfaction",
            "stars",
            stars(this),
            stars(before),
            "stars that customers gave, 1 to 5",
        ),
        shares("Liked", "liked", "judged", "pieces of feedback that were praise, of those that were praise or dislike"),
        Figure(
            "Answer time",
            "ms",
            _times(times, this.answers),
            _times(times_before, before.answers),
            "half of the answers took longer",
        ),
        Figure(
            "Cost of a conversation",
            "usd",
            paid(this),
            paid(before),
            "what providers charged for its answers",
        ),
        shares("Feedback", "with_feedback", "conversations", "conversations with a rating or comment"),
    ]


def _times(found: Sequence[float] | None, n: int) -> Measured:
    if found is None or not n:
        return Measured()
    low, median, high = found
    return Measured(median, n, low, high) if n > 1 else Measured(median, n)


def shown(value: float | None, unit: Unit) -> str:
    """A value for people."""
    if value is None:
        return "no provider was asked" if unit == "usd" else "–"
    if unit == "share":
        return f"{100 * value:.1f} %"
    if unit == "ms":
        return f"{value:,.0f} ms"
    return f"{value:.2f}" if unit == "stars" else f"${value:,.4f}"


def told(measured: Measured, unit: Unit) -> str:
    """A figure with its interval and its number, in one line."""
    if measured.value is None:
        return shown(None, unit)
    return f"{shown(measured.value, unit)}{' ' if measured.low is not None else ', '}{behind(measured, unit)}"


def behind(measured: Measured, unit: Unit) -> str:
    """The interval and the number behind a value."""
    if measured.value is None:
        return ""
    number = f"n = {measured.n:,}"
    if measured.low is None:
        return number
    return f"[{shown(measured.low, unit)} to {shown(measured.high, unit)}], {number}"
