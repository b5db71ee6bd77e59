"""What past bookings hold together: how often each offer was bought, alone and beside other items."""

from collections.abc import Mapping, Sequence

import numpy as np

from mhc_core.business.rules import Business
from mhc_core.db.queries.offers import Fared, Purchase
from mhc_core.offers.choosing import OfferCounts, segment
from mhc_core.vocabulary import PartySegment

LEAST = 20
"""Bookings with another item, from which on they say something of an offer."""


def counts(
    business: Business, purchases: Sequence[Purchase], fared: Sequence[Fared]
) -> Mapping[tuple[str, PartySegment], OfferCounts]:
    """All offers and segments of which anything is known."""
    items = sorted({item for one in purchases for item in one.items})
    column = {item: number for number, item in enumerate(items)}
    held = np.zeros((len(purchases), len(items)), bool)
    rows = [row for row, one in enumerate(purchases) for _ in one.items]
    held[rows, [column[item] for one in purchases for item in one.items]] = True
    kinds = np.array([segment(one.adults, one.children) for one in purchases], dtype=object)
    outcomes = {(one.offer, one.segment): one for one in fared}
    found = {}
    for kind in PartySegment:
        mine = held[kinds == kind] if len(purchases) else held
        for name, offer in business.offers.suggested.items():
            result = outcomes.get((name, kind))
            known = [column[item] for item in offer.items if item in column]
            has = mine[:, known].all(axis=1) if len(known) == len(offer.items) else np.zeros(len(mine), bool)
            if not len(mine) and result is None:
                continue
            beside, both = mine.sum(axis=0), mine[has].sum(axis=0)
            companions = {
                item: round(float(both[at] / beside[at]), 4)
                for item, at in column.items()
                if item not in offer.items and beside[at] >= LEAST
            }
            shown, accepted = (result.shown, result.accepted) if result else (0, 0)
            found[name, kind] = OfferCounts(shown, accepted, len(mine), int(has.sum()), companions)
    return found
