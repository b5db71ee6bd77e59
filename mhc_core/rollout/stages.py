"""A candidate under way: shadow, then 10, 50 and 100 % of customers, then production. What people do to it.

All state stands in the database: every server reads it every few seconds, so all agree and a restart forgets nothing.
``start``, ``hold`` and ``kill`` take the lock of the production pointer, so of several that act at once the first one
counts. ``mhc_core.rollout.tick`` is what moves a candidate on by itself.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from mhc_core.db.queries import audit, installation, versions
from mhc_core.db.queries import rollout as queries
from mhc_core.db.queries.rollout import UNDECIDED, Rollout
from mhc_core.errors import Conflict
from mhc_core.pseudonyms import keyed_hash
from mhc_core.rollout import assignment, promotion
from mhc_core.rollout.assignment import Plan
from mhc_core.settings import Settings
from mhc_core.vocabulary import Intent, RolloutAction, RolloutStatus, Verdict


def plan(found: Rollout) -> Plan:
    """What servers need of a rollout that has started."""
    assert found.control_id is not None
    assert found.salt is not None
    intents = None if found.intents is None else frozenset(Intent(intent) for intent in found.intents)
    share = 0 if found.killed_at is not None else found.share
    return Plan(found.id, found.model_version_id, found.control_id, found.salt, share, found.holdback, intents)


def start(
    connection: sa.Connection,
    model_id: str | None,
    by: str,
    settings: Settings,
    now: datetime,
    intents: Collection[Intent] | None = None,
) -> Rollout:
    """Let a candidate in, or go on with the one that was held or killed.

    Args:
        model_id: the candidate; the held one, or the newest that waits, when left out.
        intents: the only ones it may answer; with them the shadow is left out. What the shadow finds when left out.

    Raises:
        NotFound: the model has not been evaluated.
        Conflict: another one is under way, or its evaluation does not say *promote* or compares with a model that is
            not live.
    """
    versions.lock(connection, "model")
    flying = queries.in_flight(connection)
    if flying is not None and model_id in (None, flying.model_version_id):
        return _resume(connection, flying, by, settings, now, intents)
    if flying is not None:
        raise Conflict(
            f"{flying.model_version_id} is under way ({flying.status}); the next candidate waits for its end"
        )
    if model_id is None:
        waiting = queries.waiting(connection)
        if not waiting:
            raise Conflict("no candidate waits; `mhc models list` shows the models")
        model_id = waiting[0].model_version_id
    found = promotion.known(connection, model_id)
    evaluation = promotion.evaluation_of(connection, found)
    if found.status not in UNDECIDED:
        raise Conflict(f"{model_id} is already {found.status}; `mhc models show {model_id}` shows its decisions")
    if evaluation.verdict is not Verdict.PROMOTE:
        raise Conflict(f"{model_id} cannot start: the verdict is {evaluation.verdict}; evaluate another one")
    promotion.require_baseline(connection, evaluation)
    shadow = settings.rollout_shadow_share > 0 and intents is None
    salt = keyed_hash(installation.salt(connection), f"rollout/{found.id}")
    values = {
        "control_id": evaluation.baseline_id,
        "salt": salt,
        "share": 0 if shadow else assignment.STAGES[0],
        "holdback": settings.rollout_holdback,
        "intents": None if intents is None else sorted(intents),
        "started_at": now,
        "stage_started_at": now,
        "deadline": deadline(settings, now),
    }
    evidence = {**promotion.evidence_of(evaluation), "share": values["share"], "intents": values["intents"]}
    status = RolloutStatus.SHADOW if shadow else RolloutStatus.CANARY
    audit.record(connection, by, "rollout.started", model_id, evidence, now)
    return queries.decide(connection, found.id, RolloutAction.START, status, by, now, evidence, **values)


def hold(connection: sa.Connection, by: str, reason: str, now: datetime) -> Rollout:
    """Keep the share as it is until a person decides; harm still rolls back.

    Raises:
        Conflict: nothing is under way, or it is held already.
    """
    found = _flying(connection)
    if found.status is RolloutStatus.HELD:
        raise Conflict(f"{found.model_version_id} is held already; `mhc rollout start` goes on with it")
    evidence = {"reason": reason, "share": found.share}
    return queries.decide(connection, found.id, RolloutAction.HOLD, RolloutStatus.HELD, by, now, evidence)


def kill(connection: sa.Connection, by: str, reason: str, now: datetime) -> Rollout:
    """Give the candidate to nobody, on every server within seconds. The rollout waits: ``start`` or ``reject`` it.

    Raises:
        Conflict: nothing is under way.
    """
    found = _flying(connection)
    evidence = {"reason": reason, "share": found.share}
    audit.record(connection, by, "rollout.killed", found.model_version_id, evidence, now)
    return queries.decide(
        connection, found.id, RolloutAction.KILL, RolloutStatus.HELD, by, now, evidence, killed_at=now
    )


def _resume(
    connection: sa.Connection,
    found: Rollout,
    by: str,
    settings: Settings,
    now: datetime,
    intents: Collection[Intent] | None,
) -> Rollout:
    if found.status is not RolloutStatus.HELD:
        raise Conflict(f"{found.model_version_id} is under way already; see `mhc rollout show`")
    share = found.share or (assignment.STAGES[0] if intents is not None else 0)
    values: dict[str, Any] = {"share": share, "killed_at": None, "deadline": deadline(settings, now)}
    if intents is not None:
        values["intents"] = sorted(intents)
    if share != found.share:
        values["stage_started_at"] = now
    status = RolloutStatus.CANARY if share else RolloutStatus.SHADOW
    evidence = {"share": share, "intents": values.get("intents", found.intents)}
    audit.record(connection, by, "rollout.resumed", found.model_version_id, evidence, now)
    return queries.decide(connection, found.id, RolloutAction.RESUME, status, by, now, evidence, **values)


def _flying(connection: sa.Connection) -> Rollout:
    versions.lock(connection, "model")
    found = queries.in_flight(connection)
    if found is None:
        raise Conflict("no rollout is under way; `mhc rollout show` lists those that were")
    return found


def deadline(settings: Settings, now: datetime) -> datetime:
    """When a stage that begins now waits for a person without proof."""
    return now + timedelta(days=settings.rollout_stage_days)
