"""The migrations make exactly the schema that the code works with, and take it away again."""

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
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
                "and tablename not in ('alembic_version', 'conversation_stats') "
                "union all select conname || pg_get_constraintdef(oid) from pg_constraint "
                "where connamespace = 'ai'::regnamespace and contype <> 'n' and conname <> 'alembic_version_pkc' "
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


def test_conversation_stats_count_by_utc_day(fresh_database_url: str) -> None:
    engine = engines.create(fresh_database_url)
    with engine.begin() as connection:
        _add_conversation(connection, "1", at="2026-03-01 23:30:00-05", outcome="booked")  # already 2 March in UTC
        _add_conversation(connection, "2", at="2026-03-02 12:00:00+00", outcome="resolved")
        _add_conversation(connection, "3", at="2026-03-02 12:00:00+00", status="escalated")
        connection.execute(
            sa.text(
                "insert into ai.messages (id, conversation_id, position, role, content, latency_ms, sent_at) "
                "select gen_random_uuid(), id, n, case n when 0 then 'user' else 'assistant' end, 'x', n * 100, "
                "started_at from ai.conversations, generate_series(0, 2) n where source_id = '1'"
            )
        )
        connection.execute(
            sa.text(
                "insert into ai.feedback (id, source, source_id, conversation_id, vote, given_at) "
                "select gen_random_uuid(), 't', source_id, id, 'up', started_at from ai.conversations "
                "where source_id < '3'"
            )
        )

    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sa.text("refresh materialized view concurrently ai.conversation_stats"))
        rows = connection.execute(sa.text("select * from ai.conversation_stats order by status")).mappings().all()
    engine.dispose()

    closed, escalated = rows
    assert (str(closed["day"]), closed["conversations"], closed["messages"]) == ("2026-03-02", 2, 3)
    assert (closed["booked"], closed["thumbs_up"], closed["average_first_answer_ms"]) == (1, 2, 100)
    assert (escalated["conversations"], escalated["escalated"], escalated["messages"]) == (1, 1, 0)


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
