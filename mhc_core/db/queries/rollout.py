"""Rollouts, the decisions on them and the looks at their outcomes."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from mhc_core.db.tables import evaluations, rollout_decisions, rollout_looks, rollouts
from mhc_core.vocabulary import RolloutAction, RolloutStatus, Verdict

_R, _D, _L, _E = rollouts.c, rollout_decisions.c, rollout_looks.c, evaluations.c
IN_FLIGHT = (RolloutStatus.SHADOW, RolloutStatus.CANARY, RolloutStatus.HELD)
UNDECIDED = (RolloutStatus.PENDING, RolloutStatus.APPROVED)


class Rollout(NamedTuple):
    """The way of one candidate to production. ``share`` and ``holdback`` are percent of customers; times are UTC.

    From ``control_id`` on the columns are empty until it starts. ``intents`` None allows all. ``killed_at`` says since
    when nobody is given the candidate although its rollout is not over.
    """

    id: int
    model_version_id: str
    evaluation_id: int | None
    status: RolloutStatus
    created_at: datetime
    updated_at: datetime
    alias: str
    control_id: str | None
    salt: str | None
    share: int
    holdback: int
    intents: Sequence[str] | None
    approved_by: str | None
    started_at: datetime | None
    stage_started_at: datetime | None
    deadline: datetime | None
    killed_at: datetime | None


class RolloutDecision(NamedTuple):
    """One decision with its evidence."""

    action: str
    decided_by: str
    decided_at: datetime
    evidence: Mapping[str, Any]


class Look(NamedTuple):
    """One look at the outcomes of a stage: what was found, and what follows from it."""

    share: int
    looked_at: datetime
    decision: str
    reasons: Sequence[str]
    numbers: Mapping[str, Any]


def open_for(connection: sa.Connection, model_id: str, evaluation_id: int) -> Rollout:
    """The rollout of a model, made when there is none; while it is undecided it follows the newest evaluation."""
    connection.execute(
        insert(rollouts)
        .values(model_version_id=model_id, evaluation_id=evaluation_id)
        .on_conflict_do_update(
            index_elements=[_R.model_version_id],
            set_={"evaluation_id": evaluation_id, "updated_at": sa.func.now()},
            where=sa.and_(_R.status == RolloutStatus.PENDING, _R.evaluation_id.is_distinct_from(evaluation_id)),
        )
    )
    found = of_model(connection, model_id)
    assert found is not None
    return found


def of_model(connection: sa.Connection, model_id: str) -> Rollout | None:
    """The rollout of a model."""
    return _one(connection.execute(sa.select(rollouts).where(_R.model_version_id == model_id)).one_or_none())


def by_id(connection: sa.Connection, rollout_id: int) -> Rollout | None:
    """One rollout."""
    return _one(connection.execute(sa.select(rollouts).where(_R.id == rollout_id)).one_or_none())


def in_flight(connection: sa.Connection) -> Rollout | None:
    """The one rollout that has started and is not over."""
    return _one(connection.execute(sa.select(rollouts).where(_R.status.in_(IN_FLIGHT))).one_or_none())


def newest(connection: sa.Connection, limit: int) -> list[Rollout]:
    """Rollouts, the one in flight first, then those that changed last."""
    flying = sa.case((_R.status.in_(IN_FLIGHT), 0), else_=1)
    rows = connection.execute(sa.select(rollouts).order_by(flying, _R.updated_at.desc(), _R.id.desc()).limit(limit))
    return [_rollout(row) for row in rows]


def waiting(connection: sa.Connection) -> list[Rollout]:
    """Candidates whose evaluation says *promote* and that have not started, newest first."""
    rows = connection.execute(
        sa.select(rollouts)
        .join(evaluations, _E.id == _R.evaluation_id)
        .where(_R.status.in_(UNDECIDED), _E.verdict == Verdict.PROMOTE)
        .order_by(_R.id.desc())
    )
    return [_rollout(row) for row in rows]


def decide(
    connection: sa.Connection,
    rollout_id: int,
    action: RolloutAction,
    status: RolloutStatus,
    by: str,
    now: datetime,
    evidence: Mapping[str, Any],
    **columns: Any,
) -> Rollout:
    """Keep a decision and set the status it leads to, with other ``columns`` of the rollout, which is returned."""
    connection.execute(
        sa.insert(rollout_decisions).values(
            rollout_id=rollout_id, action=action, decided_by=by, decided_at=now, evidence=dict(evidence)
        )
    )
    values = {"status": status, "updated_at": now, **columns}
    changed = sa.update(rollouts).where(_R.id == rollout_id).values(values).returning(rollouts)
    return _rollout(connection.execute(changed).one())


def decisions(connection: sa.Connection, model_id: str) -> list[RolloutDecision]:
    """Decisions on a model, oldest first."""
    rows = connection.execute(
        sa.select(_D.action, _D.decided_by, _D.decided_at, _D.evidence)
        .join(rollouts, _R.id == _D.rollout_id)
        .where(_R.model_version_id == model_id)
        .order_by(_D.id)
    )
    return [RolloutDecision(*row) for row in rows]


def log_look(connection: sa.Connection, rollout_id: int, look: Look) -> None:
    """Keep a look."""
    connection.execute(
        sa.insert(rollout_looks).values(
            rollout_id=rollout_id,
            share=look.share,
            looked_at=look.looked_at,
            decision=look.decision,
            reasons=list(look.reasons),
            numbers=dict(look.numbers),
        )
    )


def looks(connection: sa.Connection, rollout_id: int, limit: int) -> list[Look]:
    """The newest looks of a rollout, oldest first."""
    newest = (
        sa.select(_L.id, _L.share, _L.looked_at, _L.decision, _L.reasons, _L.numbers)
        .where(_L.rollout_id == rollout_id)
        .order_by(_L.id.desc())
        .limit(limit)
        .subquery()
    )
    rows = connection.execute(sa.select(newest).order_by(newest.c.id))
    return [Look(*row[1:]) for row in rows]


def _rollout(row: Any) -> Rollout:
    return Rollout(*row)._replace(status=RolloutStatus(row.status))


def _one(row: Any) -> Rollout | None:
    return _rollout(row) if row else None
