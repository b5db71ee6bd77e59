"""The risk that a customer does not book again in time: what is learned from, and who is judged.

A customer is lost when no booking follows within 1.5 times their usual gap, a year at most. What was known on days of
the past is learned from, with what came after; the latest of these days calibrates the risks.
"""

from dataclasses import dataclass

import numpy as np

from mhc_core.customers import churn
from mhc_core.customers.churn import Features, Flags, Reason
from mhc_core.customers.purchases import Floats, Integers, Purchases
from mhc_core.errors import DataError

TIMES_USUAL = 1.5
LONGEST = 365
"""Days that a customer is waited for at most."""
EVERY, SNAPSHOTS = 90, 8
"""Days between the days of the past, and how many of them are learned from."""
NAMES = (
    "days since the last booking", "usual days between bookings", "wait against the usual gap", "bookings",
    "days since the first booking", "bookings in the last year", "average spend", "last spend against the average",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Risks:
    """Of each customer: the risk, within how many days a booking would be usual, and why."""

    customer: Integers
    risk: Floats
    days: Integers
    reasons: tuple[tuple[Reason, ...], ...]


def judge(purchases: Purchases, today: int, seed: int) -> Risks:
    """Everybody who bought before ``today``.

    Raises:
        DataError: too short a past, or too few customers.
    """
    latest = today - LONGEST
    days = list(range(latest, int(purchases.day.min(initial=today)), -EVERY))[: SNAPSHOTS + 1]
    if len(days) < 2:
        raise DataError("bookings of less than 15 months tell nothing of who stays away; import earlier ones, or wait")
    known = [_snapshot(purchases, day) for day in days]
    known = [(features, lost) for features, lost in known if len(lost)]
    older = known[1:]
    training = Features(NAMES, np.vstack([features.rows for features, _ in older]), (None,) * len(NAMES))
    model = churn.fit(training, np.concatenate([lost for _, lost in older]), seed, later=known[0])
    customer, features, days_usual = _known(purchases, today)
    return Risks(customer, model.probability(features), days_usual, tuple(model.reasons(features)))


def _snapshot(purchases: Purchases, day: int) -> tuple[Features, Flags]:
    """What was known on a day, and who did not come back in time."""
    customer, features, usual = _known(purchases, day)
    later = purchases.chosen(purchases.day >= day)
    first_later = np.full(len(customer), np.iinfo(np.int64).max)
    place = np.searchsorted(customer, later.customer)
    same = place < len(customer)
    same[same] = customer[place[same]] == later.customer[same]
    np.minimum.at(first_later, place[same], later.day[same])
    return features, first_later >= day + usual


def _known(purchases: Purchases, day: int) -> tuple[Integers, Features, Integers]:
    """Customers, features, and within how many days they usually book again, when ``day`` began."""
    past = purchases.before(day)
    starts = np.flatnonzero(np.r_[True, np.diff(past.customer) != 0]) if len(past.customer) else np.zeros(0, np.int64)
    counts = np.diff(np.r_[starts, len(past.customer)])
    if not len(starts):
        return past.customer, Features(NAMES, np.zeros((0, len(NAMES))), (None,) * len(NAMES)), past.day
    ends = starts + counts - 1
    first, last = past.day[starts], past.day[ends]
    between = (last - first).sum() / max(int((counts - 1).sum()), 1) or LONGEST
    usual = (last - first + between) / counts  # one gap as everybody's beside the own ones
    waited = day - last
    spent = np.add.reduceat(past.spend, starts) / counts
    recent = np.add.reduceat((past.day >= day - 365).astype(float), starts)
    rows = np.column_stack(
        [waited, usual, waited / usual, counts, day - first, recent, spent, past.spend[ends] / np.maximum(spent, 1)]
    ).astype(np.float64)
    wait = np.clip(np.ceil(TIMES_USUAL * usual), 1, LONGEST).astype(np.int64)
    return past.customer[starts], Features(NAMES, rows, (None,) * len(NAMES)), wait
