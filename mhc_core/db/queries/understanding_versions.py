"""SQL of the versions of understanding: what each was trained on, and how candidates were judged."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from mhc_core.db.tables import (
    understanding_evaluations,
    understanding_examples,
    understanding_members,
    understanding_versions,
)
from mhc_core.vocabulary import Verdict

KIND = "understanding"
"""What the pointer log calls it."""
_V, _X, _E, _M = (
    understanding_versions.c,
    understanding_evaluations.c,
    understanding_examples.c,
    understanding_members.c,
)


class UnderstandingVersion(NamedTuple):
    """A trained model. ``examples`` counts what it was trained on by origin; ``key`` names all that made it."""

    id: str
    key: str
    recipe: str
    seed: int
    artifact_uri: str
    artifact_sha256: str
    examples: Mapping[str, int]
    examples_until: datetime
    metrics: Mapping[str, Any]
    created_at: datetime


class UnderstandingEvaluation(NamedTuple):
    """A candidate judged beside the version that was live, or alone when there was none."""

    id: int
    key: str
    candidate_id: str
    baseline_id: str | None
    set_sha256: str
    messages: int
    candidate_metrics: Mapping[str, float]
    baseline_metrics: Mapping[str, float]
    differences: Mapping[str, Any]
    verdict: Verdict
    reasons: Sequence[str]
    created_at: datetime


def add(connection: sa.Connection, members: Sequence[int], **columns: object) -> None:
    """Store a version with the examples of customers that it was trained on; one of the same id or key stays."""
    added = connection.execute(
        insert(understanding_versions).values(columns).on_conflict_do_nothing().returning(_V.id)
    ).scalar_one_or_none()
    if added is not None and members:
        chosen = sa.select(sa.literal(added), sa.func.unnest(sa.cast(list(members), sa.ARRAY(sa.BigInteger))))
        connection.execute(sa.insert(understanding_members).from_select(["version_id", "example_id"], chosen))


def version(connection: sa.Connection, version_id: str) -> UnderstandingVersion | None:
    """One version."""
    return _one(connection, sa.select(understanding_versions).where(_V.id == version_id))


def with_key(connection: sa.Connection, key: str) -> UnderstandingVersion | None:
    """The version that was made from the same."""
    return _one(connection, sa.select(understanding_versions).where(_V.key == key))


def newest(connection: sa.Connection) -> UnderstandingVersion | None:
    """The version that was trained last."""
    return _one(connection, sa.select(understanding_versions).order_by(_V.created_at.desc(), _V.id.desc()).limit(1))


def all_versions(connection: sa.Connection) -> list[UnderstandingVersion]:
    """Every version, newest first."""
    rows = connection.execute(sa.select(understanding_versions).order_by(_V.created_at.desc(), _V.id.desc()))
    return [UnderstandingVersion(*row) for row in rows]


def holding_erased(connection: sa.Connection) -> list[str]:
    """Versions trained on an example that was erased since."""
    rows = connection.scalars(
        sa.select(_M.version_id)
        .join(understanding_examples, _E.id == _M.example_id)
        .where(_E.line == "")
        .group_by(_M.version_id)
        .order_by(_M.version_id)
    )
    return list(rows)


def trained_on_customer(connection: sa.Connection, customer_hash: str) -> list[UnderstandingVersion]:
    """Versions trained on a message of a customer, oldest first."""
    rows = connection.execute(
        sa.select(understanding_versions)
        .where(
            sa.exists()
            .where(_M.version_id == _V.id, _M.example_id == _E.id, _E.customer_hash == customer_hash)
            .correlate(understanding_versions)
        )
        .order_by(_V.created_at, _V.id)
    )
    return [UnderstandingVersion(*row) for row in rows]


def add_evaluation(connection: sa.Connection, **columns: object) -> UnderstandingEvaluation:
    """Store an evaluation, or find the one of the same key."""
    connection.execute(insert(understanding_evaluations).values(columns).on_conflict_do_nothing())
    found = evaluation_with_key(connection, str(columns["key"]))
    assert found is not None
    return found


def evaluation_with_key(connection: sa.Connection, key: str) -> UnderstandingEvaluation | None:
    """The evaluation of this key."""
    return _evaluation(connection, _X.key == key)


def evaluation(connection: sa.Connection, evaluation_id: int) -> UnderstandingEvaluation | None:
    """One evaluation."""
    return _evaluation(connection, _X.id == evaluation_id)


def latest_evaluation(connection: sa.Connection, candidate_id: str | None = None) -> UnderstandingEvaluation | None:
    """The newest evaluation, or the newest of one candidate."""
    return _evaluation(connection, sa.true() if candidate_id is None else _X.candidate_id == candidate_id)


def _one(connection: sa.Connection, statement: sa.Select[Any]) -> UnderstandingVersion | None:
    row = connection.execute(statement).one_or_none()
    return UnderstandingVersion(*row) if row else None


def _evaluation(connection: sa.Connection, where: sa.ColumnElement[bool]) -> UnderstandingEvaluation | None:
    row = connection.execute(
        sa.select(understanding_evaluations).where(where).order_by(_X.id.desc()).limit(1)
    ).one_or_none()
    return UnderstandingEvaluation(*row)._replace(verdict=Verdict(row.verdict)) if row else None
