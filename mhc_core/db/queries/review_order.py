"""Which examples wait for a place in the review queue, what their places are judged by, and the places they get."""

import json
import re
from collections.abc import Sequence
from uuid import UUID

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from mhc_core.db.queries.vectors import PACKED, unpacked
from mhc_core.db.rows.review import Head, Placement, Unplaced

SIGNALS = ("low_confidence", "confident_but_disliked", "disliked", "human_edit")
"""Reasons that stand in an example's own row; when one comes or goes, the example gets a new place."""


def changed(connection: sa.Connection, embedder: str, confidence_threshold: float) -> list[UUID]:
    """Active, unverified examples that are new, changed, or were placed by another threshold; see :func:`looked_at`."""
    rows = connection.scalars(
        sa.text("""
            select id from ai.training_examples
            where active and not verified and embedder = :embedder
              and (placed_for is null or placed_for < cast(:threshold as real)
                   or placed_for > cast(:threshold as real))
        """),
        {"embedder": embedder, "threshold": confidence_threshold},
    )
    return list(rows)


def looked_at(connection: sa.Connection, examples: Sequence[UUID], confidence_threshold: float) -> None:
    """These examples have the place they get with this threshold: until they change they are not looked at again.

    Whatever writes the signals of an example takes this back; the lock of ``merging`` keeps both apart.
    """
    connection.execute(
        sa.text("update ai.training_examples set placed_for = :threshold where id = any(:examples)"),
        {"threshold": confidence_threshold, "examples": list(examples)},
    )


def unplaced(
    connection: sa.Connection, embedder: str, confidence_threshold: float, changed: Sequence[UUID]
) -> tuple[list[Unplaced], NDArray[np.float32]]:
    """Those of the ``changed`` examples without a place, or with other signals than they had, with their questions'
    vectors.

    One that was decided is here again because its text was replaced.
    """
    rows = connection.execute(
        sa.text(f"""
            select e.id, e.conversation_id, e.intent, e.confidence, e.vote, e.novelty, c.coherence, s.signals,
                   e.question, e.answer, {PACKED.format("e.embedding")}
            from ai.training_examples e
            cross join lateral (
                select array_remove(array[
                    case when e.confidence < :threshold then 'low_confidence' end,
                    case when e.vote = 'down' and e.confidence >= :threshold then 'confident_but_disliked' end,
                    case when e.vote = 'down' and not coalesce(e.confidence >= :threshold, false) then 'disliked' end,
                    case when e.origin = 'human_edit' then 'human_edit' end
                ], null) as signals
            ) s
            left join ai.review_items i on i.example_id = e.id
            left join ai.conversation_scores c on c.conversation_id = e.conversation_id
            where e.active and not e.verified and e.embedder = :embedder
              and (i.id is null or i.status = 'decided'
                   or array(select r from unnest(i.reasons) r where r = any(:known)) <> s.signals)
              and e.id = any(:changed)
            order by e.sequence
        """),
        {"threshold": confidence_threshold, "embedder": embedder, "known": list(SIGNALS), "changed": list(changed)},
    ).all()
    found = [Unplaced._make((*row[:7], tuple(row[7]), _words(row[8]), _words(row[9]))) for row in rows]
    return found, unpacked([row[-1] for row in rows])


def _words(text: str) -> int:
    return len(set(re.findall(r"\w+", text.lower())))


def head(connection: sa.Connection, embedder: str, limit: int, leave_out: Sequence[UUID]) -> Head:
    """The pending examples with the highest priorities, without those to ``leave_out``: they get a new place."""
    rows = connection.execute(
        sa.text(f"""
            select e.conversation_id, i.priority, {PACKED.format("e.embedding")}
            from ai.review_items i join ai.training_examples e on e.id = i.example_id
            where i.status = 'pending' and e.active and e.embedder = :embedder
              and not exists (select from unnest(cast(:leave_out as uuid[])) l(id) where l.id = e.id)
            order by i.priority desc, i.id limit :limit
        """),
        {"embedder": embedder, "limit": limit, "leave_out": list(leave_out)},
    ).all()
    return Head([row[0] for row in rows], [row[1] for row in rows], unpacked([row[2] for row in rows]))


def pending(connection: sa.Connection, embedder: str, limit: int) -> tuple[list[int], list[str], NDArray[np.float32]]:
    """The items of highest priority that wait, with the intents and the vectors of their questions."""
    rows = connection.execute(
        sa.text(f"""
            select i.id, e.intent, {PACKED.format("e.embedding")}
            from ai.review_items i join ai.training_examples e on e.id = i.example_id
            where i.status = 'pending' and e.active and e.question <> '' and e.embedder = :embedder
            order by i.priority desc, i.id limit :limit
        """),
        {"embedder": embedder, "limit": limit},
    ).all()
    return [row[0] for row in rows], [row[1] for row in rows], unpacked([row[2] for row in rows])


def verified(connection: sa.Connection, embedder: str, limit: int) -> tuple[list[str], NDArray[np.float32]]:
    """The intents of the latest examples that people decided on, and their questions' vectors."""
    rows = connection.execute(
        sa.text(f"""
            select intent, {PACKED.format("embedding")} from ai.training_examples
            where verified and active and question <> '' and embedder = :embedder
            order by sequence desc limit :limit
        """),
        {"embedder": embedder, "limit": limit},
    ).all()
    return [row[0] for row in rows], unpacked([row[1] for row in rows])


def intents(connection: sa.Connection, embedder: str, limit: int) -> tuple[list[str], NDArray[np.float32]]:
    """The intents that examples came with, and their questions' vectors: a fixed sample, since ids are hashes."""
    rows = connection.execute(
        sa.text(f"""
            select intent, {PACKED.format("embedding")} from ai.training_examples
            where embedder = :embedder and question <> '' order by id limit :limit
        """),
        {"embedder": embedder, "limit": limit},
    ).all()
    return [row[0] for row in rows], unpacked([row[1] for row in rows])


def save(connection: sa.Connection, placements: Sequence[Placement]) -> int:
    """Queue examples at their places; returns how many."""
    if not placements:
        return 0
    found = [{"id": str(one.example_id), "priority": one.priority, "reasons": one.reasons} for one in placements]
    return connection.execute(
        sa.text("""
            insert into ai.review_items (example_id, priority, reasons)
            select n.id, n.priority, array(select jsonb_array_elements_text(n.reasons))
            from jsonb_to_recordset(cast(:placements as jsonb)) n(id uuid, priority real, reasons jsonb)
            join ai.training_examples e on e.id = n.id
            order by e.sequence
            on conflict (example_id) do update
            set status = 'pending', priority = excluded.priority, reasons = excluded.reasons, looked = false
        """),
        {"placements": json.dumps(found)},
    ).rowcount
