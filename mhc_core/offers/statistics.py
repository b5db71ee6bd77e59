"""How offers fared so far: counted from bookings and suggestions, and read by what makes the next suggestion."""

from datetime import datetime

import sqlalchemy as sa

from mhc_core.business.rules import Business
from mhc_core.db.queries import installation
from mhc_core.db.queries import offers as queries
from mhc_core.db.queries.offers import Statistic
from mhc_core.offers import co_purchase
from mhc_core.offers.choosing import OfferCounts, OfferState


def refresh(connection: sa.Connection, business: Business, now: datetime) -> list[Statistic]:
    """Count anew and store, in place of what was counted before; what was found."""
    counts = co_purchase.counts(business, queries.purchases(connection), queries.fared(connection))
    found = [
        Statistic(offer, kind, one.shown, one.accepted, one.bookings, one.bought, one.companions)
        for (offer, kind), one in counts.items()
    ]
    queries.replace_statistics(connection, found, now)
    return found


def state(connection: sa.Connection, seed: int = 0) -> OfferState:
    """What is known now, with the key by which customers are held out."""
    counts = {
        (one.offer, one.segment): OfferCounts(one.shown, one.accepted, one.bookings, one.bought, one.companions)
        for one in queries.statistics(connection)
    }
    return OfferState(counts, installation.salt(connection), seed)
