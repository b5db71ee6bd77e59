"""Stored evaluations of candidates."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from mhc_core.db.tables import evaluations
from mhc_core.evaluation.compare import Comparison
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


def save(
    connection: sa.Connection,
    key: str,
    candidate_id: str,
    baseline_id: str,
    dataset_id: str,
    knowledge_version: str | None,
    comparison: Comparison,
    differences: Sequence[float],
    evaluation_set_id: str | None = None,
    more: Mapping[str, Any] | None = None,
) -> Evaluation:
    """Store a comparison, with ``more`` beside its details; when another run was faster its result stands."""
    connection.execute(
        insert(evaluations)
        .values(
            key=key,
            candidate_id=candidate_id,
            baseline_id=baseline_id,
            dataset_id=dataset_id,
            knowledge_version_id=knowledge_version,
            questions=comparison.questions,
            candidate_metrics=dict(comparison.candidate),
            baseline_metrics=dict(comparison.baseline),
            difference=comparison.similarity.mean,
            interval_low=comparison.similarity.low,
            interval_high=comparison.similarity.high,
            verdict=comparison.verdict,
            reasons=list(comparison.reasons),
            differences=list(differences),
            evaluation_set_id=evaluation_set_id,
            details={**comparison.details(), **(more or {})},
        )
        .on_conflict_do_nothing(index_elements=[_T.key])
    )
    found = by_key(connection, key)
    assert found is not None
    return found


def of_candidate(connection: sa.Connection, candidate_id: str) -> list[Evaluation]:
    """Evaluations of a model, newest first."""
    rows = connection.execute(
        sa.select(evaluations).where(_T.candidate_id == candidate_id).order_by(_T.id.desc())
    ).all()
    return [found for row in rows if (found := _one(row))]


def latest(connection: sa.Connection) -> Evaluation | None:
    """The newest evaluation."""
    return _one(connection.execute(sa.select(evaluations).order_by(_T.id.desc()).limit(1)).one_or_none())


def _one(row: Any) -> Evaluation | None:
    return Evaluation(*row)._replace(verdict=Verdict(row.verdict)) if row else None
