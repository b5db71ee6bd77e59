"""Examples that may say the same: what is compared with what, and what became of it."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from mhc_core.db.queries.vectors import PACKED, joined, split, unpacked

_BEST = """
    case when e.verified and exists (select from ai.dataset_members d where d.example_id = e.id) then 3
         when e.verified or e.origin = 'human_edit' or carried.decision = 'approve' then 2
         when carried.decision = 'reject' then 0 else 1 end desc,
    e.origin = 'human_edit' desc, m.sent_at, e.id
"""
_LOCK = 0x6D68635F6D657267
"""Any number that no other advisory lock of this database has."""


class Mergeable(NamedTuple):
    """An example that takes part in merging; ``merged`` when another one says what it says."""

    id: UUID
    numbers: str
    new: bool
    merged: bool
    into: UUID | None
    question: str
    answer: str


def lock(connection: sa.Connection) -> None:
    """Wait until no other transaction writes examples: two that do not see each other's would both keep the same."""
    connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))


def unnumbered(connection: sa.Connection) -> list[tuple[UUID, str, str]]:
    """Id, question and answer of examples whose numbers are not known: old ones, and those a person reworded."""
    rows = connection.execute(
        sa.text("""
            select id, question, answer from ai.training_examples where numbers_sha256 is null and question <> ''
        """)
    )
    return [(row[0], row[1], row[2]) for row in rows]


def save_numbers(connection: sa.Connection, numbers: Mapping[UUID, str]) -> None:
    """Write what :func:`unnumbered` lacked."""
    if numbers:
        connection.execute(
            sa.text("""
                update ai.training_examples e set numbers_sha256 = n.numbers
                from unnest(cast(:ids as uuid[]), cast(:numbers as text[])) n(id, numbers) where e.id = n.id
            """),
            {"ids": list(numbers), "numbers": list(numbers.values())},
        )


def release(connection: sa.Connection, reworded: Sequence[UUID]) -> None:
    """Let what was merged into these examples stand for itself again: they say something else now."""
    connection.execute(
        sa.text("""
            with released as (
                update ai.training_examples
                set duplicate_of = null, active = true, novelty = null, placed_for = null
                where duplicate_of = any(:reworded) returning id
            )
            update ai.review_items i set looked = false from released r where i.example_id = r.id
        """),
        {"reworded": list(reworded)},
    )


class SameNumbers(NamedTuple):
    """Examples that state the same numbers, at least one of them new, and the beginnings of their vectors."""

    ids: Sequence[UUID]
    new: NDArray[np.bool_]
    vectors: NDArray[np.float32]


def with_same_numbers(connection: sa.Connection, embedder: str, dimensions: int) -> list[SameNumbers]:
    """New examples with all that they could say the same as, and the first ``dimensions`` numbers of each vector."""
    rows = connection.execute(
        sa.text(f"""
            with new as (
                select distinct numbers_sha256 from ai.training_examples
                where active and novelty is null and embedder = :embedder
            )
            select array_agg(e.id), array_agg(e.active and e.novelty is null),
                   {joined("e.embedding", ":dimensions")}
            from ai.training_examples e join new n on n.numbers_sha256 = e.numbers_sha256
            where e.embedder = :embedder and e.question <> '' and (e.active or e.duplicate_of is not null)
            group by e.numbers_sha256 having count(*) > 1
        """),
        {"embedder": embedder, "dimensions": dimensions},
    )
    return [SameNumbers(row[0], np.array(row[1], np.bool_), split(row[2], len(row[0]))) for row in rows]


def mergeable(connection: sa.Connection, ids: Sequence[UUID]) -> tuple[list[Mergeable], NDArray[np.float32]]:
    """These examples, best first, with their questions' vectors.

    Best is what a data set holds already, then what a person wrote or approved, a person's own words before others,
    and the earlier answer: an order that does not depend on which was stored first. Left out are rejected ones, and
    those that a decision on its way will reword. Of merged ones that are alike word for word only the best is given:
    whoever yields to another of them yields to it too.
    """
    rows = connection.execute(
        sa.text(f"""
            with ranked as (
                select e.id, e.duplicate_of is not null as merged,
                       row_number() over (partition by e.duplicate_of is not null, e.content_sha256 order by {_BEST})
                       as nth,
                       row_number() over (order by {_BEST}) as place
                from ai.training_examples e
                join ai.messages m on m.id = e.answer_message_id
                cross join lateral (
                    select case when not e.verified then m.message_metadata #>> '{{review,decision}}' end as decision
                ) carried
                where e.id = any(:ids) and (e.active or e.duplicate_of is not null)
                  and carried.decision is distinct from 'edit'
            )
            select e.id, e.numbers_sha256, e.active and e.novelty is null, r.merged, e.duplicate_of, e.question,
                   e.answer, {PACKED.format("e.embedding")}
            from ranked r join ai.training_examples e on e.id = r.id
            where not r.merged or r.nth = 1 order by r.place
        """),
        {"ids": list(ids)},
    ).all()
    return [Mergeable(*row[:-1]) for row in rows], unpacked([row[-1] for row in rows])


class Placed(NamedTuple):
    """Questions with their unit vectors, shape (n, dimensions)."""

    ids: Sequence[UUID]
    vectors: NDArray[np.float32]


def unplaced(connection: sa.Connection, embedder: str) -> Placed:
    """Active examples whose novelty is not known."""
    return _placed(connection, embedder, "and novelty is null", None)


def reference(connection: sa.Connection, embedder: str, size: int) -> Placed:
    """At most ``size`` active examples, a fixed sample: ids are hashes, and these have the lowest."""
    return _placed(connection, embedder, "", size)


def _placed(connection: sa.Connection, embedder: str, which: str, limit: int | None) -> Placed:
    ids, vectors = connection.execute(
        sa.text(f"""
            select array_agg(id), {joined("embedding")} from (
                select id, embedding from ai.training_examples
                where active and embedder = :embedder {which} order by id limit :limit
            ) e
        """),
        {"embedder": embedder, "limit": limit},
    ).one()
    return Placed(ids, split(vectors, len(ids))) if ids else Placed([], np.zeros((0, 0), np.float32))


def save(connection: sa.Connection, novelty: Mapping[UUID, float], duplicates: Mapping[UUID, UUID]) -> None:
    """Store how unusual each new example is, 0..1, and switch off what another one already says."""
    connection.execute(
        sa.text("""
            update ai.training_examples e
            set novelty = coalesce(n.novelty, e.novelty), duplicate_of = coalesce(n.kept, e.duplicate_of),
                active = e.active and n.kept is null
            from unnest(cast(:ids as uuid[]), cast(:novelty as real[]), cast(:kept as uuid[])) n(id, novelty, kept)
            where e.id = n.id
        """),
        _columns(novelty, duplicates),
    )
    connection.execute(
        sa.text("""
            update ai.training_examples e set duplicate_of = n.kept
            from unnest(cast(:ids as uuid[]), cast(:kept as uuid[])) n(id, kept) where e.duplicate_of = n.id
        """),
        {"ids": list(duplicates), "kept": list(duplicates.values())},
    )


def _columns(novelty: Mapping[UUID, float], duplicates: Mapping[UUID, UUID]) -> dict[str, list[object]]:
    ids = list(dict.fromkeys([*novelty, *duplicates]))
    return {
        "ids": list(ids),
        "novelty": [novelty.get(identifier) for identifier in ids],
        "kept": [duplicates.get(identifier) for identifier in ids],
    }
