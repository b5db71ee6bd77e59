"""Codes of offers: nobody can guess one, the same message always carries the same one, and each works once."""

import base64
import hmac
from datetime import datetime, timedelta

import sqlalchemy as sa

from mhc_core.business.rules import Business
from mhc_core.campaigns.rules import Offer
from mhc_core.db.queries import audit
from mhc_core.db.queries import campaign_outbox as queries
from mhc_core.errors import Conflict, NotFound

_LETTERS = bytes.maketrans(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789")
"""What base32 uses, without the letters that look like digits."""


def code(salt: bytes, key: str) -> str:
    """Ten letters and digits (50 bits) that follow from the installation's secret and the message's key."""
    digest = hmac.digest(salt, f"offer\n{key}".encode(), "sha256")
    return base64.b32encode(digest).translate(_LETTERS)[:10].decode()


def ends(offer: Offer, business: Business, now: datetime) -> datetime:
    """When a code of this offer ends: with the day of the business, or with the last of so many days."""
    local = now.astimezone(business.contact.zone)
    day = local.date() + timedelta(days=1 + (offer.days or 0))
    return datetime.combine(day, datetime.min.time(), business.contact.zone)


def redeem(connection: sa.Connection, given: str, by: str, now: datetime) -> int:
    """Use a code up for a booking; the percentage that is off.

    Raises:
        NotFound: there is no such code.
        Conflict: it was used before, or its time is over.
    """
    wanted = given.strip().upper()
    percent = queries.redeem(connection, wanted, by, now)
    if percent is None:
        found = queries.offer(connection, wanted)
        if found is None:
            raise NotFound("there is no such code; compare it with the customer's message")
        why = "was used before" if found["redeemed_at"] else f"ended on {found['expires_at']:%d %B %Y, %H:%M} UTC"
        raise Conflict(f"this code {why}; a person may still decide on a discount of their own")
    audit.record(connection, by, "offer.redeemed", wanted, {"percent": percent}, now)
    return percent
