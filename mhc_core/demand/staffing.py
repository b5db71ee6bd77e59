"""Which days to come need more chefs than there are, and which have room that an offer could fill."""

from collections.abc import Sequence
from datetime import date, timedelta
from math import ceil
from typing import Literal

from mhc_core.business.rules import Business
from mhc_core.db.queries.demand import Forecast

Need = Literal["more chefs", "room for an offer"]
_ROOM = 0.5
"""An offer is safe where even the upper end of the 80 % interval leaves half of the chefs free."""


def needs(business: Business, found: Sequence[Forecast], today: date) -> list[Need | None]:
    """What each day needs; ``None`` where nothing, and everywhere while the business file has no number for a region.

    More chefs are needed where the chance of more parties than can be cooked is 10 % or more, or more are booked
    already. Days that can no longer be booked take no offer.
    """
    soonest = today + timedelta(days=ceil(business.booking.lead_hours / 24))
    return [_need(business.chefs.parties_a_day.get(one.region), one, soonest) for one in found]


def _need(parties: int | None, day: Forecast, soonest: date) -> Need | None:
    if parties is None:
        return None
    if max(day.high_80, day.booked) > parties:
        return "more chefs"
    if day.day >= soonest and day.high_80 <= parties * _ROOM:
        return "room for an offer"
    return None
