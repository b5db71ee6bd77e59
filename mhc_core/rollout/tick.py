"""One look at the candidate under way, and what follows from it: start who waits, advance, hold, promote, roll back.

Outcomes are counted without any lock, since that may take seconds and nobody who kills a candidate shall wait for it.
Then the lock is taken, and when anything about the rollout changed meanwhile, what was seen does not count.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from mhc_core.db.queries import audit, versions
from mhc_core.db.queries import rollout as queries
from mhc_core.db.queries import rollout_shadow as shadow_queries
from mhc_core.db.queries.rollout import Look, Rollout
from mhc_core.db.queries.training import ensure_baseline
from mhc_core.errors import Conflict
from mhc_core.rollout import assignment, shadow, stages
from mhc_core.rollout import evidence as rollout_evidence
from mhc_core.rollout import promotion as rollout
from mhc_core.rollout.gate import Action
from mhc_core.rollout.shadow import Readiness
from mhc_core.settings import Settings
from mhc_core.vocabulary import Intent, RolloutAction, RolloutStatus

ACTOR = "live rollout"
LOOK_EVERY = timedelta(minutes=10)
"""Looks that change nothing are kept this often, those that decide always."""
SHADOW_TIME = timedelta(days=1)
APPROVAL_MISSING = "Proven; the last step waits for a person: `mhc rollout approve`."


@dataclass(frozen=True, slots=True)
class Tick:
    """What one look did: ``action`` None when the state stayed the same."""

    rollout: Rollout | None
    action: RolloutAction | None
    look: Look | None
    said: str


def tick(connection: sa.Connection, settings: Settings, now: datetime) -> Tick:
    """Look once and do what follows. Of overlapping ticks one decides."""
    found = queries.in_flight(connection)
    if found is None:
        return _start_next(connection, settings, now)
    if found.killed_at is not None:
        return Tick(found, None, None, f"{found.model_version_id} was killed; a person decides how it goes on")
    seen = None if found.share == 0 else _look(connection, found, settings, now)
    versions.lock(connection, "model")
    if queries.in_flight(connection) != found:
        return Tick(found, None, None, "it changed while its outcomes were counted")
    live = versions.live(connection, "model") or ensure_baseline(connection)
    if live != found.control_id:
        reason = f"{live} is live now, not {found.control_id}, which customers were compared with"
        left = rollout.take_out(connection, found, ACTOR, {"reason": reason}, now)
        return Tick(left, RolloutAction.ROLLBACK, None, reason)
    if seen is None:
        return _leave_shadow(connection, found, settings, now)
    look, action = seen
    if action is None:
        _log_now_and_then(connection, found, look)
    else:
        queries.log_look(connection, found.id, look)
        found = _act(connection, found, action, look, settings, now)
    said = look.reasons[0] if look.reasons else "nothing to decide yet"
    return Tick(found, action, look, said)


def _look(
    connection: sa.Connection, found: Rollout, settings: Settings, now: datetime
) -> tuple[Look, RolloutAction | None]:
    """What the gate says, and what it means for this rollout."""
    judged, beside = rollout_evidence.collect(connection, found, settings, now)
    reasons, action = list(judged.reasons), None
    proven_before = found.share == assignment.STAGES[-1] and all(metric.proven for metric in judged.metrics.values())
    if judged.action is Action.ROLL_BACK:
        action = RolloutAction.ROLLBACK
    elif found.status is RolloutStatus.HELD:
        pass
    elif judged.action is Action.PROMOTE or (judged.ask and proven_before):
        if _last_step(found) and found.approved_by is None and not settings.auto_approve:
            reasons.insert(0, APPROVAL_MISSING)
        else:
            action = _forward(found)
    elif judged.ask:
        action = RolloutAction.HOLD
    decision = action.value if action else "continue"
    return Look(found.share, now, decision, reasons, {**judged.as_json(), **beside}), action


def _act(
    connection: sa.Connection, found: Rollout, action: RolloutAction, look: Look, settings: Settings, now: datetime
) -> Rollout:
    evidence: dict[str, Any] = {"share": found.share, "reasons": list(look.reasons), "numbers": dict(look.numbers)}
    if _last_step(found) and found.approved_by is None and action in (RolloutAction.ADVANCE, RolloutAction.PROMOTE):
        rollout.approve(connection, found.model_version_id, rollout.AUTO_APPROVER, now)
    audit.record(connection, ACTOR, f"rollout.{action}", found.model_version_id, {"share": found.share}, now)
    match action:
        case RolloutAction.ROLLBACK:
            return rollout.take_out(connection, found, ACTOR, evidence, now)
        case RolloutAction.HOLD:
            return queries.decide(connection, found.id, action, RolloutStatus.HELD, ACTOR, now, evidence)
        case RolloutAction.PROMOTE:
            return rollout.move(connection, found, rollout.evaluation_of(connection, found), ACTOR, evidence, now)
        case _:
            readiness = shadow.readiness(shadow_queries.compared(connection, found.id))
            share = assignment.next_stage(found.share)
            return _enter(connection, found, share, _allowed(found, readiness), evidence, settings, now)


def _last_step(found: Rollout) -> bool:
    """Whether what comes next reaches all customers."""
    return assignment.next_stage(found.share) in (None, assignment.STAGES[-1])


def _forward(found: Rollout) -> RolloutAction:
    """Without a holdback the step to all customers is the promotion: nobody is left to compare with."""
    stage = assignment.next_stage(found.share)
    without_control = stage is not None and assignment.expected_share(stage, found.holdback) >= 1
    return RolloutAction.PROMOTE if stage is None or without_control else RolloutAction.ADVANCE


def _leave_shadow(connection: sa.Connection, found: Rollout, settings: Settings, now: datetime) -> Tick:
    """The canary begins with what is ready once enough was compared, or after a day; without any, a person decides."""
    readiness = shadow.readiness(shadow_queries.compared(connection, found.id))
    pairs = sum(item.pairs for item in readiness)
    ready = [item.intent for item in readiness if item.ready]
    said = f"shadow: {pairs} pairs compared, ready for {', '.join(ready) or 'nothing yet'}"
    assert found.stage_started_at is not None
    assert found.deadline is not None
    over = pairs >= shadow.ENOUGH_PAIRS or now >= found.stage_started_at + SHADOW_TIME
    if found.status is RolloutStatus.HELD or not over or (not ready and now < found.deadline):
        return Tick(found, None, None, said)
    blocked = {item.intent.value: list(item.blocking) for item in readiness if item.pairs and not item.ready}
    evidence = {"pairs": pairs, "ready": ready, "blocked": blocked}
    if ready:
        action = RolloutAction.ADVANCE
        found = _enter(connection, found, assignment.STAGES[0], _all_or(ready), evidence, settings, now)
    else:
        action = RolloutAction.HOLD
        found = queries.decide(connection, found.id, action, RolloutStatus.HELD, ACTOR, now, evidence)
    return Tick(found, action, None, said)


def _enter(
    connection: sa.Connection,
    found: Rollout,
    share: int | None,
    intents: list[str] | None,
    evidence: dict[str, Any],
    settings: Settings,
    now: datetime,
) -> Rollout:
    """Begin a stage."""
    return queries.decide(
        connection, found.id, RolloutAction.ADVANCE, RolloutStatus.CANARY, ACTOR, now, evidence,
        share=share, intents=intents, stage_started_at=now, deadline=stages.deadline(settings, now),
    )  # fmt: skip


def _allowed(found: Rollout, readiness: Sequence[Readiness]) -> list[str] | None:
    """The intents of the next stage: those of this one, and what became ready meanwhile."""
    if found.intents is None:
        return None
    return _all_or({*found.intents, *(item.intent for item in readiness if item.ready)})


def _all_or(intents: Sequence[str] | set[str]) -> list[str] | None:
    return None if len(intents) == len(Intent) else sorted(intents)


def _start_next(connection: sa.Connection, settings: Settings, now: datetime) -> Tick:
    if settings.promotes_directly:
        return Tick(None, None, None, "candidates are promoted directly (MHC_ROLLOUT)")
    said = "no candidate waits"
    for found in queries.waiting(connection):
        try:
            begun = stages.start(connection, found.model_version_id, ACTOR, settings, now)
        except Conflict as refused:
            said = str(refused)
            continue
        return Tick(begun, RolloutAction.START, None, f"{found.model_version_id} started")
    return Tick(None, None, None, said)


def _log_now_and_then(connection: sa.Connection, found: Rollout, look: Look) -> None:
    last = queries.looks(connection, found.id, 1)
    if not last or last[0].share != look.share or look.looked_at - last[0].looked_at >= LOOK_EVERY:
        queries.log_look(connection, found.id, look)
