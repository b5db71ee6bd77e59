"""Stored evaluations of candidates."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from mhc_core.db.queries import retired
from mhc_core.db.rows.evaluation import AnswerPair, NewEvaluation
from mhc_core.db.tables import evaluation_answers, evaluations
from mhc_core.errors import NotFound
from mhc_core.vocabulary import Verdict

_T = evaluations.c


class Evaluation(NamedTuple):
    """A comparison of two models on held-out questions; differences are in answer similarity, 0..1."""

    id: int
    key: str
    candidate_id: str
    baseline_id: str
    dataset_id: str
    knowledge_version_id: str | None
    questions: int
    candidate_metrics: Mapping[str, Any]
    baseline_metrics: Mapping[str, Any]
    difference: float
    interval_low: float
    interval_high: float
    verdict: Verdict
    reasons: Sequence[str]
    differences: Sequence[float]
    created_at: datetime
    evaluation_set_id: str | None
    details: Mapping[str, Any]


def by_key(connection: sa.Connection, key: str) -> Evaluation | None:
    """The evaluation of exactly this pairing."""
    return _one(connection.execute(sa.select(evaluations).where(_T.key == key)).one_or_none())


def save(connection: sa.Connection, evaluation: NewEvaluation, pairs: Sequence[AnswerPair]) -> Evaluation:
    """Store a comparison; when another run was faster its result stands. Answers are left out when a question was
    erased meanwhile."""
    statement = insert(evaluations).values(asdict(evaluation)).on_conflict_do_nothing(index_elements=[_T.key])
    made = connection.scalar(statement.returning(_T.id))
    if made is not None and pairs and not retired.lock_if_erased(connection, [pair.example_id for pair in pairs]):
        rows = [{"evaluation_id": made, **asdict(pair)} for pair in pairs]
        connection.execute(sa.insert(evaluation_answers).values(rows))
    found = by_key(connection, evaluation.key)
    assert found is not None
    return found


class ComparedAnswers(NamedTuple):
    """One question of an evaluation with its approved answer and what both models said; scrubbed text."""

    example_id: UUID
    intent: str
    question: str
    approved: str
    candidate: str
    baseline: str
    difference: float


def answers(
    connection: sa.Connection,
    evaluation_id: int,
    *,
    better_first: bool,
    after: tuple[float, UUID] | None,
    limit: int,
) -> list[ComparedAnswers]:
    """A page of an evaluation's answers, from where the candidate lost most, or gained most, on. ``after`` is the
    difference and the example of the last one seen."""
    direction, beyond = ("desc", "<") if better_first else ("asc", ">")
    rows = connection.execute(
        sa.text(f"""
            select a.example_id, m.intent, m.messages -> -2 ->> 'content', m.messages -> -1 ->> 'content', a.candidate,
                   a.baseline, a.difference
              from ai.evaluation_answers a join ai.evaluations e on e.id = a.evaluation_id
              join ai.evaluation_set_members m on m.set_id = e.evaluation_set_id and m.example_id = a.example_id
             where a.evaluation_id = :id
               and (cast(:example as uuid) is null
                    or (a.difference, a.example_id) {beyond} (cast(:difference as real), cast(:example as uuid)))
             order by a.difference {direction}, a.example_id {direction} limit :limit
        """),
        {
            "id": evaluation_id, "difference": after and after[0], "example": after and after[1], "limit": limit,
        },
    )  # fmt: skip
    return [ComparedAnswers(*row) for row in rows]


def of_candidate(connection: sa.Connection, candidate_id: str) -> list[Evaluation]:
    """Evaluations of a model, newest first."""
    rows = connection.execute(
        sa.select(evaluations).where(_T.candidate_id == candidate_id).order_by(_T.id.desc())
    ).all()
    return [found for row in rows if (found := _one(row))]


def get(connection: sa.Connection, evaluation_id: int) -> Evaluation:
    """One evaluation.

    Raises:
        NotFound: it is gone.
    """
    found = _one(connection.execute(sa.select(evaluations).where(_T.id == evaluation_id)).one_or_none())
    if found is None:
        raise NotFound(f"evaluation {evaluation_id} is gone; materialise shadow_evaluation again")
    return found


def latest(connection: sa.Connection) -> Evaluation | None:
    """The newest evaluation."""
    return _one(connection.execute(sa.select(evaluations).order_by(_T.id.desc()).limit(1)).one_or_none())


def _one(row: Any) -> Evaluation | None:
    return Evaluation(*row)._replace(verdict=Verdict(row.verdict)) if row else None
