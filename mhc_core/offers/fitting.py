"""Which offers go with all that guests cannot or do not eat. A need that the business file does not know blocks."""

from collections.abc import Iterable
from datetime import date

from mhc_core.business.offering import Offer
from mhc_core.business.rules import Business


def breaks(business: Business, name: str, needs: Iterable[str]) -> list[str]:
    """The needs that an offer does not surely go with; all of them where the offer is not known."""
    offer = business.offers.suggested.get(name)
    return sorted(need for need in set(needs) if offer is None or not suits(business, offer, need))


def suits(business: Business, offer: Offer, need: str) -> bool:
    """Whether every dish of an offer surely goes with an allergen to avoid or a diet."""
    return all(business.food.dishes[dish].suits(need) for dish in offer.dishes)


def allowed(business: Business, needs: Iterable[str], ordered: Iterable[str], day: date) -> list[str]:
    """The offers that go with all needs, in the order of the file.

    ``ordered`` are the items that the party has already: what is there is not suggested. ``day`` is that of the party,
    for ideas of a season.
    """
    wanted, has = set(needs), set(ordered)
    return [
        name
        for name, offer in business.offers.suggested.items()
        if not breaks(business, name, wanted)
        and not has & {*offer.items}
        and (not offer.months or day.month in offer.months)
    ]
