"""Keeping customers' profiles and the loyalty ledger up to date by the rules of the business file."""

import hashlib
from datetime import datetime

import orjson
import sqlalchemy as sa

from mhc_core.business.offering import ALLERGENS
from mhc_core.business.pricing import Business
from mhc_core.db.queries import days
from mhc_core.db.queries import profiles as queries
from mhc_core.db.queries.profiles import Refreshed
from mhc_core.understanding.values.word_lists import meaning

VERSION = "2"
"""Of how profiles are counted."""


def refresh(connection: sa.Connection, business: Business, now: datetime) -> Refreshed:
    """Count customers anew of whom something changed; everybody when the tiers of the business file did."""
    tiers = business.loyalty.tiers if business.loyalty else ()
    said = orjson.dumps([VERSION, *((tier.name, tier.bookings) for tier in tiers)])
    name = hashlib.sha256(said).hexdigest()[:16]
    words = sorted({*ALLERGENS, *meaning("diets").values()})
    return queries.refresh(connection, tiers, name, words, days.at(connection, now), now)
