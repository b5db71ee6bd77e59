"""Readers in another process see each write whose commit was acknowledged before they began."""

import bisect
import json
import random
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa

from mhc_core.db import engine as engines
from mhc_core.db.tables import bookings

NOON = datetime(2031, 7, 4, 19, tzinfo=UTC)
SECONDS, WRITES = 1.0, 60
"""How long the race takes, and how many writes at least, however busy the machine is."""


def one_write(engine: sa.Engine, randomly: random.Random, number: int, ids: list[Any]) -> None:
    """Add, cancel or take away bookings, and count the write in one of them, which no other write undoes."""
    with engine.begin() as connection:
        for _ in range(randomly.choice((0, 1, 3))):
            if ids and randomly.random() < 0.4:
                where = bookings.c.id == ids.pop(randomly.randrange(len(ids)))
                if randomly.random() < 0.5:
                    connection.execute(sa.delete(bookings).where(where))
                else:
                    connection.execute(sa.update(bookings).where(where).values(status="cancelled"))
            else:
                ids.append(uuid4())
                connection.execute(sa.insert(bookings).values(booking(ids[-1], str(ids[-1]))))
        connection.execute(sa.update(bookings).where(bookings.c.source_id == "number").values(guests=number))


def booking(id: Any, source_id: str) -> dict[str, Any]:
    about = {"status": "confirmed", "booked_at": NOON, "event_at": NOON, "guests": 0}
    return {"id": id, "source": "test", "source_id": source_id, **about}


def race(url: str, mode: str, seed: int) -> tuple[list[float], list[dict[str, Any]]]:
    """When each write was acknowledged, by its number, and what two readers saw meanwhile."""
    program = [sys.executable, str(Path(__file__).with_name("readers.py")), url, mode]
    readers = [subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    engine = engines.create(url)
    with engine.begin() as connection:
        connection.execute(sa.insert(bookings).values(booking(uuid4(), "number")))
    try:
        for reader in readers:
            assert reader.stdout is not None
            assert reader.stdout.readline() == "ready\n"
        randomly, ids, acknowledged = random.Random(seed), [], [0.0]
        end = time.monotonic() + SECONDS
        while time.monotonic() < end or len(acknowledged) <= WRITES:
            one_write(engine, randomly, len(acknowledged), ids)
            acknowledged.append(time.monotonic())
            time.sleep(randomly.choice((0, 0.002, 0.02)))
        seen = [json.loads(reader.communicate(timeout=30)[0]) for reader in readers]
    finally:
        for reader in readers:
            reader.kill()
            reader.wait()
            assert reader.stdout is not None
            reader.stdout.close()
        engine.dispose()
    return acknowledged, seen


def late(acknowledged: list[float], reads: list[tuple[float, int, str]]) -> list[float]:
    """Of each stale read, how long before it began the write that it lacks was acknowledged (seconds).

    The clock is the machine's: the same in all its processes.
    """
    found = []
    for begun, number, _ in reads:
        due = bisect.bisect_right(acknowledged, begun) - 1
        if number < due:
            found.append(begun - acknowledged[number + 1])
    return found


@pytest.fixture
def url(fresh_database_url: str) -> str:
    return fresh_database_url


def test_no_read_is_stale(url: str, record_property: Callable[[str, object], None]) -> None:
    writes, seen = race(url, "checked", 7)
    reads = [tuple(one) for reader in seen for one in reader["reads"]]
    hits = sum(one[2] == "hit" for one in reads)
    record_property("reads", len(reads))
    assert hits > 20, "the cache gave nothing, so that this shows nothing"
    assert {one[2] for one in reads} == {"hit", "miss"}
    assert late(writes, reads) == []  # type: ignore[arg-type]
    assert sum(reader["saved"] for reader in seen) == hits


def test_what_is_only_told_is_late_by_milliseconds(url: str) -> None:
    """The mode ``notified`` promises no more than that; the bound is wide for machines with other things to do."""
    writes, seen = race(url, "notified", 8)
    reads = [tuple(one) for reader in seen for one in reader["reads"]]
    assert sum(reader["checks"] for reader in seen) == 0
    assert any(one[2] == "hit" for one in reads)
    assert max(late(writes, reads), default=0.0) < 1.0  # type: ignore[arg-type]
