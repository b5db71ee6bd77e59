"""The review queue and its decisions."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa

from mhc_core.db.queries.review_desk import VERSION
from mhc_core.db.tables import review_decisions, review_items, training_examples
from mhc_core.pseudonyms import Pseudonym
from mhc_core.vocabulary import Decision

_I, _E, _D = review_items.c, training_examples.c, review_decisions.c


class ReviewItem(NamedTuple):
    """An example as a reviewer sees it: scrubbed text only."""

    id: int
    priority: float
    reasons: tuple[str, ...]
    status: str
    intent: str
    channel: str
    origin: str
    quality: float
    confidence: float | None
    vote: str | None
    context: tuple[Mapping[str, str], ...]
    question: str
    answer: str
    duplicate: bool
    version: str


class VotedExample(NamedTuple):
    """A scrubbed example with the vote its answer got."""

    customer_hash: Pseudonym
    context: tuple[Mapping[str, str], ...]
    question: str
    answer: str
    vote: str


class CarriedDecision(NamedTuple):
    """A decision that came in with a message. ``edited_answer`` is raw text until it is scrubbed."""

    item_id: int
    decision: Decision
    edited_answer: str | None
    reason: str | None
    decided_by: str
    decided_at: datetime


def _items() -> sa.Select[Any]:
    """Items of examples that still say something: an erased one cannot be decided."""
    return sa.select(
        _I.id, _I.priority, _I.reasons, _I.status, _E.intent, _E.channel, _E.origin, _E.quality, _E.confidence, _E.vote,
        _E.context, _E.question, _E.answer, _E.duplicate_of.is_not(None),
        sa.literal_column(VERSION.format(item="ai.review_items", example="ai.training_examples")),
    ).join(training_examples, sa.and_(_E.id == _I.example_id, _E.question != ""))  # fmt: skip


def _item(row: Any) -> ReviewItem:
    return ReviewItem._make(tuple(value) if isinstance(value, list) else value for value in row)


def queue(connection: sa.Connection, limit: int, after: tuple[float, int] | None = None) -> list[ReviewItem]:
    """Pending items, most valuable first; ``after`` is priority and id of the last item of the page before."""
    query = _items().where(_I.status == "pending", _E.active).order_by(_I.priority.desc(), _I.id).limit(limit)
    if after is not None:
        last = after[1]
        priority = sa.cast(after[0], sa.REAL)  # as a double it would equal no stored priority
        query = query.where(sa.or_(_I.priority < priority, sa.and_(_I.priority == priority, _I.id > last)))
    return [_item(row) for row in connection.execute(query)]


def of_ids(connection: sa.Connection, ids: Sequence[int]) -> list[ReviewItem]:
    """Pending items in the order of these ids; one that was decided meanwhile is left out."""
    rows = connection.execute(_items().where(_I.id.in_(ids), _I.status == "pending", _E.active))
    found = {row[0]: _item(row) for row in rows}
    return [found[id_] for id_ in ids if id_ in found]


def item(connection: sa.Connection, item_id: int) -> ReviewItem | None:
    """One item, locked until the transaction ends."""
    row = connection.execute(_items().where(_I.id == item_id).with_for_update(of=review_items)).one_or_none()
    return _item(row) if row else None


def voted(connection: sa.Connection, limit: int) -> list[VotedExample]:
    """The latest examples whose own answer was voted on; an edited answer is not what the customer saw."""
    edited = sa.exists().where(
        _I.example_id == _E.id, _D.item_id == _I.id, _D.decision == Decision.EDIT, _D.undone_at.is_(None)
    )
    rows = connection.execute(
        sa.select(_E.customer_hash, _E.context, _E.question, _E.answer, _E.vote)
        .where(_E.vote.is_not(None), _E.question != "", _E.origin != "human_edit", ~edited)
        .order_by(_E.sequence.desc())
        .limit(limit)
    )
    return [VotedExample(row.customer_hash, tuple(row.context), *row[2:]) for row in rows]


def record(
    connection: sa.Connection,
    items: Sequence[int],
    decision: Decision,
    decided_by: str,
    now: datetime,
    edited_answer: str | None,
    reason: str | None,
    bulk_filter: Mapping[str, Any] | None,
) -> None:
    """Keep the decision on each item and carry it out on the examples."""
    if not items:
        return
    connection.execute(
        sa.text("""
            insert into ai.review_decisions (item_id, decision, edited_answer, reason, decided_by, decided_at,
                                             bulk_filter, former_answer)
            select item, :decision, :answer, :reason, :by, :now, cast(:filter as jsonb),
                   case when :decision = 'edit' then e.answer end
            from unnest(cast(:items as bigint[])) with ordinality n(item, place)
            join ai.review_items i on i.id = item join ai.training_examples e on e.id = i.example_id
            order by place
        """),
        {
            "items": list(items),
            "decision": decision.value,
            "answer": edited_answer,
            "reason": reason,
            "by": decided_by,
            "now": now,
            "filter": json.dumps(bulk_filter) if bulk_filter is not None else None,
        },
    )
    carry_out(connection, items)


def carried(connection: sa.Connection) -> list[CarriedDecision]:
    """Decisions that came with messages and human edits, for items that nobody decided yet and that are new or were to
    be looked at again."""
    rows = connection.execute(
        sa.text("""
            select i.id,
                   case when e.origin = 'human_edit' then 'approve' else m.message_metadata #>> '{review,decision}' end,
                   case when e.origin = 'human_edit' then null else m.message_metadata #>> '{review,answer}' end,
                   case when e.origin = 'human_edit' then 'answer written by a person'
                        else m.message_metadata #>> '{review,reason}' end,
                   case when e.origin = 'human_edit' then coalesce(m.edited_by, 'unknown')
                        else coalesce(m.message_metadata #>> '{review,by}', 'unknown') end,
                   case when e.origin = 'human_edit' then coalesce(m.edited_at, m.sent_at)
                        else coalesce(cast(m.message_metadata #>> '{review,at}' as timestamptz), m.sent_at) end
            from ai.review_items i
            join ai.training_examples e on e.id = i.example_id and e.active
            join ai.messages m on m.id = e.answer_message_id
            where i.status = 'pending' and not i.looked
              and (e.origin = 'human_edit'
                   or m.message_metadata #>> '{review,decision}' in ('approve', 'edit', 'reject'))
            order by i.id
            for update of i
        """)
    )
    return [CarriedDecision(row[0], Decision(row[1]), *row[2:]) for row in rows]


def record_carried(connection: sa.Connection, decisions: Sequence[CarriedDecision]) -> None:
    """Keep decisions that came with messages and carry them out."""
    if not decisions:
        return
    columns = {name: [getattr(found, name) for found in decisions] for name in CarriedDecision._fields}
    connection.execute(
        sa.text("""
            insert into ai.review_decisions (item_id, decision, edited_answer, reason, decided_by, decided_at)
            select item, decision, answer, reason, by, at
            from unnest(cast(:item_id as bigint[]), cast(:decision as text[]), cast(:edited_answer as text[]),
                        cast(:reason as text[]), cast(:decided_by as text[]), cast(:decided_at as timestamptz[]))
                 with ordinality n(item, decision, answer, reason, by, at, place)
            order by place
        """),
        {**columns, "decision": [found.decision.value for found in decisions]},
    )
    carry_out(connection, [found.item_id for found in decisions])


def looked_at(connection: sa.Connection, again: Sequence[int]) -> None:
    """:func:`carried` has seen all there is, and only those to look at ``again`` are to be seen once more.

    What was decided meanwhile is marked too: were it not, the planner would take a third of all items for new ones.
    """
    connection.execute(
        sa.text("""
            update ai.review_items set looked = true where not looked and not id = any(cast(:again as bigint[]))
        """),
        {"again": list(again)},
    )


def look_again(connection: sa.Connection, conversations: Sequence[UUID]) -> None:
    """A decision may have come with messages of these conversations."""
    connection.execute(
        sa.text("""
            update ai.review_items i set looked = false from ai.training_examples e
            where e.id = i.example_id and e.conversation_id = any(:conversations) and i.status = 'pending' and i.looked
        """),
        {"conversations": list(conversations)},
    )


def carry_out(connection: sa.Connection, items: Sequence[int]) -> None:
    """Apply the latest decision of each item that is not undone to its example and to the queue.

    An answer that was reworded is compared with the others again when examples are merged next.
    """
    connection.execute(
        sa.text("""
            with latest as (
                select distinct on (d.item_id)
                       d.item_id, i.example_id, d.decision, d.edited_answer, d.decided_by, d.decided_at
                from ai.review_decisions d join ai.review_items i on i.id = d.item_id
                where d.item_id = any(:items) and d.undone_at is null order by d.item_id, d.id desc
            ), queue as (
                update ai.review_items i
                set status = case when l.decision = 'skip' then 'pending' else 'decided' end,
                    priority = case when l.decision = 'skip' then i.priority - 1 else i.priority end
                from latest l where i.id = l.item_id
            )
            update ai.training_examples e
            set verified = l.decision in ('approve', 'edit'),
                active = case when l.decision = 'reject' then false else true end,
                answer = case when l.decision = 'edit' then l.edited_answer else e.answer end,
                numbers_sha256 = case when l.decision = 'edit' then null else e.numbers_sha256 end,
                novelty = case when l.decision = 'edit' then null else e.novelty end,
                rejected_answer = case when l.decision = 'edit' then coalesce(e.rejected_answer, e.answer)
                                       else e.rejected_answer end,
                verified_by = case when l.decision in ('approve', 'edit') then l.decided_by end,
                verified_at = case when l.decision in ('approve', 'edit') then l.decided_at end
            from latest l
            where e.id = l.example_id and e.duplicate_of is null and l.decision <> 'skip'
        """),
        {"items": list(items)},
    )


class HumanDecision(NamedTuple):
    """An answer that a reviewer approved as it was, or rejected; scrubbed text only."""

    approved: bool
    context: Sequence[Mapping[str, str]]
    question: str
    answer: str


def human_decisions(connection: sa.Connection, limit: int, seed: int) -> list[HumanDecision]:
    """Latest decisions that people made one by one, at most half of ``limit`` of either kind, drawn by ``seed``."""
    rows = connection.execute(
        sa.text("""
            with latest as (
                select distinct on (d.item_id) i.example_id, d.decision, d.bulk_filter
                from ai.review_decisions d join ai.review_items i on i.id = d.item_id
                where d.undone_at is null
                order by d.item_id, d.id desc
            ), drawn as (
                select l.decision = 'approve' as approved, e.id, e.context, e.question, e.answer,
                       row_number() over (partition by l.decision order by md5(e.id::text || :seed), e.id) as place
                from latest l join ai.training_examples e on e.id = l.example_id
                where l.decision in ('approve', 'reject') and l.bulk_filter is null and e.question <> ''
            )
            select approved, context, question, answer from drawn where place <= :each order by approved, place
        """),
        {"each": limit // 2, "seed": str(seed)},
    )
    return [HumanDecision(*row) for row in rows]


LENGTH_SHOWN = 5_000
"""A queue that is longer is told as so long: to count 300,000 takes half a second, and nobody decides so many."""
# With the offset each item looks for its example, and the limit ends that; else all examples may be read for a hash.
LENGTH = """
    select count(*) from (
        select from ai.review_items i
        cross join lateral (select from ai.training_examples e where e.id = i.example_id and e.active offset 0) e
        where i.status = 'pending' limit {}) waiting
"""


def length(connection: sa.Connection, most: int = LENGTH_SHOWN) -> int:
    """How many items wait, counted no further than ``most``."""
    return int(connection.execute(sa.text(LENGTH.format(":most")), {"most": most}).scalar_one())


class ReviewSummary(NamedTuple):
    """The state of the queue."""

    pending: int
    decided: int
    verified: int
    decisions: Mapping[str, int]


def summary(connection: sa.Connection) -> ReviewSummary:
    """Counts over the whole queue; decisions by kind."""
    pending, decided = connection.execute(
        sa.select(
            sa.func.count().filter(_I.status == "pending", _E.active), sa.func.count().filter(_I.status == "decided")
        ).join(training_examples, _E.id == _I.example_id)
    ).one()
    verified = connection.execute(
        sa.select(sa.func.count()).select_from(training_examples).where(_E.verified, _E.active)
    ).scalar_one()
    kinds = connection.execute(
        sa.select(_D.decision, sa.func.count()).where(_D.undone_at.is_(None)).group_by(_D.decision)
    )
    return ReviewSummary(pending, decided, verified, {row[0]: row[1] for row in kinds})


def approvals(connection: sa.Connection) -> int:
    """How many decisions approved an answer, ever; this number only grows."""
    return connection.execute(
        sa.select(sa.func.count()).select_from(review_decisions).where(_D.decision.in_(["approve", "edit"]))
    ).scalar_one()
