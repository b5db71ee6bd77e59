"""SQL of cached answers: found by the question's hash or by its vector, withdrawn, and judged by their outcomes."""

import functools
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

import numpy as np
import orjson
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy.dialects.postgresql import insert

from mhc_core.db.queries.privacy import REDACTED
from mhc_core.db.queries.retrieval import literal
from mhc_core.db.tables import response_cache, response_cache_outcomes

_R, _O = response_cache.c, response_cache_outcomes.c
FORGOTTEN_AFTER = timedelta(days=1)
"""An entry that ran out this long ago goes, with its outcomes."""
_TIDIED_AT_ONCE = 50


class CachedEntry(NamedTuple):
    """A cached answer. ``same`` says that it was kept for the very question asked, ``cosine`` is the similarity of its
    question to that one, ``outcomes`` what came of it, the last of them heard at ``judged_at``."""

    id: int
    question: str
    answer: Mapping[str, Any]
    admitted_at: datetime
    same: bool = True
    cosine: float = 1.0
    outcomes: tuple[tuple[float, bool], ...] = ()
    judged_at: datetime | None = None


class Entry(NamedTuple):
    """An answer to be kept for a question of a scope. ``message_id`` is the stored message that gave it."""

    scope_sha256: str
    question_sha256: str
    question: str
    vector: NDArray[np.float32]
    answer: Mapping[str, Any]
    message_id: UUID


_NEAR = """
    with near as materialized (
        select id, question, answer, admitted_at, question_sha256 = :question as same,
               1 - ((embedding::halfvec({dimensions})) <=> cast(:vector as halfvec({dimensions}))) as cosine
        from ai.response_cache
        where dimensions = {dimensions} and scope_sha256 = :scope and withdrawn_at is null and expires_at > :now
        order by (embedding::halfvec({dimensions})) <=> cast(:vector as halfvec({dimensions}))
        limit {limit}
    ), found as (
        select * from near
        union all
        select id, question, answer, admitted_at, true, 1
        from ai.response_cache
        where scope_sha256 = :scope and question_sha256 = :question and withdrawn_at is null and expires_at > :now
          and not exists (select 1 from near where same)
    )
    select f.*, coalesce(o.outcomes, '[]') as outcomes, o.judged_at
    from found f, lateral (
        select jsonb_agg(jsonb_build_array(o.log_odds, o.correct)) as outcomes, max(o.at) as judged_at
        from ai.response_cache_outcomes o where o.entry_id = f.id
    ) o
    order by f.same desc, f.cosine desc, f.id
"""

_ADMIT = sa.text(
    f"""
    with offered as materialized (
        select * from json_to_recordset(cast(:entries as json)) as r(
            scope_sha256 text, question_sha256 text, question text, dimensions int, vector text, answer jsonb,
            message_id uuid)
    ), held as materialized (
        select c.id
          from ai.conversations c
         where c.id in (select m.conversation_id from ai.messages m join offered o on o.message_id = m.id)
           and not c.channel_metadata ? '{REDACTED}'
         order by c.id
           for share
    )
    insert into ai.response_cache as kept (scope_sha256, question_sha256, question, dimensions, embedding, answer,
                                           message_id, admitted_at, expires_at)
    select o.scope_sha256, o.question_sha256, o.question, o.dimensions, cast(o.vector as halfvec), o.answer, m.id,
           :now, :expires
      from offered o
      join ai.messages m on m.id = o.message_id
      join held h on h.id = m.conversation_id
     order by o.scope_sha256, o.question_sha256
    on conflict (scope_sha256, question_sha256) do update
        set answer = excluded.answer, message_id = excluded.message_id, question = excluded.question,
            admitted_at = excluded.admitted_at, expires_at = excluded.expires_at
        where kept.withdrawn_at is null and kept.expires_at <= excluded.admitted_at
    returning id
    """  # conversations and entries in order: two groups at once wait for each other, but never both
)


def nearest(
    connection: sa.Connection,
    scope: str,
    question_sha256: str,
    vector: NDArray[np.float32],
    now: datetime,
    limit: int,
) -> list[CachedEntry]:
    """The valid answers of this scope whose questions are nearest, with their outcomes: that of the very question
    first, then the nearest."""
    rows = connection.execute(
        _near(len(vector), limit),
        {"scope": scope, "question": question_sha256, "vector": literal(vector), "now": now},
    )
    return [
        CachedEntry(
            row.id,
            row.question,
            row.answer,
            row.admitted_at,
            row.same,
            float(row.cosine),
            tuple((z, right) for z, right in row.outcomes),
            row.judged_at,
        )
        for row in rows
    ]


@functools.cache
def _near(dimensions: int, limit: int) -> sa.TextClause:
    return sa.text(_NEAR.format(dimensions=dimensions, limit=limit))  # a literal, so that the plan knows it is small


def admit(connection: sa.Connection, entries: Sequence[Entry], now: datetime, expires_at: datetime) -> list[int]:
    """Keep answers, each to another question; the entries made. Left out: where one is valid or was withdrawn, and
    where the message's text is gone."""
    stale = sa.select(_R.id).where(_R.expires_at < now - FORGOTTEN_AFTER).limit(_TIDIED_AT_ONCE)
    connection.execute(sa.delete(response_cache).where(_R.id.in_(stale.with_for_update(skip_locked=True))))
    rows = [entry._asdict() | {"vector": literal(entry.vector), "dimensions": len(entry.vector)} for entry in entries]
    offered = {"entries": orjson.dumps(rows, default=str).decode(), "now": now, "expires": expires_at}
    return list(connection.scalars(_ADMIT, offered))


def record_outcome(
    connection: sa.Connection, entry_id: int, message_id: UUID, kind: str, log_odds: float, correct: bool, now: datetime
) -> None:
    """Note whether a cached answer was right for a question; the latest word on the same message counts."""
    known = connection.scalar(sa.select(_R.id).where(_R.id == entry_id).with_for_update(read=True, key_share=True))
    if known is None:
        return
    values = {"log_odds": log_odds, "correct": correct, "at": now}
    connection.execute(
        insert(response_cache_outcomes)
        .values(entry_id=entry_id, message_id=message_id, kind=kind, **values)
        .on_conflict_do_update(index_elements=[_O.entry_id, _O.message_id, _O.kind], set_=values)
    )


def entries_of_message(connection: sa.Connection, message_id: UUID) -> list[tuple[int, float]]:
    """The cached answers that a message gave or was the source of, with the log-odds it was given at (exact: 0)."""
    rows = connection.execute(
        sa.text(
            """
            select id, cast(0 as real) from ai.response_cache where message_id = :message
            union
            select r.id, cast(coalesce(m.message_metadata ->> 'cache_log_odds', '0') as real)
            from ai.messages m join ai.response_cache r on r.id = cast(m.message_metadata ->> 'cache_entry' as bigint)
            where m.id = :message
            """
        ),
        {"message": message_id},
    )
    return [(row[0], float(row[1])) for row in rows]


def withdraw(connection: sa.Connection, entry_ids: Sequence[int], now: datetime) -> int:
    """Take cached answers out of use for as long as their versions are live; how many were in use."""
    return connection.execute(
        sa.update(response_cache).where(_R.id.in_(entry_ids), _R.withdrawn_at.is_(None)).values(withdrawn_at=now)
    ).rowcount
