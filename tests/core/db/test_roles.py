"""Least privilege: the platform's login works with rows and cannot do more, on the embedded server and on others."""

import secrets
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa
from pydantic import SecretStr
from sqlalchemy.exc import DBAPIError, ProgrammingError

from mhc_core.db import embedded, roles
from mhc_core.db import engine as engines
from mhc_core.db import upgrade as migrations
from mhc_core.db.queries import audit, knowledge
from mhc_core.errors import AccessDenied
from mhc_core.settings import Settings

REFUSED = [
    "create table public.mine (n int)",
    "create table ai.mine (n int)",
    "create schema mine",
    "create role mine",
    "drop table ai.feedback",
    "truncate ai.messages",
    "alter table ai.messages add column mine int",
    "alter table ai.audit_log disable trigger all",
    "update ai.audit_log set actor = 'nobody'",
    "delete from ai.audit_log",
    "insert into ai.audit_chain values (1, 1, '')",
    "update ai.alembic_version set version_num = '0001'",
    "create function ai.mine() returns int language sql as 'select 1'",
    "select pg_read_file('PG_VERSION')",
    "copy (select 1) to program 'true'",
    "select * from dagster.runs",
    "alter role mhc password 'x'",
]


@pytest.fixture(scope="module")
def settings(module_state_dir: Path) -> Iterator[Settings]:
    """An installation from before there were roles: one login, an old schema, and Dagster's tables made by it."""
    with embedded.join(module_state_dir) as server:
        owner = engines.create(server.url)
        engines.check_server(owner)
        migrations.upgrade(owner, "0030")
        with owner.begin() as connection:
            connection.execute(sa.text("create table dagster.runs (id bigserial primary key, run_id text)"))
            connection.execute(sa.text("insert into dagster.runs (run_id) values ('old')"))
            audit.record(connection, "Ann", "test.done", "before", {}, datetime(2026, 6, 1, tzinfo=UTC))
        owner.dispose()
        yield Settings(state_dir=module_state_dir)


def test_an_installation_from_before_gets_its_roles(settings: Settings) -> None:
    with engines.database(settings) as engine, engine.begin() as connection:
        about = connection.execute(
            sa.text("select rolname, rolsuper, rolcreatedb, rolcreaterole from pg_roles where rolname = current_user")
        ).one()
        assert tuple(about) == (roles.APP, False, False, False)
        audit.record(connection, "Ann", "test.done", "after", {}, datetime(2026, 6, 1, tzinfo=UTC))
    with engines.database(settings) as engine, engine.connect() as connection:
        assert audit.verify(connection)._replace(sha256="") == (2, "", None)


@pytest.mark.parametrize("statement", REFUSED)
def test_the_platform_may_not(settings: Settings, statement: str) -> None:
    with engines.database(settings) as engine, engine.connect() as connection:
        with pytest.raises(DBAPIError) as refused:
            connection.execute(sa.text(statement))
        assert isinstance(refused.value.orig, psycopg.errors.InsufficientPrivilege)


def test_what_the_platform_needs_of_its_owner_are_functions(settings: Settings) -> None:
    with engines.database(settings) as engine, engine.begin() as connection:
        knowledge.ensure_index(connection, 384)
        knowledge.ensure_index(connection, 384)
        knowledge.refresh_statistics(connection)
        assert connection.scalar(sa.text("select to_regclass('ai.ix_knowledge_chunks_embedding_384')")) is not None
        with pytest.raises(DBAPIError):
            connection.execute(sa.text("select ai.chain_audit_entry()"))


def test_dagster_has_its_schema_and_nothing_else(settings: Settings) -> None:
    with engines.database(settings) as engine:
        storage = sa.create_engine(engines.storage_url(settings, engine.url.render_as_string(hide_password=False)))
        try:
            with storage.begin() as connection:
                assert connection.scalar(sa.text("select run_id from runs")) == "old"
                connection.execute(sa.text("alter table runs add column more text"))
                connection.execute(sa.text("create table more (n int)"))
            with storage.connect() as connection, pytest.raises(ProgrammingError, match="permission denied"):
                connection.execute(sa.text("select * from ai.messages"))
        finally:
            storage.dispose()


def test_a_new_password_of_the_owner_changes_the_others(settings: Settings) -> None:
    with embedded.join(settings.state_dir) as server:
        before = server.role_password(roles.APP)
        new = secrets.token_urlsafe(16)
        with psycopg.connect(server.url.replace("+psycopg", ""), autocommit=True) as connection:
            connection.execute(f"alter role mhc password '{new}'".encode())
        server.files.password.write_text(new)
        assert server.role_password(roles.APP) != before
        with engines.database(settings) as engine, engine.connect() as connection:
            assert connection.scalar(sa.text("select current_user")) == roles.APP


def test_logins_on_a_server_of_ones_own(owned: tuple[str, str], tmp_path: Path) -> None:
    url, name = owned
    app, dagster = (
        sa.make_url(url).set(username=f"{name}_{part}", password="y").render_as_string(hide_password=False)
        for part in ("app", "dagster")
    )
    with engines.database(Settings(state_dir=tmp_path, database_url=url)) as engine, engine.begin() as connection:
        roles.make(connection, f"{name}_app", "old")
        roles.make(connection, f"{name}_app", "y")
        roles.make(connection, f"{name}_dagster", "y")
        roles.grant(connection, f"{name}_app", f"{name}_dagster")
        roles.grant(connection, f"{name}_app", f"{name}_dagster")
    alone = Settings(state_dir=tmp_path, database_url=app, dagster_storage_url=dagster)
    settings = alone.model_copy(update={"owner_database_url": SecretStr(url)})
    with engines.database(settings, as_owner=True) as engine:
        migrations.downgrade(engine, "0030")
    with pytest.raises(AccessDenied, match="MHC_OWNER_DATABASE_URL"), engines.database(alone):
        pass  # who may not change the schema cannot upgrade it
    with engines.database(settings) as engine, engine.connect() as connection:
        assert migrations.current(connection) == migrations.HEAD
        assert connection.scalar(sa.text("select count(*) from ai.audit_chain")) == 0
        with pytest.raises(DBAPIError):
            connection.execute(sa.text("truncate ai.messages"))
    with engines.database(alone) as engine, engine.connect() as connection:
        assert connection.scalar(sa.text("select current_user")) == f"{name}_app"
    storage = sa.create_engine(engines.storage_url(settings, app))
    with storage.begin() as connection:
        connection.execute(sa.text("create table runs (n int)"))
    storage.dispose()
