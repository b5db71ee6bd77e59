"""Who may be lost: what is learned is what was known on a day, and what came after it."""

import numpy as np
import pytest

from mhc_core.customers import risk
from mhc_core.customers.purchases import Purchases
from mhc_core.errors import DataError
from mhc_core.statistics.rank_agreement import auc

TODAY = 1500


def _regulars(customers: int, seed: int = 2) -> tuple[Purchases, "np.typing.NDArray[np.bool_]"]:
    """Half come about every two months for ever, half stopped after one to five bookings."""
    rng = np.random.default_rng(seed)
    gone, entries = rng.random(customers) < 0.5, []
    for number in range(customers):
        day, left = int(rng.integers(0, 1100)), int(rng.integers(1, 6)) if gone[number] else 1000
        while day < TODAY and left:
            entries.append((number, day))
            day, left = day + int(rng.integers(40, 80)), left - 1
    table = np.array(entries, dtype=np.int64)
    return Purchases.of(table[:, 0], table[:, 1], np.full(len(table), 600.0)), gone


def test_those_who_stopped_are_told_from_those_who_come() -> None:
    purchases, gone = _regulars(600)
    found = risk.judge(purchases, TODAY, 1)
    assert auc(found.risk, gone[found.customer]) > 0.95
    assert found.days.max() <= 365
    surest = int(np.argmax(found.risk))
    assert "wait" in " ".join(str(reason) for reason in found.reasons[surest]) or "days" in str(
        found.reasons[surest][0]
    )


def test_what_is_known_on_a_day_does_not_change_with_what_comes_later() -> None:
    purchases, _ = _regulars(50)
    customer, features, usual = risk._known(purchases, 900)
    again = risk._known(purchases.before(900), 900)
    assert customer.tolist() == again[0].tolist()
    assert (features.rows == again[1].rows).all()
    assert (usual == again[2]).all()


def test_lost_is_no_booking_within_one_and_a_half_usual_gaps() -> None:
    customer = np.array([0, 0, 0, 1, 1, 1])
    purchases = Purchases.of(customer, np.array([0, 60, 120, 0, 60, 400]), np.ones(6))
    _, lost = risk._snapshot(purchases, 100)  # usual gaps of 60 days: 90 are waited, until day 190
    assert lost.tolist() == [False, True]


def test_a_short_past_is_said_so() -> None:
    purchases, _ = _regulars(50)
    with pytest.raises(DataError, match="less than 15 months"):
        risk.judge(purchases.before(380), 380, 1)
