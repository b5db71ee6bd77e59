"""SQL that removes what deleted and emptied rows leave behind: their former versions, and statistics of columns."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import sqlalchemy as sa

from mhc_core.db.tables import SCHEMA


class Vacuumed(NamedTuple):
    """``refused``: tables that this user may not vacuum. ``waiting``: former rows that a transaction may still see."""

    refused: list[str]
    waiting: int


def vacuum(connection: sa.Connection, tables: Sequence[str]) -> Vacuumed:
    """Take former versions of rows out of these tables and their indexes. The connection must be in autocommit.

    PostgreSQL leaves a table alone, with a warning, whose user may not vacuum it: such tables wait for autovacuum.
    """
    allowed = connection.scalars(
        sa.text("""
            select c.relname from pg_class c
            where c.relnamespace = cast(:schema as regnamespace) and c.relname = any(:tables)
              and (pg_has_role(c.relowner, 'USAGE')
                   or current_setting('server_version_num')::int >= 170000
                      and has_table_privilege(c.oid, case when current_setting('server_version_num')::int >= 170000
                                                          then 'MAINTAIN' else 'SELECT' end))
            order by c.relname
        """),
        {"schema": SCHEMA, "tables": list(tables)},
    ).all()
    if allowed:
        named = ", ".join(f"{SCHEMA}.{table}" for table in allowed)
        connection.execute(sa.text(f"vacuum (index_cleanup on, truncate off, analyze) {named}"))
    waiting = connection.scalar(
        sa.text("""
            select coalesce(sum(n_dead_tup), 0) from pg_stat_user_tables
            where schemaname = :schema and relname = any(:tables)
        """),
        {"schema": SCHEMA, "tables": list(allowed)},
    )
    return Vacuumed(sorted({*tables} - {*allowed}), int(waiting or 0))


def rewrite(connection: sa.Connection, tables: Sequence[str]) -> None:
    """Write tables and their indexes into new files and remove the old ones. Each is locked while that goes on, and its
    owner has to ask. The connection must be in autocommit."""
    for table in tables:
        connection.execute(sa.text(f"vacuum (full) {SCHEMA}.{table}"))


def statistics_of(connection: sa.Connection, columns: Mapping[str, Sequence[str]]) -> list[str]:
    """Those of these columns, by table, of whose values the server still keeps statistics, as ``table.column``."""
    named = [f"{table}.{column}" for table, some in columns.items() for column in some]
    rows = connection.scalars(
        sa.text("""
            select c.relname || '.' || a.attname
            from pg_class c join pg_attribute a on a.attrelid = c.oid
            join pg_stats s on s.schemaname = :schema and s.tablename = c.relname and s.attname = a.attname
            where c.relnamespace = cast(:schema as regnamespace) and c.relname || '.' || a.attname = any(:named)
            order by 1
        """),
        {"schema": SCHEMA, "named": named},
    )
    return list(rows)
