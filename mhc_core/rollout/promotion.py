"""Which model answers: a verdict and an approval let a candidate in, a rollback takes it out.

With ``MHC_ROLLOUT=direct`` an approval moves the production pointer at once; that is for installations without
customers, such as the demo. Otherwise ``mhc_core.rollout.stages`` leads the candidate to production step by step, and
the approval counts for the last step.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from mhc_core.db.queries import audit, versions
from mhc_core.db.queries import evaluation as evaluations
from mhc_core.db.queries import rollout as queries
from mhc_core.db.queries.evaluation import Evaluation
from mhc_core.db.queries.rollout import IN_FLIGHT, UNDECIDED, Rollout
from mhc_core.errors import Conflict, NotFound
from mhc_core.settings import Settings
from mhc_core.vocabulary import RolloutAction, RolloutStatus, Verdict

AUTO_APPROVER = "auto-approval (MHC_AUTO_APPROVE)"


def open_for(connection: sa.Connection, evaluation: Evaluation) -> Rollout:
    """The rollout of an evaluated candidate; it rests on the newest evaluation until it is decided."""
    return queries.open_for(connection, evaluation.candidate_id, evaluation.id)


def approve(connection: sa.Connection, model_id: str, by: str, now: datetime) -> None:
    """Record that a person (or the demo's setting) agrees with promoting a candidate.

    Raises:
        NotFound: the model has not been evaluated.
        Conflict: its verdict is not *promote*, or it was decided or approved before.
    """
    versions.lock(connection, "model")
    rollout = known(connection, model_id)
    evaluation = evaluation_of(connection, rollout)
    if evaluation.verdict is not Verdict.PROMOTE:
        raise Conflict(
            f"{model_id} cannot be approved: the verdict is {evaluation.verdict} ({'; '.join(evaluation.reasons)})"
        )
    if rollout.approved_by is not None and rollout.status in IN_FLIGHT:
        raise Conflict(f"{model_id} is approved already, by {rollout.approved_by}; see `mhc rollout show`")
    if rollout.status is not RolloutStatus.PENDING and rollout.status not in IN_FLIGHT:
        raise Conflict(f"{model_id} is already {rollout.status}; `mhc models show {model_id}` shows its decisions")
    status = RolloutStatus.APPROVED if rollout.status is RolloutStatus.PENDING else rollout.status
    evidence = evidence_of(evaluation)
    queries.decide(connection, rollout.id, RolloutAction.APPROVE, status, by, now, evidence, approved_by=by)
    audit.record(connection, by, "model.approved", model_id, evidence, now)


def reject(connection: sa.Connection, model_id: str, by: str, reason: str, now: datetime) -> None:
    """Record that a candidate will not be promoted; one that customers are given leaves them at once.

    Raises:
        NotFound: the model has not been evaluated.
        Conflict: it was promoted already.
    """
    versions.lock(connection, "model")
    rollout = known(connection, model_id)
    if rollout.status not in (*UNDECIDED, *IN_FLIGHT):
        raise Conflict(
            f"{model_id} is already {rollout.status}; use `mhc models rollback` to take it out of production"
        )
    evidence = {"reason": reason, "share": rollout.share}
    queries.decide(connection, rollout.id, RolloutAction.REJECT, RolloutStatus.REJECTED, by, now, evidence)
    audit.record(connection, by, "model.rejected", model_id, {"reason": reason}, now)


def promote(connection: sa.Connection, model_id: str, by: str, now: datetime) -> bool:
    """Move the production pointer to an approved candidate; False when it is not approved or was promoted before.

    Raises:
        Conflict: production moved since the evaluation, so the verdict compares with a model that is not live.
    """
    versions.lock(connection, "model")
    rollout = queries.of_model(connection, model_id)
    if rollout is None or rollout.status is not RolloutStatus.APPROVED:
        return False
    evaluation = evaluation_of(connection, rollout)
    require_baseline(connection, evaluation)
    move(connection, rollout, evaluation, by, evidence_of(evaluation), now)
    return True


def move(
    connection: sa.Connection,
    rollout: Rollout,
    evaluation: Evaluation,
    by: str,
    evidence: Mapping[str, Any],
    now: datetime,
) -> Rollout:
    """Make a candidate the production model. The caller holds the lock and has checked that it may."""
    if versions.live(connection, "model") is None:  # a first rollback leads to the untrained model of until now
        versions.move(connection, "model", evaluation.baseline_id, by, "the model before any promotion", now)
    model_id = rollout.model_version_id
    versions.move(connection, "model", model_id, by, f"evaluation {evaluation.id}: promote", now)
    return queries.decide(connection, rollout.id, RolloutAction.PROMOTE, RolloutStatus.PROMOTED, by, now, evidence)


def apply_verdict(connection: sa.Connection, evaluation: Evaluation, settings: Settings, now: datetime) -> bool:
    """Carry out what the newest evaluation and its approval allow; True when production moved.

    With ``auto_approve`` a positive verdict is approved here, under a name that says so. A candidate of a canary is
    only approved: the sensor ``live_rollout`` starts it when no other is under way.
    """
    rollout = open_for(connection, evaluation)
    pending = rollout.status is RolloutStatus.PENDING
    if settings.auto_approve and pending and evaluation.verdict is Verdict.PROMOTE:
        approve(connection, evaluation.candidate_id, AUTO_APPROVER, now)
    return settings.promotes_directly and promote(connection, evaluation.candidate_id, "pipeline", now)


def roll_back(connection: sa.Connection, by: str, reason: str, now: datetime) -> str:
    """Point production at the model that was live before, at once; returns its id.

    A candidate under way was compared with the model that leaves: its rollout ends too.

    Raises:
        Conflict: there is no earlier model.
    """
    versions.lock(connection, "model")
    left = versions.live(connection, "model")
    target = versions.roll_back(connection, "model", by, reason, now)
    rollout = queries.of_model(connection, left) if left else None
    if rollout is not None and rollout.status is RolloutStatus.PROMOTED:
        take_out(connection, rollout, by, {"reason": reason, "to": target}, now)
    flying = queries.in_flight(connection)
    if flying is not None:
        take_out(connection, flying, by, {"reason": f"{flying.control_id} left production: {reason}"}, now)
    return target


def take_out(
    connection: sa.Connection, rollout: Rollout, by: str, evidence: Mapping[str, Any], now: datetime
) -> Rollout:
    """Roll a candidate back for good. The caller holds the lock."""
    return queries.decide(connection, rollout.id, RolloutAction.ROLLBACK, RolloutStatus.ROLLED_BACK, by, now, evidence)


def known(connection: sa.Connection, model_id: str) -> Rollout:
    """The rollout of a model.

    Raises:
        NotFound: the model has not been evaluated.
    """
    rollout = queries.of_model(connection, model_id)
    if rollout is None:
        raise NotFound(f"{model_id} was never evaluated; `mhc models list` shows the candidates")
    return rollout


def require_baseline(connection: sa.Connection, evaluation: Evaluation) -> None:
    """Make sure that an evaluation compares with what is live.

    Raises:
        Conflict: production moved since.
    """
    live = versions.live(connection, "model")
    if live is not None and live != evaluation.baseline_id:
        raise Conflict(
            f"{evaluation.candidate_id} was compared with {evaluation.baseline_id}, but {live} is live now; "
            "evaluate it again"
        )


def evaluation_of(connection: sa.Connection, rollout: Rollout) -> Evaluation:
    """The evaluation that a rollout rests on.

    Raises:
        NotFound: it is gone.
    """
    if rollout.evaluation_id is None:
        raise NotFound(f"the evaluation behind {rollout.model_version_id} is gone; evaluate it again")
    return evaluations.get(connection, rollout.evaluation_id)


def evidence_of(evaluation: Evaluation) -> dict[str, Any]:
    """The numbers of an evaluation, as they are kept with a decision."""
    return {
        "evaluation": evaluation.id,
        "baseline": evaluation.baseline_id,
        "questions": evaluation.questions,
        "difference": round(evaluation.difference, 4),
        "interval": [round(evaluation.interval_low, 4), round(evaluation.interval_high, 4)],
        "verdict": evaluation.verdict.value,
    }
