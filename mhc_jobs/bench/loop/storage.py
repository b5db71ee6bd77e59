"""What a long history takes on disk, what an index is worth, and what it costs to be rid of a month."""

import time
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from mhc_core.db.engine import autocommit
from mhc_core.db.tables import conversations
from mhc_core.privacy.retention import AT_ONCE

_LARGEST = 12


def sizes(connection: sa.Connection) -> dict[str, Any]:
    """Bytes of the schema with its indexes, for each conversation and by table, the largest first."""
    rows = connection.execute(
        sa.text("""
            select c.relname, pg_total_relation_size(c.oid), pg_indexes_size(c.oid)
              from pg_class c where c.relnamespace = 'ai'::regnamespace and c.relkind in ('r', 'p') order by 2 desc
        """)
    ).all()
    total = sum(row[1] for row in rows)
    count = int(connection.scalar(sa.select(sa.func.count()).select_from(conversations)) or 0)
    return {
        "bytes": total,
        "conversations": count,
        "bytes_per_conversation": round(total / max(count, 1)),
        "tables": [{"table": row[0], "bytes": row[1], "of_it_indexes": row[2]} for row in rows[:_LARGEST]],
    }


def without_index(
    engine: sa.Engine, index: str, statement: str, values: Mapping[str, Any], times: int
) -> dict[str, float]:
    """Median milliseconds that the server takes for a statement with an index of ``ai`` and without; it stays."""
    found: dict[str, float] = {}
    for name in ("with", "without"):
        with engine.connect() as connection:
            if name == "without":
                connection.execute(sa.text(f"drop index ai.{index}"))
            taken = sorted(
                connection.scalar(sa.text(f"explain (analyze, timing off, format json) {statement}"), values)[0][
                    "Execution Time"
                ]
                for _ in range(times)
            )
            connection.rollback()
        found[f"{name}_ms"] = round(taken[times // 2], 2)
    return found


def retention(engine: sa.Engine, share: float, lookups: int) -> dict[str, Any]:
    """What partitions by month would be worth: seconds to be rid of the oldest month, and what each lookup then costs.

    Two tables like ``ai.messages`` hold the messages of a ``share`` of all conversations (0..1), one of them in
    partitions by month. Of the oldest month, texts are emptied as the platform does it, rows are deleted in batches and
    vacuumed, and its partition is dropped; before that, as many conversations and messages are looked up in either.
    """
    most = UUID(int=min(int(share * 2**128), 2**128 - 1))
    with engine.begin() as connection:
        connection.execute(sa.text("set local synchronous_commit = off"))
        months = _make(connection, most)
    oldest, until = months[0], months[0] + timedelta(days=32)
    until = until.replace(day=1)
    found: dict[str, Any] = {"months": len(months)}
    found["lookup_ms"] = {name: _looked_up(engine, f"bench.{name}", lookups) for name in ("one", "parted")}
    with engine.connect() as connection:
        mine = {"until": until, "most": most}
        found["messages"] = connection.scalar(sa.text("select count(*) from bench.one"))
        found["of_the_month"] = connection.scalar(
            sa.text("select count(*) from bench.one where sent_at < :until"), mine
        )
        started = time.perf_counter()
        connection.execute(sa.text(_EMPTY), mine)
        found["emptied_seconds"] = round(time.perf_counter() - started, 3)
        connection.rollback()
    started = time.perf_counter()
    deleted = 1
    while deleted:
        with engine.begin() as connection:
            deleted = connection.execute(sa.text(_DELETE), {"until": until, "at_once": AT_ONCE}).rowcount
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sa.text("vacuum bench.one"))
    found["deleted_seconds"] = round(time.perf_counter() - started, 3)
    started = time.perf_counter()
    with engine.begin() as connection:
        connection.execute(sa.text(f"drop table bench.parted_{oldest:%Y_%m}"))
    found["dropped_seconds"] = round(time.perf_counter() - started, 3)
    with engine.begin() as connection:
        connection.execute(sa.text("drop table bench.one, bench.parted"))
    return found


_LIKE = "(like ai.messages including defaults)"
_FILL = "insert into {} select m.* from ai.messages m where m.conversation_id <= :most"
_EMPTY = "update bench.one set content = '', message_metadata = '{}', citations = '[]' where sent_at < :until"
_DELETE = """
    delete from bench.one where ctid = any(array(
        select ctid from bench.one where sent_at < :until order by sent_at limit :at_once))
"""
_LOOKUPS = {
    "conversation": "select * from {} where conversation_id = :conversation order by position",
    "message": "select * from {} where id = :message",
}


def _make(connection: sa.Connection, most: UUID) -> list[date]:
    """Both tables, filled and indexed; the first days of their months."""
    connection.execute(sa.text(f"create table bench.one {_LIKE}"))
    connection.execute(sa.text(_FILL.format("bench.one")), {"most": most})
    months = [
        row.date()
        for row in connection.scalars(
            sa.text("""
                select generate_series(date_trunc('month', min(sent_at)), max(sent_at), interval '1 month')
                  from bench.one
            """)
        )
    ]
    connection.execute(sa.text(f"create table bench.parted {_LIKE} partition by range (sent_at)"))
    for month in months:
        after = (month + timedelta(days=32)).replace(day=1)
        part = f"create table bench.parted_{month:%Y_%m} partition of bench.parted"
        connection.execute(sa.text(f"{part} for values from ('{month}') to ('{after}')"))
    connection.execute(sa.text("insert into bench.parted select * from bench.one"))
    for table, key in (("one", "id"), ("parted", "id, sent_at")):
        connection.execute(sa.text(f"alter table bench.{table} add primary key ({key})"))
        connection.execute(sa.text(f"create index on bench.{table} (conversation_id, position)"))
        connection.execute(sa.text(f"create index on bench.{table} (sent_at)"))
        connection.execute(sa.text(f"create index on bench.{table} using gin (search)"))
        connection.execute(sa.text(f"analyze bench.{table}"))
    return months


def _looked_up(engine: sa.Engine, table: str, lookups: int) -> dict[str, float]:
    """Median milliseconds of a lookup by each key, as statements that are planned once."""
    single = autocommit(engine)
    with single.connect() as connection:
        some = connection.execute(
            sa.text(f"select conversation_id, id from {table} order by md5(id::text) limit :lookups"),
            {"lookups": lookups},
        ).all()
        found = {}
        for name, query in _LOOKUPS.items():
            taken = []
            for conversation, message in some:
                started = time.perf_counter()
                connection.execute(
                    sa.text(query.format(table)), {"conversation": conversation, "message": message}
                ).all()
                taken.append(1000 * (time.perf_counter() - started))
            found[name] = round(sorted(taken)[len(taken) // 2], 3)
    return found
