"""SQL of recorded calls: what was agreed to, what may be learned from, and who read an uncertain transcript."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import sqlalchemy as sa

from mhc_core.db.queries import staging
from mhc_core.db.tables import calls, conversations, messages, scrub_holds
from mhc_core.vocabulary import Consent

HEARD_KEY = "heard"
"""Key in ``messages.message_metadata``: how sure the recogniser was of the words, 0..1."""
HEARD = sa.case(
    (
        sa.func.jsonb_typeof(messages.c.message_metadata[HEARD_KEY]) == "number",
        sa.cast(messages.c.message_metadata[HEARD_KEY].astext, sa.REAL),
    ),
    else_=None,
)
_C = calls.c


class CallRow(NamedTuple):
    """What is known of one recorded call. ``confidence`` is of all its words, 0..1; ``audio_seconds`` its length."""

    conversation_id: UUID
    consent: str
    consent_wording: str | None
    speakers: str
    confidence: float | None
    recogniser: str | None
    audio_sha256: str | None
    audio_seconds: float | None


_COLUMNS = (
    ("conversation_id", "uuid"), ("consent", "text"), ("consent_wording", "text"), ("speakers", "text"),
    ("confidence", "real"), ("recogniser", "text"), ("audio_sha256", "text"), ("audio_seconds", "real"),
)  # fmt: skip

# An import that says nothing of consent leaves what is known; what it says takes the place of what was said before.
_UPSERT = """
    insert into ai.calls as stored (conversation_id, consent, consent_wording, consent_said_at, speakers, confidence,
                                    recogniser, audio_sha256, audio_seconds)
    select s.conversation_id, s.consent, s.consent_wording, :now, s.speakers, s.confidence, s.recogniser,
           s.audio_sha256, s.audio_seconds
    from pg_temp.import_calls s join ai.conversations c on c.id = s.conversation_id
    order by s.conversation_id
    on conflict (conversation_id) do update set
        consent = case when excluded.consent = 'unknown' then stored.consent else excluded.consent end,
        consent_wording = case when excluded.consent = 'unknown' then stored.consent_wording
                               else coalesce(excluded.consent_wording, stored.consent_wording) end,
        consent_said_at = case when excluded.consent in ('unknown', stored.consent) then stored.consent_said_at
                               else excluded.consent_said_at end,
        speakers = excluded.speakers, confidence = excluded.confidence, recogniser = excluded.recogniser,
        audio_sha256 = coalesce(excluded.audio_sha256, stored.audio_sha256),
        audio_seconds = coalesce(excluded.audio_seconds, stored.audio_seconds)
    where (excluded.consent <> 'unknown' and (stored.consent <> excluded.consent
             or stored.consent_wording is distinct from coalesce(excluded.consent_wording, stored.consent_wording)))
       or (stored.speakers, stored.confidence, stored.recogniser) is distinct from
          (excluded.speakers, excluded.confidence, excluded.recogniser)
       or (excluded.audio_sha256 is not null and stored.audio_sha256 is distinct from excluded.audio_sha256)
    returning conversation_id
"""
_WITHDRAW = (
    """
    update ai.training_examples e set active = false
    from ai.calls k where k.conversation_id = e.conversation_id and k.consent <> 'given' and e.active
      and k.conversation_id = any(:ids)
    """,
    """
    update ai.knowledge_articles a set active = false, updated_at = :now
    from ai.training_examples e join ai.calls k on k.conversation_id = e.conversation_id
    where a.example_id = e.id and a.active and k.consent <> 'given' and k.conversation_id = any(:ids)
    """,
)


def upsert(connection: sa.Connection, rows: Sequence[CallRow], now: datetime) -> frozenset[UUID]:
    """Store what is known of calls whose conversations are stored; the conversations of those that changed.

    Where consent is no longer given, what was learned from the call is switched off at once.
    """
    if not rows:
        return frozenset()
    staging.fill(connection, "import_calls", _COLUMNS, rows)
    changed = frozenset(connection.scalars(sa.text(_UPSERT), {"now": now}))
    for statement in _WITHDRAW if changed else ():
        connection.execute(sa.text(statement), {"ids": list(changed), "now": now})
    return changed


def listened_to(connection: sa.Connection, audio_sha256: str) -> bool:
    """Whether a recording was turned into a conversation already: to do it again costs, and changes nothing."""
    return bool(connection.scalar(sa.select(sa.exists().where(_C.audio_sha256 == audio_sha256))))


def say(connection: sa.Connection, conversation_id: UUID, consent: Consent, wording: str | None, now: datetime) -> bool:
    """Write down what a caller said of their recording afterwards; False where the conversation is no call."""
    known = connection.execute(sa.select(calls).where(_C.conversation_id == conversation_id)).one_or_none()
    if known is None:
        return False
    row = CallRow(
        conversation_id, consent, wording, known.speakers, known.confidence, known.recogniser, None, None
    )  # fmt: skip
    if upsert(connection, [row], now):
        connection.execute(sa.update(conversations).values(updated_at=now).where(conversations.c.id == conversation_id))
    return True


def withheld(conversation_id: sa.ColumnElement[UUID]) -> sa.Exists:
    """Whether a conversation is a recorded call that nothing may be learned from."""
    return sa.exists().where(_C.conversation_id == conversation_id, _C.consent != Consent.GIVEN)


def read_by_a_person(conversation_id: sa.ColumnElement[UUID]) -> sa.Exists:
    """Whether somebody read the transcript of a call and found it right."""
    return sa.exists().where(_C.conversation_id == conversation_id, _C.checked_at.is_not(None))


def speakers_guessed(conversation_id: sa.ColumnElement[UUID]) -> sa.Exists:
    """Whether only the turns of a call told who spoke."""
    return sa.exists().where(_C.conversation_id == conversation_id, _C.speakers == "turns")


def accept(connection: sa.Connection, message_id: UUID, by: str, now: datetime) -> UUID | None:
    """A person read the call to which a held message belongs: its conversation is free to be learned from.

    Returns the conversation's id, or None where no transcript is held by this message.
    """
    conversation = connection.scalar(
        sa.select(messages.c.conversation_id)
        .join(scrub_holds, scrub_holds.c.answer_message_id == messages.c.id)
        .join(calls, _C.conversation_id == messages.c.conversation_id)
        .where(messages.c.id == message_id, scrub_holds.c.kind == "transcript")
    )
    if conversation is None:
        return None
    connection.execute(sa.update(calls).values(checked_by=by, checked_at=now).where(_C.conversation_id == conversation))
    of_call = sa.select(messages.c.id).where(messages.c.conversation_id == conversation)
    connection.execute(
        sa.delete(scrub_holds).where(scrub_holds.c.kind == "transcript", scrub_holds.c.answer_message_id.in_(of_call))
    )
    connection.execute(
        sa.update(conversations).values(updated_at=now).where(conversations.c.id == conversation)
    )  # so that scrubbing looks at it again
    return conversation
