"""Stored evaluations of candidates."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from mhc_core.db.rows.evaluation import NewEvaluation
from mhc_core.db.tables import evaluations
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


def save(connection: sa.Connection, evaluation: NewEvaluation) -> Evaluation:
    """Store a comparison; when another run was faster its result stands."""
    connection.execute(insert(evaluations).values(asdict(evaluation)).on_conflict_do_nothing(index_elements=[_T.key]))
    found = by_key(connection, evaluation.key)
    assert found is not None
    return found


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
