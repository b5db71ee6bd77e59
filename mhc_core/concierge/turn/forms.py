"""A booking request that comes as a form and not as a message: the same rules, stored in the same place."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID, uuid4

import sqlalchemy as sa

from mhc_core.business.rules import Business
from mhc_core.concierge.facts import memory
from mhc_core.concierge.tools import booking
from mhc_core.concierge.tools.booking import BookingArguments
from mhc_core.concierge.tools.case import Case
from mhc_core.db.queries import bookings, handover, turns
from mhc_core.db.queries import forms as queries
from mhc_core.db.queries.bookings import Booking
from mhc_core.errors import Conflict, DataError, NotFound
from mhc_core.vocabulary import Channel


@dataclass(frozen=True, slots=True)
class Form:
    """A filled form. Without a conversation one begins on ``channel``; ``begin_as`` is the id that it is to have."""

    customer_id: str
    wanted: BookingArguments
    conversation_id: UUID | None = None
    begin_as: UUID | None = None
    channel: Channel = Channel.WEB
    name: str | None = None
    phone: str | None = None
    email: str | None = None


def request_booking(connection: sa.Connection, business: Business, form: Form, now: datetime) -> Booking:
    """Store the request; the customer reads in the chat that it waits for the team. It replaces the conversation's
    earlier one while the team has not decided on that. The same form again changes nothing.

    Raises:
        NotFound: this customer has no such conversation.
        Conflict: the team has decided on the conversation's request already.
        DataError: something of the party does not fit the business's rules; the message says what.
    """
    conversation_id = _conversation(connection, form, now)
    earlier = bookings.of_conversation(connection, conversation_id)
    if earlier is not None and earlier.status not in ("requested", "withdrawn"):
        raise Conflict("the team has decided on this conversation's request already; begin another conversation")
    facts = memory.load(queries.facts(connection, conversation_id))
    case = Case(
        business,
        replace(
            facts,
            name=form.name or facts.name,
            phone=form.phone or facts.phone,
            email=form.email or facts.email,
        ),
        now.astimezone(business.contact.zone),
        str(conversation_id)[:8].upper(),
        search=lambda _: (),
    )
    try:
        booking.request(case, form.wanted)
    except DataError as error:
        raise DataError(str(error).replace("Ask the customer to correct it", "Correct it")) from None
    asked = case.booking
    assert asked is not None
    people = asked.facts.party
    counts = (people.adults or 0, people.children or 0, people.under_six or 0)
    kept = memory.dump(asked.facts)
    if earlier is not None and earlier.status == "requested" and earlier.details == kept:
        return earlier  # sent again
    bookings.save(connection, conversation_id, asked.day, asked.starts, counts, asked.total_usd, kept, now)
    queries.keep_facts(connection, conversation_id, kept)
    told = (
        f"Your request for {booking.long_day(asked.day)} at {booking.clock(asked.starts)} has gone to our team. It is "
        "no booking yet: they check the date and tell you here."
    )
    turns.append(
        connection, conversation_id, now, id=uuid4(), role="system", content=told,
        message_metadata={"booking": "requested", "via": "form"},
    )  # fmt: skip
    stored = bookings.of_conversation(connection, conversation_id)
    assert stored is not None
    return stored


def _conversation(connection: sa.Connection, form: Form, now: datetime) -> UUID:
    """The conversation, locked; a new one where there is to be one."""
    named = form.conversation_id
    if named is not None:
        turns.lock(connection, [named])
        if handover.status_for(connection, named, form.customer_id) is not None:
            return named
        if named != form.begin_as:
            raise NotFound("there is no such conversation of this customer; check both ids, or leave it out")
    begun = form.begin_as or uuid4()
    if not queries.begin(connection, begun, form.customer_id, form.channel, now):
        raise NotFound("there is no such conversation of this customer; check both ids, or leave it out")
    turns.lock(connection, [begun])
    return begun
