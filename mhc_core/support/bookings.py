"""What the team decides on booking requests. Each decision is told to the customer and kept in the audit log."""

from datetime import date, datetime, time
from typing import Literal
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from mhc_core.business.rules import Business
from mhc_core.db.queries import audit
from mhc_core.db.queries import bookings as queries
from mhc_core.db.queries.bookings import Booking
from mhc_core.errors import Conflict, DataError, NotFound

Decision = Literal["confirmed", "declined"]


def decide(
    connection: sa.Connection,
    business: Business,
    booking_id: UUID,
    decision: Decision,
    seen: datetime,
    by: str,
    now: datetime,
) -> Booking:
    """Confirm or decline a request; the same decision again changes nothing.

    Args:
        seen: ``updated_at`` of the request as it was decided on.
        by: name of the key of who decides.

    Raises:
        NotFound: no such request.
        Conflict: the customer changed or withdrew it meanwhile.
    """
    found = queries.locked(connection, booking_id)
    if found is None:
        raise NotFound("there is no such booking request; look at the list for those there are")
    if found.status == decision:
        return found
    if found.status == "withdrawn" or found.updated_at != seen:
        raise Conflict("this request has changed meanwhile; read it again and decide on what it says now")
    changed = queries.decide(connection, found, decision, uuid4(), _told(business, found, decision), now)
    audit.record(connection, by, f"booking.{decision}", str(booking_id), {"before": found.status}, now)
    return found._replace(status=decision, updated_at=changed)


def propose(
    connection: sa.Connection,
    business: Business,
    booking_id: UUID,
    day: date,
    starts: time,
    seen: datetime,
    by: str,
    now: datetime,
) -> None:
    """Tell the customer of another date that suits the team; the request waits for what they say to it.

    Raises:
        NotFound: no such request.
        Conflict: it is not waiting for the team, or the customer changed it meanwhile.
        DataError: the date is past.
    """
    found = queries.locked(connection, booking_id)
    if found is None:
        raise NotFound("there is no such booking request; look at the list for those there are")
    if found.status != "requested" or found.updated_at != seen:
        raise Conflict("this request has changed meanwhile; read it again and decide on what it says now")
    if day < now.astimezone(ZoneInfo(business.contact.timezone)).date():
        raise DataError("this date is past; propose one that is to come")
    told = (
        f"We cannot come on {found.event_on:%A, %B} {found.event_on.day} at {found.starts_at:%H:%M}, but we could on "
        f"{day:%A, %B} {day.day} at {starts:%H:%M}. If that suits you, tell me the new date and time here."
    )
    queries.tell(connection, found, uuid4(), told, {"booking": "proposed"}, now)
    about = {"day": day.isoformat(), "starts_at": f"{starts:%H:%M}"}
    audit.record(connection, by, "booking.proposed", str(booking_id), about, now)


def _told(business: Business, found: Booking, decision: Decision) -> str:
    """What the customer reads."""
    party = f"your party on {found.event_on:%A, %B} {found.event_on.day} at {found.starts_at:%H:%M}"
    reach = f"text {business.contact.phone} or write to {business.contact.email}"
    if decision == "confirmed":
        return (
            f"Good news: our team has confirmed {party}. The deposit of ${business.prices.deposit:f} is due now and is "
            f"taken off the final bill. To change anything, {reach}."
        )
    return f"I am sorry: we cannot come to {party}. For another day just tell me the date here, or {reach}."
