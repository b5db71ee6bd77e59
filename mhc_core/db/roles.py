"""Who may do what in the database: the owner changes the schema, the platform works with rows, Dagster has its own.

The platform's role cannot change or empty a table, and can only add to the audit log; Dagster's role owns schema
``dagster``, where it makes its own tables, and sees nothing of schema ``ai``.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from psycopg import sql

from mhc_core.db.tables import SCHEMA
from mhc_core.db.upgrade import DAGSTER_SCHEMA, wait_for_turn

APP = "mhc_app"
DAGSTER = "mhc_dagster"
_MAINTAIN_SINCE = 170000


def make(connection: sa.Connection, role: str, password: str) -> None:
    """A role that may log in with this password and nothing else, or the password for one that exists.

    Only its SCRAM verifier is sent, so that no log of statements shows the password.
    """
    driver = connection.connection.driver_connection
    assert driver is not None
    wait_for_turn(connection)
    known = connection.scalar(sa.text("select exists (select from pg_roles where rolname = :role)"), {"role": role})
    verifier = driver.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256").decode()
    statement = sql.SQL("{} role {} login password {}").format(
        sql.SQL("alter" if known else "create"), sql.Identifier(role), sql.Literal(verifier)
    )
    _execute(connection, statement)


def grant(connection: sa.Connection, app: str, dagster: str) -> None:
    """Give the platform's role its rights in schema ``ai``, and schema ``dagster`` with all in it to Dagster's.

    Call as the owner of the tables, after every upgrade.
    """
    wait_for_turn(connection)
    version = int(str(connection.scalar(sa.text("show server_version_num"))))
    names = {
        "ai": sql.Identifier(SCHEMA),
        "storage": sql.Identifier(DAGSTER_SCHEMA),
        "app": sql.Identifier(app),
        "dagster": sql.Identifier(dagster),
    }
    for statement in _for_app(version >= _MAINTAIN_SINCE):
        _execute(connection, sql.SQL(statement).format(**names))
    owner = connection.scalar(
        sa.text("select pg_get_userbyid(nspowner) from pg_namespace where nspname = :name"), {"name": DAGSTER_SCHEMA}
    )
    if owner != dagster:
        if not connection.scalar(sa.text("select pg_has_role(:role, 'USAGE')"), {"role": dagster}):
            _execute(connection, sql.SQL("grant {dagster} to current_user").format(**names))
        _execute(connection, sql.SQL("grant create, usage on schema {storage} to {dagster}").format(**names))
        _execute(connection, sql.SQL("alter schema {storage} owner to {dagster}").format(**names))
    _give_away(connection, dagster)


def _execute(connection: sa.Connection, statement: sql.Composed) -> None:
    connection.exec_driver_sql(statement.as_string(None).replace("%", "%%"))


def _for_app(maintain: bool) -> Sequence[str]:
    rows = "select, insert, update, delete" + (", maintain" if maintain else "")
    return (
        "grant usage on schema {ai} to {app}",
        f"grant {rows} on all tables in schema {{ai}} to {{app}}",
        "grant usage, select, update on all sequences in schema {ai} to {app}",
        "revoke execute on all functions in schema {ai} from public",
        "grant execute on all functions in schema {ai} to {app}",
        "revoke insert, update, delete on {ai}.alembic_version, {ai}.audit_chain, {ai}.audit_base from {app}",
        "revoke update, delete on {ai}.audit_log from {app}",
        f"alter default privileges in schema {{ai}} grant {rows} on tables to {{app}}",
        "alter default privileges in schema {ai} grant usage, select, update on sequences to {app}",
    )


def _give_away(connection: sa.Connection, dagster: str) -> None:
    """What the owner made in Dagster's schema before Dagster had a role of its own."""
    tables = connection.scalars(
        sa.text("""
            select c.relname from pg_class c
            where c.relnamespace = cast(:schema as regnamespace) and c.relkind in ('r', 'p', 'v')
              and c.relowner <> cast(:role as regrole)
        """),
        {"schema": DAGSTER_SCHEMA, "role": dagster},
    )
    for table in tables.all():
        place = sql.Identifier(DAGSTER_SCHEMA, table)
        _execute(connection, sql.SQL("alter table {} owner to {}").format(place, sql.Identifier(dagster)))
