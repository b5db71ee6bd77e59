"""Which model answers: a verdict and an approval move the production pointer; a rollback moves it back."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from mhc_core.db.queries import audit, versions
from mhc_core.db.queries import evaluation as evaluations
from mhc_core.db.queries import rollout as queries
from mhc_core.db.queries.evaluation import Evaluation
from mhc_core.db.queries.rollout import Rollout
from mhc_core.errors import Conflict, NotFound
from mhc_core.settings import Settings
from mhc_core.vocabulary import Verdict

AUTO_APPROVER = "auto-approval (MHC_AUTO_APPROVE)"


def open_for(connection: sa.Connection, evaluation: Evaluation) -> Rollout:
    """The rollout of an evaluated candidate; it rests on the newest evaluation until it is decided."""
    return queries.open_for(connection, evaluation.candidate_id, evaluation.id)


def approve(connection: sa.Connection, model_id: str, by: str, now: datetime) -> None:
    """Record that a person (or the demo's setting) agrees with promoting a candidate.

    Raises:
        NotFound: the model has not been evaluated.
        Conflict: its verdict is not *promote*, or it was decided before.
    """
    versions.lock(connection, "model")
    rollout = queries.of_model(connection, model_id)
    if rollout is None:
        raise NotFound(f"{model_id} was never evaluated; `mhc models list` shows the candidates")
    evaluation = _evaluation(connection, rollout)
    if evaluation.verdict is not Verdict.PROMOTE:
        raise Conflict(
            f"{model_id} can not be approved: the verdict is {evaluation.verdict} ({'; '.join(evaluation.reasons)})"
        )
    if rollout.status != "pending":
        raise Conflict(f"{model_id} is already {rollout.status}; `mhc models show {model_id}` shows its decisions")
    queries.decide(connection, rollout.id, "approve", "approved", by, now, _evidence(evaluation))
    audit.record(connection, by, "model.approved", model_id, _evidence(evaluation), now)


def reject(connection: sa.Connection, model_id: str, by: str, reason: str, now: datetime) -> None:
    """Record that a candidate will not be promoted.

    Raises:
        NotFound: the model has not been evaluated.
        Conflict: it was promoted already.
    """
    versions.lock(connection, "model")
    rollout = queries.of_model(connection, model_id)
    if rollout is None:
        raise NotFound(f"{model_id} was never evaluated; `mhc models list` shows the candidates")
    if rollout.status not in ("pending", "approved"):
        raise Conflict(
            f"{model_id} is already {rollout.status}; use `mhc models rollback` to take it out of production"
        )
    queries.decide(connection, rollout.id, "reject", "rejected", by, now, {"reason": reason})
    audit.record(connection, by, "model.rejected", model_id, {"reason": reason}, now)


def promote(connection: sa.Connection, model_id: str, by: str, now: datetime) -> bool:
    """Move the production pointer to an approved candidate; False when it is not approved or was promoted before.

    Raises:
        Conflict: production moved since the evaluation, so the verdict compares with a model that is not live.
    """
    versions.lock(connection, "model")
    rollout = queries.of_model(connection, model_id)
    if rollout is None or rollout.status != "approved":
        return False
    evaluation = _evaluation(connection, rollout)
    live = versions.live(connection, "model")
    if live is not None and live != evaluation.baseline_id:
        raise Conflict(
            f"{model_id} was compared with {evaluation.baseline_id}, but {live} is live now; evaluate it again"
        )
    evidence = _evidence(evaluation)
    queries.decide(connection, rollout.id, "promote", "promoted", by, now, evidence)
    if live is None:  # a rollback of the very first promotion leads to the untrained model that answered until now
        versions.move(connection, "model", evaluation.baseline_id, by, "the model before any promotion", now)
    versions.move(connection, "model", model_id, by, f"evaluation {evaluation.id}: promote", now)
    return True


def settle(connection: sa.Connection, evaluation: Evaluation, settings: Settings, now: datetime) -> bool:
    """Carry out what the newest evaluation and its approval allow; True when production moved.

    With ``auto_approve`` a positive verdict is approved here, under a name that says so.
    """
    rollout = open_for(connection, evaluation)
    if settings.auto_approve and rollout.status == "pending" and evaluation.verdict is Verdict.PROMOTE:
        approve(connection, evaluation.candidate_id, AUTO_APPROVER, now)
    return promote(connection, evaluation.candidate_id, "pipeline", now)


def roll_back(connection: sa.Connection, by: str, reason: str, now: datetime) -> str:
    """Point production at the model that was live before, at once; returns its id.

    Raises:
        Conflict: there is no earlier model.
    """
    versions.lock(connection, "model")
    left = versions.live(connection, "model")
    target = versions.roll_back(connection, "model", by, reason, now)
    rollout = queries.of_model(connection, left) if left else None
    if rollout is not None and rollout.status == "promoted":
        queries.decide(connection, rollout.id, "rollback", "rolled_back", by, now, {"reason": reason, "to": target})
    return target


def _evaluation(connection: sa.Connection, rollout: Rollout) -> Evaluation:
    found = [e for e in evaluations.of_candidate(connection, rollout.model_version_id) if e.id == rollout.evaluation_id]
    if not found:
        raise NotFound(f"the evaluation behind {rollout.model_version_id} is gone; evaluate it again")
    return found[0]


def _evidence(evaluation: Evaluation) -> dict[str, Any]:
    return {
        "evaluation": evaluation.id,
        "baseline": evaluation.baseline_id,
        "questions": evaluation.questions,
        "difference": round(evaluation.difference, 4),
        "interval": [round(evaluation.interval_low, 4), round(evaluation.interval_high, 4)],
        "verdict": evaluation.verdict.value,
    }
