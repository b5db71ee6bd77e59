"""SQL of the audit log: who did what to which thing, when, on which numbers. Rows are only ever added."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

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
