"""Simulated installations on which nothing changes: weekly and daily season, good and bad days, nothing else.

Rates and shares of a day are drawn around their mean anew each day (overdispersion), by gamma distributions; within a
day they are shared by all its hours, so that hours of one day are not independent.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mhc_core.vocabulary import Channel, Intent

Floats = NDArray[np.float64]
_HOURS = np.array([1, 1, 1, 1, 1, 1, 2, 5, 9, 12, 15, 17, 18, 16, 15, 15, 16, 18, 20, 19, 15, 10, 6, 3], dtype=float)
_WEEKDAYS = np.array([0.8, 0.8, 0.9, 1.0, 1.3, 1.4, 0.8])
_OF_ESCALATION_HOURS = 1 + 0.25 * np.sin((np.arange(24) - 14) / 24 * 2 * np.pi)
_OF_ESCALATION_DAYS = np.array([0.95, 0.95, 0.95, 1.0, 1.05, 1.15, 0.95])
_CHANNELS: Mapping[Channel, float] = {
    Channel.WEB: 0.45, Channel.SMS: 0.25, Channel.EMAIL: 0.1, Channel.INSTAGRAM: 0.1, Channel.FACEBOOK: 0.06,
    Channel.PHONE: 0.04,
}  # fmt: skip
ESCALATED, DISLIKED, SLOW, VOTED, ANSWERS = 0.08, 0.15, 0.08, 0.2, 4.0
DISPERSION = 0.05
"""Variance of days around their mean, relative to its square: a standard deviation of 22 %."""


@dataclass(frozen=True, slots=True)
class World:
    """Mean conversations a day, the season of the rate of escalations, and what becomes of days."""

    a_day: float
    random: np.random.Generator

    def hours(self, days: int) -> Floats:
        """Conversations that each hour of these days makes expect, over (days, hours)."""
        season = _WEEKDAYS[np.arange(days) % 7][:, None] * _HOURS
        return np.asarray(self.a_day * season / (_WEEKDAYS.mean() * _HOURS.sum()))

    def rate(self, days: int) -> Floats:
        """Share of conversations that each hour makes expect to be escalated."""
        season = _OF_ESCALATION_DAYS[np.arange(days) % 7][:, None] * _OF_ESCALATION_HOURS
        volume = self.hours(days)
        return np.asarray(ESCALATED * season * volume.sum() / (season * volume).sum())

    def of_days(self, series: int, days: int, dispersion: float = DISPERSION) -> Floats:
        """How good or bad each day is: mean 1."""
        return self.random.gamma(1 / dispersion, dispersion, (series, days, 1))

    def conversations(self, series: int, days: int, share: float = 1.0) -> Floats:
        """Conversations by hour."""
        mean = share * self.hours(days)[None] * self.of_days(series, days)
        return self.random.poisson(mean).astype(float)

    def some(self, of: Floats, share: Floats | float, dispersion: float = DISPERSION) -> Floats:
        """How many of these were so, of which ``share`` are in the mean."""
        chance = np.minimum(np.asarray(share) * self.of_days(len(of), of.shape[1], dispersion), 1.0)
        return self.random.binomial(of.astype(np.int64), chance).astype(float)

    def year(self, series: int, days: int) -> dict[str, Floats]:
        """Every series that the detectors read, over (series, days, hours)."""
        found: dict[str, Floats] = {
            f"channel:{channel}": self.conversations(series, days, share) for channel, share in _CHANNELS.items()
        }
        talks = sum(found.values(), np.zeros((series, days, 24)))
        votes = self.random.binomial(talks.astype(np.int64), VOTED).astype(float)
        answers = self.random.poisson(ANSWERS * talks).astype(float)
        found |= {
            "conversations": talks,
            "escalated": self.some(talks, self.rate(days)),
            "votes": votes,
            "disliked": self.some(votes, DISLIKED),
            "answers": answers,
            "slow": self.some(answers, SLOW),
            "calls": answers,
            # Costs of calls are exponential, in units of four times their mean.
            "cost": self.random.gamma(np.maximum(answers, 1e-12), 0.25) * self.of_days(series, days, 0.02),
        }
        return found | self._intents(talks, list(Intent))

    def _intents(self, talks: Floats, intents: Sequence[Intent]) -> dict[str, Floats]:
        weights = 1 / np.arange(1, len(intents) + 1)
        shares = self.random.gamma(weights * 20, 1.0, (*talks.shape[:2], len(intents)))
        found, left, rest = {}, talks.astype(np.int64), shares.sum(axis=2)
        for number, intent in enumerate(intents):
            chance = np.minimum(shares[:, :, number] / np.maximum(rest, 1e-12), 1.0)[:, :, None]
            drawn = self.random.binomial(left, chance)
            found[f"intent:{intent}"] = drawn.astype(float)
            left, rest = left - drawn, rest - shares[:, :, number]
        return found
