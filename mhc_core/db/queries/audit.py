"""SQL of the audit log: who did what to which thing, when, on which numbers. Rows are added; the oldest may go."""

import hashlib
from collections.abc import Mapping
from contextlib import closing
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa

from mhc_core.db.queries import distinct
from mhc_core.db.tables import audit_log


def record(
    connection: sa.Connection, actor: str, action: str, subject: str, details: Mapping[str, Any], now: datetime
) -> None:
    """Add one entry. ``details`` must be JSON and free of customer text."""
    connection.execute(
        sa.insert(audit_log).values(at=now, actor=actor, action=action, subject=subject, details=dict(details))
    )


def record_once(
    connection: sa.Connection, actor: str, action: str, subject: str, details: Mapping[str, Any], now: datetime
) -> bool:
    """Add one entry unless the same action is already recorded for the subject; returns whether it was added."""
    connection.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtextextended(f"{action}/{subject}", 0))))
    known = sa.select(audit_log.c.id).where(audit_log.c.subject == subject, audit_log.c.action == action)
    if connection.scalar(sa.select(sa.exists(known))):
        return False
    record(connection, actor, action, subject, details, now)
    return True


def latest(connection: sa.Connection, action: str) -> dict[str, Any] | None:
    """The details of the newest entry of an action."""
    return connection.scalar(
        sa.select(audit_log.c.details).where(audit_log.c.action == action).order_by(audit_log.c.id.desc()).limit(1)
    )


class Chain(NamedTuple):
    """How many entries are in the chain of hashes, the last hash, and the first thing that does not fit, if any."""

    entries: int
    sha256: str
    problem: str | None


def verify(connection: sa.Connection, known: str = "") -> Chain:
    """Work out the chain of hashes anew, from where it begins; ``known`` is a hash from before that must be in it, when
    one is given."""
    begins, before = connection.execute(
        sa.text("select coalesce(max(position), 0), coalesce(max(sha256), '') from ai.audit_base")
    ).one()
    rows = connection.execute(
        sa.text("""
            select c.position, c.sha256, l.id,
                   jsonb_build_array(l.id, extract(epoch from l.at), l.actor, l.action, l.subject, l.details)::text
            from ai.audit_chain c full join ai.audit_log l on l.id = c.entry_id
            order by c.position nulls last, l.id
        """).execution_options(yield_per=1000)
    )
    count, digest, met = 0, before, known in ("", before)
    with closing(rows):
        for position, stored, entry_id, entry in rows:
            if position is None:
                return Chain(count, digest, f"entry {entry_id} is not in the chain")
            if position != begins + count + 1:
                return Chain(count, digest, f"position {begins + count + 1} is missing")
            if hashlib.sha256(f"{digest}{entry}".encode()).hexdigest() != stored:
                return Chain(count, digest, f"entry {entry_id}, at position {position}, was changed")
            count, digest = count + 1, stored
            met = met or digest == known
    gone = "entries were taken away" + (", or it is older than what is kept" if begins else "")
    return Chain(count, digest, None if met else f"the given hash is not in the chain: {gone}")


def forget(connection: sa.Connection, before: datetime, limit: int) -> int:
    """Remove the oldest entries, up to the first one that is not from before then; how many, ``limit`` at most.

    The database refuses to forget the last year. ``verify`` goes on from the hash of the last entry that went.
    """
    forgotten = sa.text("select ai.forget_audit_entries(:before, :limit)")
    return int(connection.execute(forgotten, {"before": before, "limit": limit}).scalar_one())


class Entry(NamedTuple):
    """One act."""

    id: int
    at: datetime
    actor: str
    action: str
    subject: str
    details: Mapping[str, Any]


def page(
    connection: sa.Connection, *, actor: str = "", action: str = "", subject: str = "", before: int | None, limit: int
) -> list[Entry]:
    """Entries, newest first, below the id ``before``; of an actor and a subject that contain these words, in whatever
    case, and of actions that begin so."""
    log = audit_log.c
    statement = sa.select(log.id, log.at, log.actor, log.action, log.subject, log.details).order_by(log.id.desc())
    word = actor.strip().casefold()
    actors = [name for name in distinct.values(connection, log.actor) if word in name.casefold()] if word else None
    for wanted in (
        None if before is None else log.id < before,
        None if actors is None else log.actor.in_(actors),
        log.action.istartswith(action.strip(), autoescape=True) if action.strip() else None,
        log.subject.icontains(subject.strip(), autoescape=True) if subject.strip() else None,
    ):
        statement = statement if wanted is None else statement.where(wanted)
    return [Entry(*row) for row in connection.execute(statement.limit(limit))]
