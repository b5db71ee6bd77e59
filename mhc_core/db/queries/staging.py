"""Moves many rows to the server at once: a temporary table that lives as long as the transaction, filled by COPY."""

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from psycopg import sql


def fill(
    connection: sa.Connection, name: str, columns: Sequence[tuple[str, str]], rows: Iterable[Sequence[Any]]
) -> None:
    """Create the temporary table ``pg_temp.name`` if needed, empty it and COPY ``rows`` into it.

    Args:
        columns: names with their PostgreSQL types, in the order of each row.

    Raises:
        psycopg.Error: the server refuses a value; the caller's transaction is then lost.
    """
    driver = connection.connection.driver_connection
    assert driver is not None
    table = sql.Identifier("pg_temp", name)
    definition = sql.SQL(", ").join(sql.SQL("{} {}").format(sql.Identifier(c), sql.SQL(kind)) for c, kind in columns)
    with driver.cursor() as cursor:
        cursor.execute("set local client_min_messages = warning")
        cursor.execute(
            sql.SQL("create temporary table if not exists {} ({}) on commit drop").format(
                sql.Identifier(name), definition
            )
        )
        cursor.execute(sql.SQL("truncate {}").format(table))
        names = sql.SQL(", ").join(sql.Identifier(c) for c, _ in columns)
        with cursor.copy(sql.SQL("copy {} ({}) from stdin").format(table, names)) as copy:
            for row in rows:
                copy.write_row(row)
