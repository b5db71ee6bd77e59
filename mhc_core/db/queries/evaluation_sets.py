"""Frozen evaluation sets: their questions, and what a data set holds that is near them."""

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy.dialects.postgresql import insert

from mhc_core.db.queries import retired
from mhc_core.db.tables import (
    dataset_members,
    evaluation_set_members,
    evaluation_sets,
    knowledge_articles,
    training_examples,
)
from mhc_core.errors import Conflict
from mhc_core.pseudonyms import Pseudonym

_S, _M, _D, _E = evaluation_sets.c, evaluation_set_members.c, dataset_members.c, training_examples.c


class EvaluationSet(NamedTuple):
    """An immutable set of held-out questions; ``retired_at`` says since when one of them is missing."""

    id: str
    dataset_id: str
    questions: int
    manifest: Mapping[str, Any]
    retired_at: datetime | None
    created_at: datetime


class FrozenQuestion(NamedTuple):
    """One member: an exchange in OpenAI's chat format, with whose it was. Scrubbed text only.

    ``language`` is that of its example now, None where its words say too little; it is no part of what was frozen.
    """

    example_id: UUID
    customer_hash: Pseudonym
    day: date
    channel: str
    intent: str
    messages: Sequence[Mapping[str, str]]
    language: str | None = None


class Trained(NamedTuple):
    """An example that a model learns from; the vector is None when another embedder made it."""

    example_id: UUID
    customer_hash: Pseudonym
    question: str
    vector: NDArray[np.float32] | None


class HeldOut(NamedTuple):
    """Where an example that is held out came from."""

    customer_hash: Pseudonym
    day: date
    channel: str
    language: str | None


def current(connection: sa.Connection) -> EvaluationSet | None:
    """The newest set that is complete."""
    newest = sa.select(evaluation_sets).where(_S.retired_at.is_(None)).order_by(_S.created_at.desc(), _S.id).limit(1)
    row = connection.execute(newest).one_or_none()
    return EvaluationSet(*row) if row else None


def get(connection: sa.Connection, set_id: str) -> EvaluationSet | None:
    """One set."""
    row = connection.execute(sa.select(evaluation_sets).where(_S.id == set_id)).one_or_none()
    return EvaluationSet(*row) if row else None


def members(connection: sa.Connection, set_id: str) -> list[FrozenQuestion]:
    """The questions of a set, in their order."""
    rows = connection.execute(
        sa.select(_M.example_id, _M.customer_hash, _M.day, _M.channel, _M.intent, _M.messages, _E.language)
        .outerjoin(training_examples, _E.id == _M.example_id)
        .where(_M.set_id == set_id)
        .order_by(_M.position)
    )
    return [FrozenQuestion(*row) for row in rows]


def save(
    connection: sa.Connection,
    set_id: str,
    dataset_id: str,
    questions: Sequence[FrozenQuestion],
    manifest: Mapping[str, Any],
) -> None:
    """Store a set; one that exists stays as it is.

    Raises:
        Conflict: one of its customers was erased meanwhile.
    """
    if retired.lock_if_erased(connection, [question.example_id for question in questions]):
        raise Conflict("an example was erased while the evaluation set was frozen; run it again")
    row = {"id": set_id, "dataset_id": dataset_id, "questions": len(questions), "manifest": dict(manifest)}
    if connection.scalar(insert(evaluation_sets).values(row).on_conflict_do_nothing().returning(_S.id)):
        members = [
            {
                **question._asdict(),
                "example_id": str(question.example_id),
                "day": question.day.isoformat(),
                "position": position,
            }
            for position, question in enumerate(questions)
        ]
        connection.execute(
            sa.text("""
                insert into ai.evaluation_set_members
                    (set_id, position, example_id, customer_hash, day, channel, intent, messages)
                select :set, n.position, n.example_id, n.customer_hash, n.day, n.channel, n.intent, n.messages
                from jsonb_to_recordset(cast(:members as jsonb))
                     n(position integer, example_id uuid, customer_hash text, day date, channel text, intent text,
                       messages jsonb)
            """),
            {"set": set_id, "members": json.dumps(members)},
        )


def held_out(connection: sa.Connection, dataset_id: str) -> dict[UUID, HeldOut]:
    """The held-out examples of a data set."""
    rows = connection.execute(
        sa.select(_E.id, _E.customer_hash, _E.day, _E.channel, _E.language)
        .join(dataset_members, _D.example_id == _E.id)
        .where(_D.dataset_id == dataset_id, _D.split == "validation")
    )
    return {row[0]: HeldOut(*row[1:]) for row in rows}


def held_out_beyond(connection: sa.Connection, set_id: str, dataset_id: str) -> int:
    """How many held-out examples of a data set a set does not hold."""
    known = sa.select(_M.example_id).where(_M.set_id == set_id)
    query = (
        sa.select(sa.func.count())
        .select_from(dataset_members)
        .where(_D.dataset_id == dataset_id, _D.split == "validation", _D.example_id.not_in(known))
    )
    return connection.execute(query).scalar_one()


def trained(connection: sa.Connection, dataset_id: str, embedder: str) -> list[Trained]:
    """What a model learns from in a data set; examples that were erased since ask nothing any more."""
    rows = connection.execute(
        sa.select(_E.id, _E.customer_hash, _E.question, sa.case((_E.embedder == embedder, _E.embedding)))
        .join(dataset_members, _D.example_id == _E.id)
        .where(_D.dataset_id == dataset_id, _D.split == "train", _E.content_sha256 != "erased")
        .order_by(_D.position)
    )
    return [Trained(*row[:3], None if row[3] is None else np.asarray(row[3], np.float32)) for row in rows]


def training_days(connection: sa.Connection, dataset_id: str) -> tuple[date, date]:
    """The first and the last day of what a data set trains on."""
    row = connection.execute(
        sa.select(sa.func.min(_E.day), sa.func.max(_E.day))
        .join(dataset_members, _D.example_id == _E.id)
        .where(_D.dataset_id == dataset_id, _D.split == "train")
    ).one()
    return row[0], row[1]


def articles_learned_from(connection: sa.Connection, set_id: str) -> frozenset[str]:
    """Ids of learned articles whose example is of a customer in the set."""
    customers = sa.select(_M.customer_hash).where(_M.set_id == set_id)
    return frozenset(
        connection.scalars(
            sa.select(knowledge_articles.c.id)
            .join(training_examples, _E.id == knowledge_articles.c.example_id)
            .where(_E.customer_hash.in_(customers))
        )
    )


def learned_articles(connection: sa.Connection) -> frozenset[str]:
    """Ids of all articles that were learned from approved answers."""
    learned = knowledge_articles.c.example_id.is_not(None)
    return frozenset(connection.scalars(sa.select(knowledge_articles.c.id).where(learned)))
