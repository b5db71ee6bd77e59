"""Rollouts and the decisions on them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from mhc_core.db.tables import rollout_decisions, rollouts

_R, _D = rollouts.c, rollout_decisions.c


class Rollout(NamedTuple):
    """The way of one candidate to production."""

    id: int
    model_version_id: str
    evaluation_id: int | None
    status: str
    created_at: datetime
    updated_at: datetime


class RolloutDecision(NamedTuple):
    """One decision with its evidence."""

    action: str
    decided_by: str
    decided_at: datetime
    evidence: Mapping[str, Any]


def open_for(connection: sa.Connection, model_id: str, evaluation_id: int) -> Rollout:
    """The rollout of a model, made when there is none; while it is undecided it follows the newest evaluation."""
    connection.execute(
        insert(rollouts)
        .values(model_version_id=model_id, evaluation_id=evaluation_id)
        .on_conflict_do_update(
            index_elements=[_R.model_version_id],
            set_={"evaluation_id": evaluation_id, "updated_at": sa.func.now()},
            where=sa.and_(_R.status == "pending", _R.evaluation_id.is_distinct_from(evaluation_id)),
        )
    )
    found = of_model(connection, model_id)
    assert found is not None
    return found


def of_model(connection: sa.Connection, model_id: str) -> Rollout | None:
    """The rollout of a model."""
    row = connection.execute(sa.select(rollouts).where(_R.model_version_id == model_id)).one_or_none()
    return Rollout(*row) if row else None


def decide(
    connection: sa.Connection,
    rollout_id: int,
    action: str,
    status: str,
    by: str,
    now: datetime,
    evidence: Mapping[str, Any],
) -> None:
    """Keep a decision and set the status it leads to."""
    connection.execute(
        sa.insert(rollout_decisions).values(
            rollout_id=rollout_id, action=action, decided_by=by, decided_at=now, evidence=dict(evidence)
        )
    )
    connection.execute(sa.update(rollouts).values(status=status, updated_at=now).where(_R.id == rollout_id))


def decisions(connection: sa.Connection, model_id: str) -> list[RolloutDecision]:
    """Decisions on a model, oldest first."""
    rows = connection.execute(
        sa.select(_D.action, _D.decided_by, _D.decided_at, _D.evidence)
        .join(rollouts, _R.id == _D.rollout_id)
        .where(_R.model_version_id == model_id)
        .order_by(_D.id)
    )
    return [RolloutDecision(*row) for row in rows]
