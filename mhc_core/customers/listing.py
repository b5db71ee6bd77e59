"""From bookings as stored to rows about customers: numbers for pseudonyms and days, and back."""

from collections.abc import Sequence
from datetime import date

import numpy as np

from mhc_core.customers import risk, value
from mhc_core.customers.purchases import Purchases, history
from mhc_core.db.queries.customers import Booking, Risk, Value

WEEKS = 52
"""Ahead."""
_SEED = 1


def values(bookings: Sequence[Booking], today: date) -> list[Value]:
    """What everybody is expected to book and spend, by pseudonym.

    Raises:
        DataError: too few customers or too short a past.
    """
    purchases, names = _purchases(bookings)
    end = today.toordinal()
    models = value.fit(purchases, end, WEEKS)
    known = history(purchases, end)
    found = value.value(models, known, WEEKS)
    rows = zip(
        found.customer, known.repeats + 1, found.alive, found.purchases, found.purchases_low, found.purchases_high,
        found.spend, found.spend_low, found.spend_high, strict=True,
    )  # fmt: skip
    return [
        Value(names[number], int(count), float(alive), float(expected), int(low), int(high), *map(_usd, usd))
        for number, count, alive, expected, low, high, *usd in rows
    ]


def risks(bookings: Sequence[Booking], today: date) -> list[Risk]:
    """How likely everybody is lost, and why, by pseudonym.

    Raises:
        DataError: too few customers or too short a past.
    """
    purchases, names = _purchases(bookings)
    found = risk.judge(purchases, today.toordinal(), _SEED)
    rows = zip(found.customer, found.risk, found.days, found.reasons, strict=True)
    return [
        Risk(names[number], float(chance), int(within), [str(reason) for reason in reasons])
        for number, chance, within, reasons in rows
    ]


def _purchases(bookings: Sequence[Booking]) -> tuple[Purchases, list[str]]:
    names = sorted({one.customer_hash for one in bookings})
    place = {name: number for number, name in enumerate(names)}
    customer = np.array([place[one.customer_hash] for one in bookings], dtype=np.int64)
    day = np.array([one.booked_on.toordinal() for one in bookings], dtype=np.int64)
    return Purchases.of(customer, day, np.array([one.usd for one in bookings], dtype=np.float64)), [*names]


def _usd(amount: float) -> float:
    return round(float(amount), 2)
