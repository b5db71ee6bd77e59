"""An import as tests begin and read it: into empty tables, and what is in them afterwards."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from fakes.databases import copy
from mhc_core import settings
from mhc_core.collection.importing import context
from mhc_core.collection.importing.conversations import import_conversations
from mhc_core.collection.importing.report import ImportReport
from mhc_core.db import engine as engines

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
TEN = datetime(2026, 2, 3, 10, tzinfo=UTC)
SECONDS = int(TEN.timestamp())
GRILL = [("user", "Do you bring the grill?"), ("agent", "Yes, grill and propane.")]


@pytest.fixture(scope="session")
def _imports(_server_url: str, _template: str) -> Iterator[sa.Engine]:
    with copy(_server_url, _template) as url:
        engine = engines.create(url)
        yield engine
        engine.dispose()


@pytest.fixture
def emptied(_imports: sa.Engine) -> sa.Engine:
    """A database without conversations."""
    with _imports.begin() as connection:
        connection.execute(sa.text("truncate ai.conversations cascade"))
    return _imports


def bring(engine: sa.Engine, path: Path, data: str | bytes | Any = None, **said: Any) -> ImportReport:
    if data is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        text = data if isinstance(data, str | bytes) else json.dumps(data)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    reading = context.reading(settings.load(), NOW, **said)
    return import_conversations(engine, path, NOW, path.parent / "rejects", reading=reading)


def whole(report: ImportReport, conversations: int = 1) -> ImportReport:
    assert (report.inserted, report.rejected, report.skipped) == (conversations, 0, []), report.reasons
    return report


def told(engine: sa.Engine) -> list[tuple[str, str]]:
    with engine.connect() as connection:
        rows = connection.execute(
            sa.text("""
                select role, content from ai.messages m join ai.conversations c on c.id = m.conversation_id
                order by c.started_at, c.source_id, position
            """)
        )
        return [(row.role, row.content) for row in rows]


def talk(engine: sa.Engine) -> Any:
    query = sa.text("select * from ai.conversations order by started_at limit 1")
    with engine.connect() as connection:
        return connection.execute(query).mappings().one()


def times(engine: sa.Engine) -> list[datetime]:
    with engine.connect() as connection:
        return list(connection.scalars(sa.text("select sent_at from ai.messages order by sent_at")))


def peak_memory(work: str, path: Path) -> int:
    """Bytes that ``work`` (Python, with the open ``file``) takes at most, in a process of its own: nothing else runs in
    it."""
    code = f"import sys, tracemalloc\nfile = open(sys.argv[1], 'rb')\n{work}\nprint(tracemalloc.get_traced_memory()[1])"
    environment = os.environ | {"PYTHONPATH": str(Path(settings.__file__).parents[1])}
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code, path],
        env=environment,
        check=True,
        capture_output=True,
        timeout=120,
    )
    return int(done.stdout)
