"""What past bookings hold together, counted by kind of party."""

from mhc_core.business import pricing
from mhc_core.db.queries.offers import Fared, Purchase
from mhc_core.offers import co_purchase
from mhc_core.vocabulary import PartySegment

RULES = pricing.load()


def test_an_offer_is_counted_alone_and_beside_other_items() -> None:
    purchases = [Purchase(10, 0, ["gyoza", "lobster tail"])] * 30 + [Purchase(10, 0, ["lobster tail"])] * 10
    purchases += [Purchase(10, 3, ["gyoza"])] * 5
    found = co_purchase.counts(RULES, purchases, [Fared("gyoza", PartySegment.ADULTS, 12, 4)])
    grown = found["gyoza", PartySegment.ADULTS]
    assert (grown.bookings, grown.bought, grown.shown, grown.accepted) == (40, 30, 12, 4)
    assert grown.companions == {"lobster tail": 0.75}
    family = found["gyoza", PartySegment.FAMILY]
    assert (family.bookings, family.bought, family.companions) == (5, 5, {})


def test_a_plate_of_several_items_needs_them_all() -> None:
    purchases = [Purchase(10, 0, ["NY strip steak", "shrimp"])] * 3 + [Purchase(10, 0, ["shrimp"])] * 4
    found = co_purchase.counts(RULES, purchases, [])
    assert found["winter plate", PartySegment.ADULTS].bought == 3


def test_nothing_known_is_no_row() -> None:
    assert co_purchase.counts(RULES, [], []) == {}
    only = co_purchase.counts(RULES, [], [Fared("shrimp", PartySegment.LARGE, 3, 1)])
    assert list(only) == [("shrimp", PartySegment.LARGE)]
