"""SQL that remembers which files of the inbox are in, and why others are not, as entries of the audit log."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from mhc_core.db.tables import audit_log

IMPORTED = "inbox.imported"
FAILED = "inbox.failed"


def imported(connection: sa.Connection, hashes: Sequence[str]) -> set[str]:
    """Those of these content hashes that were imported before."""
    found = sa.select(audit_log.c.subject).where(audit_log.c.action == IMPORTED, audit_log.c.subject.in_(hashes))
    return set(connection.scalars(found))


def outcomes(connection: sa.Connection, hashes: Sequence[str]) -> dict[str, dict[str, Any]]:
    """What became of the files with these content hashes when they were tried last."""
    log = audit_log.c
    rows = connection.execute(
        sa.select(log.subject, log.details)
        .where(log.action.in_((IMPORTED, FAILED)), log.subject.in_(hashes))
        .order_by(log.id)
    )
    return {row.subject: row.details for row in rows}
