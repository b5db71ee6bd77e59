"""Bring a database to a version of the schema. Safe to call from any number of processes at once."""

from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from mhc_core.db.tables import SCHEMA
from mhc_core.errors import ConfigurationError, NotFound

if TYPE_CHECKING:
    from alembic.config import Config

DAGSTER_SCHEMA = "dagster"  # Dagster makes its own tables there
HEAD = "0049"
_LOCK = 0x6D68635F  # any number no other program uses as advisory lock in this database
_SCRIPTS = Path(__file__).parent / "migrations"


def current(connection: sa.Connection) -> str | None:
    """The revision the database is at; None before the first one."""
    if connection.scalar(sa.text("select to_regclass(:name)"), {"name": f"{SCHEMA}.alembic_version"}) is None:
        return None
    revision: str | None = connection.scalar(sa.text(f"select version_num from {SCHEMA}.alembic_version"))
    return revision


def upgrade(engine: sa.Engine, revision: str = "head") -> None:
    """Apply every migration up to a revision, all or none. Does nothing when the database is there already.

    Raises:
        ConfigurationError: the database is at a revision that this version does not know.
    """
    with engine.connect() as connection:
        if revision in ("head", HEAD) and current(connection) == HEAD:
            return
    from alembic import command
    from alembic.util import CommandError

    with engine.begin() as connection:
        wait_for_turn(connection)
        for schema in (SCHEMA, DAGSTER_SCHEMA):
            if not _exists(connection, schema):  # also asking "if not exists" would need the right to create
                connection.execute(sa.text(f"create schema {schema}"))
        try:
            command.upgrade(_config(connection), revision)
        except CommandError as error:
            raise ConfigurationError(
                f"schema {SCHEMA} is at a revision that this version does not know ({error}): use the version that "
                "made it, or start with an empty database and import the conversations again"
            ) from None


def downgrade(engine: sa.Engine, revision: str) -> None:
    """Take migrations back down to a revision, all or none; ``base`` removes all but Dagster's own tables.

    Raises:
        NotFound: there is no such revision below the present one.
    """
    from alembic import command
    from alembic.util import CommandError

    with engine.begin() as connection:
        wait_for_turn(connection)
        if current(connection) is None:
            return
        try:
            command.downgrade(_config(connection), revision)
        except CommandError:
            known = sorted(path.name[:4] for path in _SCRIPTS.glob("versions/*_*.py"))
            raise NotFound(
                f"schema {SCHEMA} cannot go down to {revision}; name one of {', '.join(known)} at or below the present "
                "one, or `base` to remove everything"
            ) from None
        if revision == "base":
            connection.execute(sa.text(f"drop table {SCHEMA}.alembic_version"))
            connection.execute(sa.text(f"drop schema {SCHEMA}"))
            if not connection.scalar(
                sa.text("select count(*) from pg_tables where schemaname = :name"), {"name": DAGSTER_SCHEMA}
            ):
                connection.execute(sa.text(f"drop schema if exists {DAGSTER_SCHEMA}"))


def _exists(connection: sa.Connection, schema: str) -> bool:
    return connection.scalar(sa.text("select to_regnamespace(:name)"), {"name": schema}) is not None


def wait_for_turn(connection: sa.Connection) -> None:
    """One at a time changes the schema or its roles; the lock goes with the transaction."""
    connection.execute(sa.text("select pg_advisory_xact_lock(:key)"), {"key": _LOCK})


def _config(connection: sa.Connection) -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
