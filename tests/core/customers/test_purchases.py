"""Histories say what a reader of the list of purchases would."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from mhc_core.customers.purchases import Purchases, counts_of, history, spend_of

ENTRIES = st.lists(
    st.tuples(st.integers(0, 6), st.integers(0, 40), st.floats(0, 500, allow_nan=False)), min_size=1, max_size=40
)


def _purchases(entries: list[tuple[int, int, float]]) -> Purchases:
    customer, day, spend = zip(*entries, strict=True)
    return Purchases.of(np.array(customer), np.array(day), np.array(spend, dtype=np.float64))


@given(ENTRIES, st.integers(1, 41))
def test_a_history_is_what_was_known_when_the_day_began(entries: list[tuple[int, int, float]], end: int) -> None:
    known = history(_purchases(entries), end)
    days: dict[int, set[int]] = {}
    paid: dict[int, float] = {}
    for customer, day, spend in entries:
        if day < end:
            days.setdefault(customer, set()).add(day)
            paid[customer] = paid.get(customer, 0) + spend
    assert known.customer.tolist() == sorted(days)
    for place, customer in enumerate(known.customer.tolist()):
        seen = days[customer]
        assert known.repeats[place] == len(seen) - 1
        assert known.last[place] * 7 == max(seen) - min(seen) or np.isclose(
            known.last[place] * 7, max(seen) - min(seen)
        )
        assert np.isclose(known.age[place] * 7, end - 1 - min(seen))
        assert np.isclose(known.mean_spend[place], paid[customer] / len(seen))
    assert len(known.repeat_ages) == known.repeats.sum()


@given(ENTRIES)
def test_counts_and_spend_leave_strangers_out(entries: list[tuple[int, int, float]]) -> None:
    purchases = _purchases(entries)
    wanted = np.array([0, 2, 5])
    assert counts_of(purchases, wanted).tolist() == [
        len({day for customer, day, _ in entries if customer == one}) for one in (0, 2, 5)
    ]
    assert np.allclose(
        spend_of(purchases, wanted),
        [sum(paid for customer, _, paid in entries if customer == one) for one in (0, 2, 5)],
    )


def test_a_sample_keeps_all_purchases_of_those_it_holds() -> None:
    purchases = _purchases([(customer, day, 1.0) for customer in range(100) for day in range(3)])
    some = purchases.sampled(10)
    assert len(np.unique(some.customer)) == 10
    assert (np.bincount(some.customer)[np.unique(some.customer)] == 3).all()
    assert purchases.sampled(100) is purchases


def test_some_customers_keep_their_own_repeats() -> None:
    known = history(_purchases([(0, 0, 1.0), (0, 7, 1.0), (1, 0, 1.0), (1, 14, 1.0), (1, 21, 1.0)]), 30)
    assert known.chosen(np.array([False, True])).repeat_ages.tolist() == [2.0, 3.0]
