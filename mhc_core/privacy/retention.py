"""Raw text is kept for ``MHC_RETENTION_DAYS`` and then emptied; what was derived from it, scrubbed, stays."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from mhc_core.db.queries import audit, redaction
from mhc_core.db.queries.redaction import Due

AT_ONCE = 10_000
"""Conversations in one transaction."""


def due(connection: sa.Connection, days: int, now: datetime) -> Due:
    """What :func:`apply` would redact now."""
    return redaction.due(connection, now - timedelta(days=days))


def apply(engine: sa.Engine, days: int, now: datetime) -> Due:
    """Redact conversations whose last message is older than ``days``: text and metadata emptied, the customer hashed.
    So is the customer of an imported booking whose party was before that.

    Examples, scores, data sets and knowledge stay. Each batch is committed; a killed run is finished by the next.
    """
    total = Due(0, 0, 0, 0)
    while True:
        with engine.begin() as connection:
            done = redaction.redact_old(connection, now - timedelta(days=days), AT_ONCE)
        total = Due(*(sum(pair) for pair in zip(total, done, strict=True)))
        if max(done.conversations, done.bookings) < AT_ONCE:
            break
    if total.conversations or total.bookings:
        with engine.begin() as connection:
            audit.record(connection, "privacy", "privacy.retention", "raw", {"days": days, **total._asdict()}, now)
    return total
