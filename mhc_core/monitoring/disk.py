"""What takes space: the state folder, part by part, and the tables of the database."""

import os
from pathlib import Path
from typing import Any, NamedTuple

import sqlalchemy as sa

from mhc_core.db.tables import SCHEMA
from mhc_core.db.upgrade import DAGSTER_SCHEMA
from mhc_core.settings import Settings

LARGEST = 12
"""Tables that are named; the others are added up."""


class Table(NamedTuple):
    """A table with its indexes and large values, in bytes; ``rows`` is PostgreSQL's estimate."""

    name: str
    bytes: int
    rows: int


def usage(connection: sa.Connection, settings: Settings) -> dict[str, Any]:
    """Bytes of the state folder by part, of the database, and of its largest tables."""
    rows = connection.execute(
        sa.text("""
            select n.nspname || '.' || c.relname, pg_total_relation_size(c.oid) as bytes,
                   greatest(c.reltuples, 0)::bigint
            from pg_class c join pg_namespace n on n.oid = c.relnamespace
            where n.nspname in (:platform, :dagster) and c.relkind in ('r', 'p')
            order by bytes desc, 1
        """),
        {"platform": SCHEMA, "dagster": DAGSTER_SCHEMA},
    )
    tables = [Table(*row) for row in rows]
    folder = settings.state_dir
    parts = sorted(folder.iterdir()) if folder.is_dir() else []
    return {
        "folder": str(folder.absolute()),
        "parts": {part.name: _bytes(part) for part in parts},
        "database_bytes": connection.scalar(sa.text("select pg_database_size(current_database())")),
        "tables": [table._asdict() for table in tables[:LARGEST]],
        "other_tables_bytes": sum(table.bytes for table in tables[LARGEST:]),
    }


def _bytes(path: Path) -> int:
    """What lies below a path, links not followed. What goes away or is closed to us meanwhile is left out."""
    found = 0
    for folder, _, names in os.walk(path) if path.is_dir() else [(str(path.parent), [], [path.name])]:
        for name in names:
            try:
                found += Path(folder, name).lstat().st_size
            except OSError:
                continue
    return found
