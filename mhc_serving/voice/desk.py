"""What the line does in the database, each in its own transaction: consent, the length of a call, hand-over."""

from dataclasses import dataclass
from uuid import NAMESPACE_URL, UUID, uuid5

import sqlalchemy as sa

from mhc_core.concierge.agents import handover as reasons
from mhc_core.concierge.agents import summary
from mhc_core.concierge.facts import memory
from mhc_core.db.queries import calls
from mhc_core.db.queries import handover as handovers
from mhc_core.db.queries.calls import CallRow
from mhc_core.db.tables import conversations
from mhc_core.speech.aloud import aloud
from mhc_core.support import handover, notes
from mhc_core.support.handover import office_hours
from mhc_core.vocabulary import Consent
from mhc_serving.access.deps import Services

BY = "phone line"


def conversation_of(call_sid: str) -> UUID:
    """The conversation of a call, so that every process knows it by the call alone."""
    return uuid5(NAMESPACE_URL, f"twilio:{call_sid}")


def row(conversation_id: UUID, consent: Consent, wording: str, recogniser: str) -> CallRow:
    """What is known of a call when its first turn is stored. Each side has its own channel."""
    return CallRow(conversation_id, consent, wording, "channel", None, recogniser, None, None)


def refuse_training(services: Services, conversation_id: UUID, wording: str) -> None:
    """The caller does not want to be learned from."""
    with services.engine.begin() as connection:
        calls.say(connection, conversation_id, Consent.REFUSED, wording, services.clock())


def close(services: Services, conversation_id: UUID, recogniser: str, sure: float | None, seconds: float) -> None:
    """Write down how long a call was and how sure its words are; of a call without a word there is no row."""
    with services.engine.begin() as connection:
        known = connection.scalar(sa.select(conversations.c.id).where(conversations.c.id == conversation_id))
        if known is not None:
            found = CallRow(conversation_id, Consent.UNKNOWN, None, "channel", sure, recogniser, None, seconds)
            calls.upsert(connection, [found], services.clock())


def hand_over(services: Services, conversation_id: UUID) -> None:
    """See to it that a person has the conversation, whatever was understood of the wish for one; the summary of the
    call stands beside it in the inbox."""
    now = services.clock()
    with services.engine.begin() as connection:
        handover.begin(connection, services.business, conversation_id, reasons.ASKED_FOR, now)
        told = told_of(connection, conversation_id)
        notes.note(connection, conversation_id, f"Call: {told.summary}", BY, now)


@dataclass(frozen=True, slots=True)
class Told:
    """What a person of the team is told before the caller is put through."""

    waits: bool
    summary: str


def told_of(connection: sa.Connection, conversation_id: UUID) -> Told:
    """Why a conversation is at a person, and what is known of the party, as it is said."""
    found = handovers.open_of(connection, conversation_id)
    stored = connection.scalar(sa.select(conversations.c.facts).where(conversations.c.id == conversation_id))
    known = [part for part in summary.noted(memory.Facts(), memory.load(stored or {})).split(", ") if part]
    about = f" Known so far: {', '.join(known)}." if known else " Nothing is known of the party yet."
    reason = found.reason if found is not None and found.reason else reasons.ASKED_FOR
    return Told(found is not None, aloud(f"A call for a person: {reason}.{about}").text)


def somebody_there(services: Services) -> bool:
    """Whether calls can be put through now."""
    hours = office_hours(services.business.contact, services.clock())
    return hours.open and bool(services.settings.voice_transfer_to)
