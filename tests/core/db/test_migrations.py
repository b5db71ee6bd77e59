"""The migrations make exactly the schema that the code works with, and take it away again."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from fakes.stored import example
from sqlalchemy.exc import IntegrityError

from mhc_core.db import engine as engines
from mhc_core.db import upgrade as migrations
from mhc_core.db.tables import SCHEMA, metadata
from mhc_core.errors import ConfigurationError


def _drift(connection: sa.Connection) -> list[object]:
    context = MigrationContext.configure(
        connection,
        opts={
            "compare_type": True,
            "compare_server_default": True,
            "include_schemas": True,
            "version_table_schema": SCHEMA,
            "include_name": lambda name, kind, parents: kind != "schema" or name == SCHEMA,
        },
    )
    return list(compare_metadata(context, metadata))


def _definitions(connection: sa.Connection) -> set[str]:
    """Index and check definitions as the server prints them; Alembic does not compare all of these."""
    return set(
        connection.scalars(
            sa.text(
                "select indexdef from pg_indexes where schemaname = 'ai' "
                "and tablename <> 'alembic_version' "
                "union all select conname || pg_get_constraintdef(oid) from pg_constraint "
                "where connamespace = 'ai'::regnamespace and contype not in ('n', 't') "
                "and conname <> 'alembic_version_pkc' "
                "union all select table_name || column_name || coalesce(column_default, '') || is_nullable "
                "|| is_identity from information_schema.columns "
                "where table_schema = 'ai' and table_name <> 'alembic_version'"
            )
        )
    )


def _leftovers(connection: sa.Connection) -> list[str]:
    return list(
        connection.scalars(
            sa.text(
                "select nspname from pg_namespace where nspname in ('ai', 'dagster') union all "
                "select relname from pg_class where relnamespace = 'public'::regnamespace"
            )
        )
    )


def test_migrated_schema_is_the_one_in_tables(connection: sa.Connection, blank_database_url: str) -> None:
    assert _drift(connection) == []

    engine = engines.create(blank_database_url)
    engines.check_server(engine)
    with engine.begin() as other:
        other.execute(sa.text("create schema ai"))
        metadata.create_all(other)
        assert _definitions(connection) == _definitions(other)
    engine.dispose()


def test_head_is_the_last_migration() -> None:
    scripts = ScriptDirectory(str(Path(migrations.__file__).parent / "migrations"))

    assert scripts.get_heads() == [migrations.HEAD]


def test_downgrade_leaves_nothing_and_upgrade_works_again(fresh_database_url: str) -> None:
    engine = engines.create(fresh_database_url)

    migrations.downgrade(engine, "base")
    with engine.connect() as connection:
        assert migrations.current(connection) is None
        assert _leftovers(connection) == []

    for revision in [script.revision for script in reversed(list(_all_migrations()))]:
        migrations.upgrade(engine, revision)
        with engine.connect() as connection:
            assert migrations.current(connection) == revision
    with engine.connect() as connection:
        assert _drift(connection) == []
    engine.dispose()


def test_two_starts_at_once_migrate_once(blank_database_url: str) -> None:
    engine = engines.create(blank_database_url)
    engines.check_server(engine)

    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(migrations.upgrade, engine) for _ in range(4)]:
            done.result()

    with engine.connect() as connection:
        assert migrations.current(connection) == migrations.HEAD
    engine.dispose()


def test_upgrade_costs_nothing_when_there_is_nothing_to_do(engine: sa.Engine) -> None:
    migrations.upgrade(engine)
    seconds = []
    for _ in range(5):
        started = time.perf_counter()
        migrations.upgrade(engine)
        seconds.append(time.perf_counter() - started)

    assert min(seconds) < 0.1


def test_an_unknown_revision_is_refused(fresh_database_url: str) -> None:
    engine = engines.create(fresh_database_url)
    with engine.begin() as connection:
        connection.execute(sa.text("update ai.alembic_version set version_num = '0009'"))

    with pytest.raises(ConfigurationError, match="does not know"):
        migrations.upgrade(engine)
    engine.dispose()


def test_a_failed_migration_changes_nothing(fresh_database_url: str) -> None:
    engine = engines.create(fresh_database_url)
    migrations.downgrade(engine, "base")
    with engine.begin() as connection:
        connection.execute(sa.text("create schema ai"))
        connection.execute(sa.text("create table ai.knowledge_versions (something int)"))

    with pytest.raises(sa.exc.ProgrammingError):
        migrations.upgrade(engine)

    with engine.connect() as connection:
        assert migrations.current(connection) is None
        assert sa.inspect(connection).get_table_names("ai") == ["knowledge_versions"]
    engine.dispose()


def test_unknown_channel_is_refused_by_the_database(connection: sa.Connection) -> None:
    with pytest.raises(IntegrityError, match="ck_conversations_channel"):
        _add_conversation(connection, "1", channel="telegram")


def test_what_was_learned_on_utc_days_moves_to_the_business_s(fresh_database_url: str) -> None:
    engine = engines.create(fresh_database_url, zone="America/Los_Angeles")
    migrations.downgrade(engine, "0013")
    evening = datetime(2026, 3, 3, 7, 30, tzinfo=UTC)  # still 2 March where the business is
    with engine.begin() as connection:
        learned = example(connection, "a", "b", day=evening.date())
        connection.execute(sa.text("update ai.conversations set started_at = :at"), {"at": evening})
        connection.execute(
            sa.text("""
                insert into ai.scrub_holds (answer_message_id, day, reason, kind, held_at)
                select answer_message_id, day, 'r', 'error', now() from ai.training_examples
            """)
        )
    migrations.upgrade(engine)
    with engine.connect() as connection:
        day = connection.scalar(sa.text("select day from ai.training_examples where id = :id"), {"id": learned})
        held = connection.scalar(sa.text("select day from ai.scrub_holds"))
    assert day == held == date(2026, 3, 2)
    migrations.downgrade(engine, "0013")
    with engine.connect() as connection:
        assert connection.scalar(sa.text("select max(day) from ai.training_examples")) == date(2026, 3, 3)
    engine.dispose()


def _all_migrations() -> list[object]:
    return list(ScriptDirectory(str(Path(migrations.__file__).parent / "migrations")).walk_revisions())


def _add_conversation(
    connection: sa.Connection,
    source_id: str,
    *,
    channel: str = "web",
    status: str = "closed",
    outcome: str | None = None,
    at: str = "2026-03-01 12:00:00+00",
) -> None:
    connection.execute(
        sa.text(
            "insert into ai.conversations (id, source, source_id, channel, status, outcome, started_at, "
            "last_message_at) values (gen_random_uuid(), 't', :source_id, :channel, :status, :outcome, :at, :at)"
        ),
        {"source_id": source_id, "channel": channel, "status": status, "outcome": outcome, "at": at},
    )
