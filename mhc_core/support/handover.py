"""A conversation at a person: waiting, claimed by one, then given back to the assistant or resolved.

While it waits or is claimed the conversation's status is ``escalated`` and the assistant stays silent. Every function
works in the caller's transaction.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from mhc_core.business.rules import Business, Contact
from mhc_core.db.queries import audit, desk
from mhc_core.db.queries import handover as queries
from mhc_core.db.queries.handover import Handover
from mhc_core.errors import Conflict, NotFound
from mhc_core.vocabulary import ConversationStatus, HandoverState


@dataclass(frozen=True, slots=True)
class OfficeHours:
    """Whether somebody is there now, and if not, when next (in the business's own time)."""

    open: bool
    next_opening: datetime | None


def office_hours(contact: Contact, now: datetime) -> OfficeHours:
    """The hours of ``contact`` as they stand at ``now`` (with a time zone); it opens every day."""
    local = now.astimezone(ZoneInfo(contact.timezone))
    if contact.opens <= local.time() < contact.closes:
        return OfficeHours(True, None)
    day = local.date() if local.time() < contact.opens else local.date() + timedelta(days=1)
    return OfficeHours(False, datetime.combine(day, contact.opens, local.tzinfo))


def begin(
    connection: sa.Connection, business: Business, conversation_id: UUID, reason: str, now: datetime
) -> int | None:
    """Hand a conversation over to the queue of this reason, and put its webhook into the outbox.

    None, and nothing is told, when it is handed over already.
    """
    rules = business.handover
    return queries.insert_open(connection, conversation_id, reason, rules.queue(reason), reason in rules.urgent, now)


def claim(connection: sa.Connection, handover_id: int, by: str, now: datetime) -> Handover:
    """Take a hand-over; taking one's own again changes nothing. Of several at once the first wins.

    Raises:
        NotFound: no such hand-over.
        Conflict: somebody else has it, or it has ended.
    """
    found = _open(connection, handover_id)
    if found.claimed_by not in (None, by):
        raise Conflict(f"{found.claimed_by} has claimed this hand-over; take another one of the queue")
    if found.claimed_by is None:
        queries.claim(connection, handover_id, by, now)
        audit.record(connection, by, "handover.claimed", str(handover_id), {}, now)
        return found._replace(state=HandoverState.CLAIMED, claimed_by=by, claimed_at=now)
    return found


def reply(connection: sa.Connection, handover_id: int, text: str, by: str, now: datetime) -> UUID:
    """Say something to the customer as the person who has the conversation; it is learned from. The turn's id.

    Raises:
        NotFound: no such hand-over.
        Conflict: it is not claimed by ``by``, or has ended.
    """
    found = _claimed(connection, handover_id, by)
    message_id = uuid4()
    queries.add_reply(connection, found, message_id, text, by, now)
    audit.record(connection, by, "handover.answered", str(handover_id), {"message_id": str(message_id)}, now)
    return message_id


def give_back(connection: sa.Connection, handover_id: int, by: str, now: datetime) -> Handover:
    """Let the assistant answer again.

    Raises:
        NotFound: no such hand-over.
        Conflict: it is not claimed by ``by``, or has ended.
    """
    return _close(connection, handover_id, by, HandoverState.GIVEN_BACK, ConversationStatus.ACTIVE, now)


def resolve(connection: sa.Connection, handover_id: int, by: str, now: datetime) -> Handover:
    """End the matter and close the conversation.

    Raises:
        NotFound: no such hand-over.
        Conflict: it is not claimed by ``by``, or has ended.
    """
    return _close(connection, handover_id, by, HandoverState.RESOLVED, ConversationStatus.CLOSED, now)


def transfer(
    connection: sa.Connection,
    handover_id: int,
    by: str,
    now: datetime,
    *,
    to: str | None = None,
    queue: str | None = None,
) -> Handover:
    """Give a hand-over that one has to another person, or let it wait again, in this queue where one is named.

    Raises:
        NotFound: no such hand-over.
        Conflict: it is not claimed by ``by``, or has ended.
    """
    found = _claimed(connection, handover_id, by)
    desk.transfer(connection, handover_id, to, queue, now)
    about = {"to": to, "queue": queue or found.queue}
    audit.record(connection, by, "handover.transferred", str(handover_id), about, now)
    state = HandoverState.WAITING if to is None else HandoverState.CLAIMED
    return found._replace(
        state=state, claimed_by=to, claimed_at=None if to is None else now, queue=queue or found.queue
    )


def _close(
    connection: sa.Connection,
    handover_id: int,
    by: str,
    state: HandoverState,
    status: ConversationStatus,
    now: datetime,
) -> Handover:
    found = _claimed(connection, handover_id, by)
    queries.close(connection, found, state, status, now)
    audit.record(connection, by, f"handover.{state}", str(handover_id), {}, now)
    return found._replace(state=state, closed_at=now)


def _claimed(connection: sa.Connection, handover_id: int, by: str) -> Handover:
    found = _open(connection, handover_id)
    if found.claimed_by != by:
        raise Conflict("this hand-over is not claimed by you; claim it first")
    return found


def _open(connection: sa.Connection, handover_id: int) -> Handover:
    found = queries.locked(connection, handover_id)
    if found is None:
        raise NotFound(f"there is no hand-over {handover_id}; look at the queue for those that are open")
    if found.state in (HandoverState.GIVEN_BACK, HandoverState.RESOLVED):
        raise Conflict("this hand-over has ended; look at the queue for those that are open")
    return found
