"""What an erasure would leave where SQL could still read it, and what stays beyond its reach, with its end."""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from mhc_core.db.queries import remnants as queries
from mhc_core.language import memories
from mhc_core.privacy.treatment import TABLES

_TABLES = [name for name, table in TABLES.items() if table.erasure != "kept"]
PUBLISHED = frozenset({"knowledge_articles", "knowledge_chunks", "knowledge_vectors", "retrieval_questions"})
"""Searches need the planner's samples of what is published; they are taken anew when it is vacuumed."""
_WORDS = {
    name: sorted(table.raw | table.scrubbed)
    for name, table in TABLES.items()
    if table.raw | table.scrubbed and name not in PUBLISHED
}


def clear(engine: sa.Engine) -> dict[str, Any]:
    """Vacuum what was emptied and forget what this process remembers; what could not be cleared, for the certificate.

    Other processes of the platform forget when they see that an erasure made progress, within seconds. No statistics
    are kept of columns with words, but a database from before that may have some.
    """
    memories.forget()
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        done = queries.vacuum(connection, _TABLES)
        left = queries.statistics_of(connection, _WORDS)
    return {"not_vacuumed": done.refused, "rows_still_seen": done.waiting, "statistics": left}


def compact(owner: sa.Engine) -> None:
    """Write all that erasures empty into new files, so that nothing of it is left in free space of the old ones."""
    with owner.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        queries.rewrite(connection, _TABLES)


def beyond_reach(finished: datetime, backup_days: int) -> list[dict[str, str]]:
    """Where the words may still be read by who holds the machine, and until when."""
    return [
        {
            "where": "backups made before this erasure; a restore carries it out again",
            "until": (finished + timedelta(days=backup_days)).isoformat(),
        },
        {
            "where": "PostgreSQL's write-ahead log, and archives or replicas that you keep of it",
            "until": "its segments are written over, or your archive expires",
        },
        {
            "where": "free space in PostgreSQL's files and on the disk",
            "until": "it is written over, or `mhc db compact` wrote the files anew",
        },
    ]
