"""What a long history takes on disk, what an index is worth, and what it costs to be rid of a month."""

import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from mhc_core.db.queries import redaction
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


def without_index(engine: sa.Engine, index: str, read: Callable[[sa.Connection], Any], times: int) -> dict[str, float]:
    """Median milliseconds of a read with an index of schema ``ai`` and without it; the index stays."""
    found: dict[str, float] = {}
    for name in ("with", "without"):
        with engine.connect() as connection:
            if name == "without":
                connection.execute(sa.text(f"drop index ai.{index}"))
            taken = []
            for _ in range(times + 1):
                started = time.perf_counter()
                read(connection)
                taken.append(1000 * (time.perf_counter() - started))
            connection.rollback()
        found[f"{name}_ms"] = round(sorted(taken[1:])[times // 2], 1)
    return found


def retention(engine: sa.Engine, now: datetime, most: int) -> dict[str, Any]:
    """Seconds to be rid of the oldest messages, ``most`` conversations of them: as the platform does it (texts are
    emptied, rows stay), by DELETE in batches from a table like ``messages``, and by dropping a partition of it.
    """
    with engine.begin() as connection:
        before = connection.scalar(
            sa.text("select last_message_at from ai.conversations order by last_message_at offset :most limit 1"),
            {"most": most},
        )
    before = before or now
    made = {}
    with engine.begin() as connection:
        connection.execute(sa.text("set local synchronous_commit = off"))
        for name, statement in _MADE.items():
            made[name] = connection.execute(sa.text(statement), {"before": before}).rowcount
    found: dict[str, Any] = {"conversations": min(most, AT_ONCE), "messages": made["one"]}
    with engine.connect() as connection:
        started = time.perf_counter()
        redacted = redaction.redact_old(connection, before, AT_ONCE)
        found["emptied_conversations"] = redacted.conversations
        found["emptied_seconds"] = round(time.perf_counter() - started, 2)
        connection.rollback()
    started = time.perf_counter()
    deleted = 1
    while deleted:
        with engine.begin() as connection:
            deleted = connection.execute(sa.text(_DELETE), {"before": before, "at_once": AT_ONCE}).rowcount
    found["deleted_seconds"] = round(time.perf_counter() - started, 2)
    started = time.perf_counter()
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sa.text("vacuum bench.one"))
    found["vacuumed_seconds"] = round(time.perf_counter() - started, 2)
    started = time.perf_counter()
    with engine.begin() as connection:
        connection.execute(sa.text("alter table bench.parted detach partition bench.parted_oldest"))
        connection.execute(sa.text("drop table bench.parted_oldest"))
    found["dropped_seconds"] = round(time.perf_counter() - started, 3)
    with engine.begin() as connection:
        connection.execute(sa.text("drop table bench.one, bench.parted"))
    return found


_OLDEST = "insert into {} select (m).* from (select m from ai.messages m where sent_at < :before) found"
_COLUMNS = "(like ai.messages including defaults)"
_MADE = {
    "make": f"create table bench.one {_COLUMNS}",
    "one": _OLDEST.format("bench.one"),
    "key": "alter table bench.one add primary key (id)",
    "order": "create unique index on bench.one (conversation_id, position)",
    "words": "create index on bench.one using gin (search)",
    "time": "create index on bench.one (sent_at)",
    "parted": f"create table bench.parted {_COLUMNS} partition by range (sent_at)",
    "oldest": "create table bench.parted_oldest partition of bench.parted default",
    "filled": _OLDEST.format("bench.parted"),
    "parted key": "alter table bench.parted add primary key (id, sent_at)",
    "parted words": "create index on bench.parted using gin (search)",
}
_DELETE = """
    delete from bench.one where ctid = any(array(
        select ctid from bench.one where sent_at < :before order by sent_at limit :at_once))
"""
