"""The balance of the ledger, whatever the order in which events come and however often."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from mhc_core.business import pricing
from mhc_core.business.customers import Loyalty
from mhc_core.customers.loyalty import Event, Kind, balance, standing

START = datetime(2026, 6, 1, tzinfo=UTC)
HISTORIES = st.dictionaries(st.integers(1, 6), st.lists(st.booleans(), min_size=1, max_size=5), max_size=6)
"""By booking whether it counted, from change to change."""


def told(histories: dict[int, list[bool]]) -> list[Event]:
    return [
        Event(UUID(int=number), Kind.COMPLETED if counts else Kind.TAKEN_BACK, START + timedelta(hours=hour))
        for number, states in histories.items()
        for hour, counts in enumerate(states)
    ]


@given(HISTORIES, st.data())
def test_order_and_repetition_do_not_matter(histories: dict[int, list[bool]], data: st.DataObject) -> None:
    events = told(histories)
    again = data.draw(st.lists(st.sampled_from(events), max_size=10)) if events else []
    shuffled = data.draw(st.permutations([*events, *again]))
    assert balance(shuffled) == sum(states[-1] for states in histories.values())


@given(HISTORIES, st.data())
def test_what_comes_late_is_worth_what_it_would_have_been_in_time(
    histories: dict[int, list[bool]], data: st.DataObject
) -> None:
    events = told(histories)
    cut = data.draw(st.integers(0, len(events)))
    assert balance([*events[cut:], *events[:cut]]) == balance(events)


def test_of_two_at_one_moment_the_one_that_takes_back_counts() -> None:
    both = [Event(UUID(int=1), kind, START) for kind in Kind]
    assert balance(both) == balance(both[::-1]) == 0


@pytest.mark.parametrize(
    ("completed", "tier", "following", "until"),
    [(0, "Bronze", "Silver", 4), (3, "Bronze", "Silver", 1), (4, "Silver", "Gold", 6), (9, "Silver", "Gold", 1),
     (10, "Gold", None, None), (99, "Gold", None, None)],
)  # fmt: skip
def test_tiers_begin_where_the_business_says(
    completed: int, tier: str, following: str | None, until: int | None
) -> None:
    rules = pricing.load().loyalty
    assert rules
    found = standing(rules, completed)
    assert (found.tier.name, found.next and found.next.name, found.until_next) == (tier, following, until)


@pytest.mark.parametrize("starts", [[], [1], [0, 4, 4], [0, 9, 4]])
def test_tiers_that_do_not_rise_are_a_mistake_of_the_file(starts: list[int]) -> None:
    tiers = [{"name": f"t{place}", "bookings": at, "percent": 1} for place, at in enumerate(starts)]
    with pytest.raises(ValidationError):
        Loyalty.model_validate({"article": "a", "tiers": tiers})
