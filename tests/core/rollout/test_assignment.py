"""Who is given the candidate stays the same everywhere, and nobody loses it when its share grows."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mhc_core.rollout import assignment
from mhc_core.rollout.assignment import Plan
from mhc_core.vocabulary import Arm, Intent

PLAN = Plan(1, "new", "old", "salt", 10)
CUSTOMERS = st.text(max_size=60)
HOLDBACKS = st.integers(0, 50)


@given(st.text(), CUSTOMERS)
def test_a_place_is_on_the_line_and_always_the_same(salt: str, customer: str) -> None:
    found = assignment.place(salt, customer)
    assert 0 <= found < 100
    assert assignment.place(salt, customer) == found


@given(CUSTOMERS, st.integers(0, 100), st.integers(0, 100), HOLDBACKS)
def test_who_had_the_candidate_keeps_it_when_the_share_grows(customer: str, a: int, b: int, holdback: int) -> None:
    small, large = (replace(PLAN, share=share, holdback=holdback) for share in sorted((a, b)))
    if assignment.arm(small, customer) is Arm.CANDIDATE:
        assert assignment.arm(large, customer) is Arm.CANDIDATE


@given(CUSTOMERS, HOLDBACKS)
def test_nobody_has_it_at_zero_and_all_but_the_holdback_at_a_hundred(customer: str, holdback: int) -> None:
    assert assignment.arm(replace(PLAN, share=0, holdback=holdback), customer) is Arm.CONTROL
    whole = assignment.arm(replace(PLAN, share=100, holdback=holdback), customer)
    assert (whole is Arm.CANDIDATE) == (assignment.place("salt", customer) < 100 - holdback)


@pytest.mark.parametrize(("share", "holdback"), [(10, 0), (50, 5), (100, 5), (100, 0)])
def test_the_share_is_the_one_a_ratio_test_expects(share: int, holdback: int) -> None:
    plan = replace(PLAN, share=share, holdback=holdback)
    given = sum(assignment.arm(plan, f"customer {number}") is Arm.CANDIDATE for number in range(20_000)) / 20_000
    assert given == pytest.approx(assignment.expected_share(share, holdback), abs=0.012)


def test_another_rollout_mixes_customers_anew() -> None:
    again = replace(PLAN, share=50, salt="another")
    first = {n for n in range(4000) if assignment.arm(replace(PLAN, share=50), str(n)) is Arm.CANDIDATE}
    second = {n for n in range(4000) if assignment.arm(again, str(n)) is Arm.CANDIDATE}
    assert len(first & second) == pytest.approx(1000, abs=120)


def test_a_known_place_never_moves() -> None:
    """A change of the hash would move every customer in the middle of a rollout."""
    assert assignment.place("salt", "customer-1") == pytest.approx(23.6409, abs=1e-4)


def test_intents_and_stages() -> None:
    assert PLAN.allows(Intent.MENU)
    assert not replace(PLAN, share=0).allows(Intent.MENU)
    only = replace(PLAN, intents=frozenset({Intent.MENU}))
    assert (only.allows(Intent.MENU), only.allows(Intent.ALLERGY)) == (True, False)
    assert [assignment.next_stage(share) for share in (0, 10, 50, 100)] == [10, 50, 100, None]
