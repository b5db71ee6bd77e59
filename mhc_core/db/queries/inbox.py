"""SQL that remembers which files of the inbox are in, as entries of the audit log."""

from collections.abc import Sequence

import sqlalchemy as sa

from mhc_core.db.tables import audit_log

IMPORTED = "inbox.imported"


def imported(connection: sa.Connection, hashes: Sequence[str]) -> set[str]:
    """Those of these content hashes that were imported before."""
    found = sa.select(audit_log.c.subject).where(audit_log.c.action == IMPORTED, audit_log.c.subject.in_(hashes))
    return set(connection.scalars(found))
