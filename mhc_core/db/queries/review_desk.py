"""SQL of reviewing side by side: who has which item, how an item looks now, undoing, and how reviewers do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which pending items are meant; every given condition must hold."""

    intent: str | None = None
    origin: str | None = None
    reason: str | None = None
    min_quality: float | None = None
    max_quality: float | None = None


_MATCHES = """
    (cast(:intent as text) is null or e.intent = :intent) and (cast(:origin as text) is null or e.origin = :origin)
    and (cast(:reason as text) is null or :reason = any(i.reasons))
    and (cast(:min_quality as real) is null or e.quality >= :min_quality)
    and (cast(:max_quality as real) is null or e.quality <= :max_quality)
"""
_FREE = "not exists (select from ai.review_leases l where l.item_id = i.id and l.held_by <> :by and l.until > :now)"
_PENDING = f"""
    from ai.review_items i join ai.training_examples e on e.id = i.example_id and e.question <> ''
   where i.status = 'pending' and e.active and {_FREE} and {_MATCHES}
"""
_TAKE = sa.text(
    f"""
    with free as (
        select i.id {_PENDING} and not i.id = any(cast(:passed as bigint[]))
         order by i.priority desc, i.id limit 1 for update of i skip locked
    )
    insert into ai.review_leases as l (item_id, held_by, until) select id, :by, :until from free
        on conflict (item_id) do update set held_by = excluded.held_by, until = excluded.until
     where l.held_by = excluded.held_by or l.until <= :now
    returning item_id
    """
)


def take(
    connection: sa.Connection, by: str, chosen: Chosen, passed: Sequence[int], now: datetime, until: datetime
) -> int | None:
    """Lease the most valuable item that nobody else has, but for those in ``passed``; what this reviewer had before is
    free again. None when there is none, or when somebody took it at the same moment: ask again."""
    connection.execute(sa.text("delete from ai.review_leases where held_by = :by"), {"by": by})
    values = _values(chosen) | {"by": by, "passed": list(passed), "now": now, "until": until}
    taken: int | None = connection.scalar(_TAKE, values)
    return taken


def lease(connection: sa.Connection, item_id: int, by: str, now: datetime, until: datetime) -> bool:
    """Take or keep one item; False while somebody else has it."""
    return bool(
        connection.execute(
            sa.text("""
                insert into ai.review_leases as l (item_id, held_by, until) values (:item, :by, :until)
                on conflict (item_id) do update set held_by = excluded.held_by, until = excluded.until
                 where l.held_by = excluded.held_by or l.until <= :now
            """),
            {"item": item_id, "by": by, "now": now, "until": until},
        ).rowcount
    )


def release(connection: sa.Connection, item_id: int) -> None:
    """Let go of an item, whoever has it."""
    connection.execute(sa.text("delete from ai.review_leases where item_id = :item"), {"item": item_id})


def waiting(connection: sa.Connection, by: str, chosen: Chosen, now: datetime, most: int | None = None) -> int:
    """How many pending items match that nobody else has; counted no further than ``most``."""
    query = sa.text(f"select count(*) from (select {_PENDING} limit :most) found")
    return int(connection.execute(query, _values(chosen) | {"by": by, "now": now, "most": most}).scalar_one())


def lock_matching(connection: sa.Connection, by: str, chosen: Chosen, limit: int, now: datetime) -> list[int]:
    """Ids of pending items that match and that nobody else has, most valuable first, locked."""
    query = sa.text(f"select i.id {_PENDING} order by i.priority desc, i.id limit :limit for update of i skip locked")
    return list(connection.scalars(query, _values(chosen) | {"by": by, "now": now, "limit": limit}))


def _values(chosen: Chosen) -> dict[str, Any]:
    return {name: getattr(chosen, name) for name in Chosen.__slots__}


VERSION = """
    coalesce((select max(d.id) from ai.review_decisions d where d.item_id = {item}.id), 0)
    || '-' || left(md5({example}.question || chr(31) || {example}.answer), 8)
"""
"""What changes whenever an item is decided or its text is made anew."""
_VERSION = VERSION.format(item="i", example="e")


class Shown(NamedTuple):
    """An item with all that a reviewer looks at: scrubbed text only. ``version`` is given back with the decision."""

    id: int
    version: str
    status: str
    priority: float
    reasons: Sequence[str]
    example_id: UUID
    conversation_id: UUID
    question_message_id: UUID
    answer_message_id: UUID
    intent: str
    channel: str
    origin: str
    quality: float
    confidence: float | None
    vote: str | None
    context: Sequence[Mapping[str, str]]
    question: str
    answer: str
    former_answer: str | None
    findings: Mapping[str, Any]
    risk: str
    citations: Sequence[Mapping[str, Any]]
    model_version_id: str | None
    asked_at: datetime
    duplicate: bool


def shown(connection: sa.Connection, item_id: int) -> Shown | None:
    """One item as it is now; None when it is gone or erased."""
    row = connection.execute(
        sa.text(f"""
            select i.id, {_VERSION}, i.status, i.priority, i.reasons, e.id, e.conversation_id, e.question_message_id,
                   e.answer_message_id, e.intent, e.channel, e.origin, e.quality, e.confidence, e.vote, e.context,
                   e.question, e.answer, e.rejected_answer, e.findings, e.risk, a.citations, a.model_version_id,
                   q.sent_at, e.duplicate_of is not null
              from ai.review_items i
              join ai.training_examples e on e.id = i.example_id and e.question <> ''
              join ai.messages a on a.id = e.answer_message_id
              join ai.messages q on q.id = e.question_message_id
             where i.id = :item
        """),
        {"item": item_id},
    ).one_or_none()
    return Shown(*row) if row else None


class Decided(NamedTuple):
    """A decision that counts."""

    id: int
    item_id: int
    decision: str
    decided_by: str
    decided_at: datetime


def current(connection: sa.Connection, item_id: int) -> tuple[str, Decided | None]:
    """The version of an item and the decision that counts, as they are under the caller's lock."""
    row = connection.execute(
        sa.text(f"""
            select {_VERSION}, d.id, d.item_id, d.decision, d.decided_by, d.decided_at
              from ai.review_items i join ai.training_examples e on e.id = i.example_id
              left join lateral (
                   select * from ai.review_decisions d where d.item_id = i.id and d.undone_at is null
                    order by d.id desc limit 1) d on true
             where i.id = :item
        """),
        {"item": item_id},
    ).one()
    return row[0], Decided(*row[1:]) if row[1] is not None else None


def last_of(connection: sa.Connection, by: str, since: datetime, reach: int) -> Decided | None:
    """The newest decision of a reviewer that is not undone, made one by one after ``since``, and among the last
    ``reach`` of that kind, undone ones counted."""
    row = connection.execute(
        sa.text("""
            with recent as (
                select id, item_id, decision, decided_by, decided_at, undone_at from ai.review_decisions
                 where decided_by = :by and decided_at >= :since and bulk_filter is null
                 order by id desc limit :reach
            )
            select id, item_id, decision, decided_by, decided_at from recent
             where undone_at is null order by id desc limit 1
        """),
        {"by": by, "since": since, "reach": reach},
    ).one_or_none()
    return Decided(*row) if row else None


def undo(connection: sa.Connection, decision: Decided, now: datetime) -> None:
    """Mark a decision undone and put its item back where it was before; the caller holds the item's lock."""
    values = {"id": decision.id, "item": decision.item_id, "now": now}
    connection.execute(sa.text("update ai.review_decisions set undone_at = :now where id = :id"), values)
    connection.execute(
        sa.text("""
            update ai.review_items
               set status = 'pending', priority = priority + case when :skipped then 1 else 0 end
             where id = :item
        """),
        values | {"skipped": decision.decision == "skip"},
    )
    connection.execute(
        sa.text("""
            update ai.training_examples e
               set verified = false, verified_by = null, verified_at = null, active = true,
                   answer = coalesce(d.former_answer, e.answer),
                   rejected_answer = case when d.former_answer = e.rejected_answer then null
                                          else e.rejected_answer end,
                   numbers_sha256 = case when d.former_answer is null then e.numbers_sha256 end,
                   novelty = case when d.former_answer is null then e.novelty end
              from ai.review_decisions d join ai.review_items i on i.id = d.item_id
             where d.id = :id and e.id = i.example_id and e.duplicate_of is null and d.decision <> 'skip'
        """),
        values,
    )


class Like(NamedTuple):
    """An approved answer to a similar question; ``similarity`` is a cosine."""

    question: str
    answer: str
    similarity: float


def approved_like(connection: sa.Connection, example_id: UUID) -> Like | None:
    """The approved example of the same intent whose question is most like this one's."""
    row = connection.execute(
        sa.text("""
            select v.question, v.answer, 1 - (v.embedding <=> e.embedding) as similarity
              from ai.training_examples e
              join ai.training_examples v on v.intent = e.intent and v.embedder = e.embedder and v.id <> e.id
                   and v.active and v.verified and v.answer <> e.answer
             where e.id = :id order by v.embedding <=> e.embedding limit 1
        """),
        {"id": example_id},
    ).one_or_none()
    return Like(*row) if row else None


class Reviewer(NamedTuple):
    """How one person reviews: decisions by kind, those in bulk, and the median time between two, in seconds."""

    name: str
    approved: int
    edited: int
    rejected: int
    skipped: int
    undone: int
    in_bulk: int
    median_seconds: float | None
    last_at: datetime


def reviewers(connection: sa.Connection, since: datetime) -> list[Reviewer]:
    """Everybody who decided since then, the busiest first. Pauses of more than ten minutes are no pace."""
    rows = connection.execute(
        sa.text("""
            with own as (
                select *, extract(epoch from decided_at - lag(decided_at)
                                  over (partition by decided_by, bulk_filter is null order by id)) as gap
                  from ai.review_decisions where decided_at >= :since
            )
            select decided_by, count(*) filter (where decision = 'approve'), count(*) filter (where decision = 'edit'),
                   count(*) filter (where decision = 'reject'), count(*) filter (where decision = 'skip'),
                   count(undone_at), count(bulk_filter),
                   percentile_cont(0.5) within group (order by gap)
                       filter (where gap between 0.2 and 600 and bulk_filter is null),
                   max(decided_at)
              from own group by decided_by order by count(*) desc, decided_by
        """),
        {"since": since},
    )
    return [Reviewer(*row) for row in rows]


class Agreement(NamedTuple):
    """Items that two people decided one by one: how many, and on how many they said the same."""

    one: str
    other: str
    items: int
    same: int


def agreement(connection: sa.Connection, since: datetime) -> list[Agreement]:
    """Pairs of people by how much they have in common. An edit keeps the example, as an approval does."""
    rows = connection.execute(
        sa.text("""
            with latest as (
                select distinct on (item_id, decided_by) item_id, decided_by, decision in ('approve', 'edit') as kept
                  from ai.review_decisions
                 where decided_at >= :since and bulk_filter is null and decision <> 'skip' and undone_at is null
                 order by item_id, decided_by, id desc
            )
            select a.decided_by, b.decided_by, count(*), count(*) filter (where a.kept = b.kept)
              from latest a join latest b on b.item_id = a.item_id and b.decided_by > a.decided_by
             group by 1, 2 order by 3 desc, 1, 2 limit 20
        """),
        {"since": since},
    )
    return [Agreement(*row) for row in rows]
