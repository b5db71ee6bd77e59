"""The offer that is taken most often is made most often; a holdout is always the same tenth."""

from collections import Counter
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mhc_core.offers import choosing
from mhc_core.offers.choosing import OfferCounts, OfferState
from mhc_core.vocabulary import PartySegment

NAMES = ["shrimp", "gyoza", "edamame"]
COUNTS = {
    ("shrimp", PartySegment.FAMILY): OfferCounts(200, 10),
    ("gyoza", PartySegment.FAMILY): OfferCounts(200, 80),
    ("edamame", PartySegment.FAMILY): OfferCounts(200, 12),
}


def made(state: OfferState, kind: PartySegment = PartySegment.FAMILY, ordered: tuple[str, ...] = ()) -> Counter[str]:
    chosen = (choosing.choose(state, NAMES, kind, ordered, UUID(int=number)) for number in range(300))
    return Counter(name for name in chosen if name)


def test_what_is_taken_is_made() -> None:
    assert made(OfferState(COUNTS))["gyoza"] > 290


def test_what_nobody_knows_is_tried() -> None:
    assert min(made(OfferState(COUNTS), PartySegment.LARGE).values()) > 50


def test_past_bookings_tell_what_goes_with_what_before_anything_was_suggested() -> None:
    companions = {"lobster tail": 0.9}
    state = OfferState({("edamame", PartySegment.ADULTS): OfferCounts(bookings=90, bought=5, companions=companions)})
    beside = made(state, PartySegment.ADULTS, ("lobster tail",))["edamame"]
    alone = made(state, PartySegment.ADULTS)["edamame"]
    assert beside > 250 > alone


@given(st.uuids(), st.integers(0, 2**31))
def test_the_same_seed_and_conversation_choose_the_same(conversation: UUID, seed: int) -> None:
    state = OfferState(COUNTS, seed=seed)
    first, second = (choosing.choose(state, NAMES, PartySegment.FAMILY, (), conversation) for _ in range(2))
    assert first == second


def test_where_nothing_fits_nothing_is_chosen() -> None:
    assert choosing.choose(OfferState(), [], PartySegment.ADULTS, (), UUID(int=1)) is None


def test_a_tenth_is_held_out_and_stays_so() -> None:
    state = OfferState(salt=b"salt of a test")
    held = [choosing.held_out(state, f"customer-{number}", 10) for number in range(5_000)]
    assert 0.08 < sum(held) / len(held) < 0.12
    assert held == [choosing.held_out(state, f"customer-{number}", 10) for number in range(5_000)]
    assert not choosing.held_out(OfferState(), "customer-1", 50)


@pytest.mark.parametrize(
    ("adults", "children", "kind"), [(10, 0, "adults"), (10, 1, "family"), (20, 0, "large"), (15, 5, "large")]
)
def test_the_kind_of_a_party(adults: int, children: int, kind: str) -> None:
    assert choosing.segment(adults, children) == kind


@given(st.integers(0, 50), st.integers(0, 50), st.dictionaries(st.sampled_from(NAMES), st.floats(0, 1)))
def test_a_rate_is_one(bookings: int, bought: int, companions: dict[str, float]) -> None:
    counts = OfferCounts(bookings=bookings, bought=min(bought, bookings), companions=companions)
    assert 0 <= counts.rate(NAMES) <= 1
