"""SQL of kept answers: found by the question's hash or by its meaning, and withdrawn."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

import orjson
import sqlalchemy as sa

from mhc_core.db.queries.privacy import REDACTED
from mhc_core.db.tables import conversations, messages, response_cache

_R = response_cache.c
FORGOTTEN_AFTER = timedelta(days=1)
"""An entry that ran out this long ago goes."""
_TIDIED_AT_ONCE = 50
_LOOKED_AT = 5


class CachedEntry(NamedTuple):
    """A kept answer. ``same`` says that it was kept for the very question asked."""

    id: int
    question: str
    answer: Mapping[str, Any]
    admitted_at: datetime
    same: bool


class Entry(NamedTuple):
    """An answer to be kept for a question of a scope. ``meaning`` is what other questions may share with it;
    ``message_id`` is the stored message that gave it."""

    scope_sha256: str
    question_sha256: str
    question: str
    meaning: str | None
    answer: Mapping[str, Any]
    message_id: UUID


_ADMIT = sa.text(
    f"""
    with offered as materialized (
        select * from json_to_recordset(cast(:entries as json)) as r(
            scope_sha256 text, question_sha256 text, question text, meaning text, answer jsonb, message_id uuid)
    ), held as materialized (
        select c.id
          from ai.conversations c
         where c.id in (select m.conversation_id from ai.messages m join offered o on o.message_id = m.id)
           and not c.channel_metadata ? '{REDACTED}'
           and not exists (
               select from ai.scrub_marks k join ai.messages said on said.id = k.message_id
                where said.conversation_id = c.id and k.kind = 'missed')
    )
    insert into ai.response_cache as kept (scope_sha256, question_sha256, question, meaning_sha256, answer, message_id,
                                           admitted_at, expires_at)
    select o.scope_sha256, o.question_sha256, o.question, o.meaning, o.answer, m.id, :now, :expires
      from offered o
      join ai.messages m on m.id = o.message_id
      join held h on h.id = m.conversation_id
     order by o.scope_sha256, o.question_sha256
    on conflict (scope_sha256, question_sha256) do update
        set answer = excluded.answer, message_id = excluded.message_id, question = excluded.question,
            meaning_sha256 = excluded.meaning_sha256, admitted_at = excluded.admitted_at,
            expires_at = excluded.expires_at
        where kept.withdrawn_at is null and kept.expires_at <= excluded.admitted_at
    returning id
    """  # entries in order: two groups at once wait for each other, but never both
)
_HOLD = sa.text(
    """
    select c.id from ai.conversations c
     where c.id in (select conversation_id from ai.messages where id = any(:messages)) order by c.id for share
    """
)


def find(
    connection: sa.Connection, scope: str, question_sha256: str, meaning: str | None, now: datetime
) -> list[CachedEntry]:
    """The valid answers of this scope for the very question, then those for its meaning, newest first; few."""
    same = _R.question_sha256 == question_sha256
    rows = connection.execute(
        sa.select(_R.id, _R.question, _R.answer, _R.admitted_at, same.label("same"))
        .where(_R.scope_sha256 == scope, _R.withdrawn_at.is_(None), _R.expires_at > now)
        .where(same if meaning is None else sa.or_(same, _R.meaning_sha256 == meaning))
        .order_by(same.desc(), _R.admitted_at.desc(), _R.id)
        .limit(_LOOKED_AT)
    )
    return [CachedEntry(*row) for row in rows]


def admit(connection: sa.Connection, entries: Sequence[Entry], now: datetime, expires_at: datetime) -> list[int]:
    """Keep answers, each to another question; the entries made. Left out: where one is valid or was withdrawn, and
    where the message's text is gone or a reviewer found personal data in its conversation."""
    stale = sa.select(_R.id).where(_R.expires_at < now - FORGOTTEN_AFTER).limit(_TIDIED_AT_ONCE)
    connection.execute(sa.delete(response_cache).where(_R.id.in_(stale.with_for_update(skip_locked=True))))
    offered = {
        "entries": orjson.dumps([entry._asdict() for entry in entries], default=str).decode(),
        "now": now,
        "expires": expires_at,
    }
    # Held in a statement of its own, so that the next one sees the mark or the erasure that it waited for.
    connection.execute(_HOLD, {"messages": [entry.message_id for entry in entries]})
    return list(connection.scalars(_ADMIT, offered))


def entries_of_message(connection: sa.Connection, message_id: UUID) -> list[int]:
    """The kept answers that a message gave or was the source of."""
    found = sa.text(
        """
        select id from ai.response_cache where message_id = :message
        union
        select r.id
          from ai.messages m join ai.response_cache r on r.id = cast(m.message_metadata ->> 'cache_entry' as bigint)
         where m.id = :message
        """
    )
    return list(connection.scalars(found, {"message": message_id}))


def withdraw(connection: sa.Connection, entry_ids: Sequence[int], now: datetime) -> int:
    """Take cached answers out of use for as long as their versions are live; how many were in use."""
    return connection.execute(
        sa.update(response_cache).where(_R.id.in_(entry_ids), _R.withdrawn_at.is_(None)).values(withdrawn_at=now)
    ).rowcount


def forget(connection: sa.Connection, conversation_id: UUID, pattern: str) -> None:
    """Remove the answers that a conversation gave, and those of others in which the regular expression of PostgreSQL
    ``pattern`` finds something. What is being kept at this moment is waited for; what comes later sees the mark."""
    held = sa.select(conversations.c.id).where(conversations.c.id == conversation_id)
    connection.execute(held.with_for_update(key_share=True))
    of_it = sa.select(messages.c.id).where(messages.c.conversation_id == conversation_id)
    said = sa.func.concat_ws("\n", _R.question, _R.answer["text"].astext)
    connection.execute(
        sa.delete(response_cache).where(sa.or_(_R.message_id.in_(of_it), said.regexp_match(pattern, flags="i")))
    )
