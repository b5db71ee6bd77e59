"""Loyalty: a ledger of what counts, its balance, and what tier that is.

The ledger is append-only. An event says that a booking counts from a moment on, or no longer; the balance is a fold
over them. An event that comes late, or twice, changes nothing it should not: of each booking the latest event counts,
and of two at the same moment the one that takes back.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from mhc_core.business.customers import Loyalty, Tier


class Kind(StrEnum):
    """What an event says of its booking. In the order of their names the one that takes back is the greater."""

    COMPLETED = "completed"
    TAKEN_BACK = "taken_back"


@dataclass(frozen=True, slots=True)
class Event:
    """A line of the ledger of one customer."""

    booking_id: UUID
    kind: Kind
    at: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a customer stands: completed bookings, the tier, and the next one with the bookings until it, if any."""

    completed: int
    tier: Tier
    next: Tier | None
    until_next: int | None


def balance(events: Iterable[Event]) -> int:
    """How many bookings of one customer count, whatever the order of the events and however often each is told.

    ``queries.loyalty`` folds the stored ledger the same way.
    """
    latest: dict[UUID, tuple[datetime, Kind]] = {}
    for event in events:
        known = latest.get(event.booking_id)
        latest[event.booking_id] = max(known, (event.at, event.kind)) if known else (event.at, event.kind)
    return sum(kind is Kind.COMPLETED for _, kind in latest.values())


def standing(loyalty: Loyalty, completed: int) -> Standing:
    """Where so many completed bookings bring a customer."""
    tier = max((one for one in loyalty.tiers if one.bookings <= completed), key=lambda one: one.bookings)
    following = next((one for one in loyalty.tiers if one.bookings > completed), None)
    return Standing(completed, tier, following, following.bookings - completed if following else None)
