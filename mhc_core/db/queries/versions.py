"""Which version is live: an append-only log of moves for every kind (model, knowledge, prompt) and alias.

The log is read as a stack. A move to the version directly below the top takes the top off (that is what a rollback
does); every other move puts its version on top. So a second rollback goes one further back and never forward again,
and publishing an old version anew after others is a move like any other.
"""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from mhc_core.db.queries import audit
from mhc_core.db.tables import version_aliases
from mhc_core.errors import Conflict

PRODUCTION = "production"


@dataclass(frozen=True, slots=True)
class AliasMove:
    """One entry of the log."""

    version_id: str
    moved_by: str
    reason: str
    moved_at: datetime


def live(connection: sa.Connection, kind: str, alias: str = PRODUCTION) -> str | None:
    """The id the alias points to now, or None when it was never set."""
    return connection.scalar(
        sa.select(version_aliases.c.version_id)
        .where(version_aliases.c.kind == kind, version_aliases.c.alias == alias)
        .order_by(version_aliases.c.id.desc())
        .limit(1)
    )


def move(
    connection: sa.Connection,
    kind: str,
    version_id: str,
    moved_by: str,
    reason: str,
    now: datetime,
    alias: str = PRODUCTION,
) -> bool:
    """Point the alias at ``version_id`` and write the audit log; False (and nothing written) when it is there already.

    Moves of one alias wait for each other until the caller's transaction ends.
    """
    lock(connection, kind, alias)
    before = live(connection, kind, alias)
    if before == version_id:
        return False
    connection.execute(
        sa.insert(version_aliases).values(
            kind=kind, alias=alias, version_id=version_id, moved_by=moved_by, reason=reason, moved_at=now
        )
    )
    details = {"alias": alias, "from": before, "to": version_id, "reason": reason}
    audit.record(connection, moved_by, f"{kind}.moved", version_id, details, now)
    return True


def previous(connection: sa.Connection, kind: str, alias: str = PRODUCTION) -> str | None:
    """The version a rollback leads to, or None when there is none."""
    stack: list[str] = []
    for entry in reversed(history(connection, kind, alias)):
        if len(stack) > 1 and stack[-2] == entry.version_id:
            stack.pop()
        elif not stack or stack[-1] != entry.version_id:
            stack.append(entry.version_id)
    return stack[-2] if len(stack) > 1 else None


def roll_back(
    connection: sa.Connection, kind: str, moved_by: str, reason: str, now: datetime, alias: str = PRODUCTION
) -> str:
    """Move the alias to the previous version and return its id.

    Raises:
        Conflict: there is no version before the live one.
    """
    lock(connection, kind, alias)
    target = previous(connection, kind, alias)
    if target is None:
        raise Conflict(f"no earlier {kind} version to go back to; see the versions with `mhc {_command(kind)}`")
    move(connection, kind, target, moved_by, reason, now, alias)
    return target


def history(connection: sa.Connection, kind: str, alias: str = PRODUCTION) -> list[AliasMove]:
    """All moves of the alias, newest first."""
    log = version_aliases.c
    rows = connection.execute(
        sa.select(log.version_id, log.moved_by, log.reason, log.moved_at)
        .where(log.kind == kind, log.alias == alias)
        .order_by(log.id.desc())
    )
    return [AliasMove(*row) for row in rows]


def lock(connection: sa.Connection, kind: str, alias: str = PRODUCTION) -> None:
    """Keep others from moving this alias until the transaction ends; take it before deciding on a move."""
    key = sa.func.hashtextextended(f"ai.version_aliases/{kind}/{alias}", 0)
    connection.execute(sa.select(sa.func.pg_advisory_xact_lock(key)))


def _command(kind: str) -> str:
    return {"model": "models list", "knowledge": "knowledge versions", "prompt": "prompts list"}.get(
        kind, f"{kind} list"
    )
