"""The inbox: every new file once, growing files in full, feedback after its conversations."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import fsspec
import pytest
import sqlalchemy as sa

from mhc_core.collection.importing.inbox import Collected, collect
from mhc_core.db import engine as engines

NOW = datetime(2026, 3, 1, 1, tzinfo=UTC)


@pytest.fixture
def engine(fresh_database_url: str) -> Iterator[sa.Engine]:
    engine = engines.create(fresh_database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "inbox"
    folder.mkdir()
    return folder


def talk(ident: str) -> str:
    message = {"role": "user", "content": "hi", "timestamp": "2026-02-01T00:00:00Z"}
    return json.dumps({"id": ident, "channel": "sms", "messages": [message]}) + "\n"


def look(engine: sa.Engine, folder: Path | str, days: int = 0) -> Collected:
    uri = folder.as_uri() if isinstance(folder, Path) else folder
    rejects = Path(folder).parent / "rejects" if isinstance(folder, Path) else Path("/nonexistent")
    return collect(engine, uri, NOW + timedelta(days=days), rejects)


def count(engine: sa.Engine, table: str) -> Any:
    with engine.connect() as connection:
        return connection.scalar(sa.text(f"select count(*) from ai.{table}"))


def test_each_file_once_and_a_growing_one_until_it_is_whole(engine: sa.Engine, folder: Path) -> None:
    assert look(engine, folder / "missing") == Collected((), 0, {})
    growing = folder / "today.jsonl"
    growing.write_text(talk("a") + talk("b")[:20])
    (folder / "other.csv").write_text("conversation_id,role,content,channel\nx,user,hi,web\n")
    (folder / ".hidden.jsonl").write_text(talk("hidden"))
    (folder / "upload.jsonl.part").write_text(talk("part"))
    first = look(engine, folder)
    assert [(Path(r.file).name, r.inserted, r.rejected) for r in first.reports] == [
        ("other.csv", 1, 0),
        ("today.jsonl", 1, 1),
    ]
    assert look(engine, folder, 1) == Collected((), 2, {})
    growing.write_text(talk("a") + talk("b") + talk("c"))
    grown = look(engine, folder, 2)
    assert [(r.inserted, r.unchanged, r.rejected) for r in grown.reports] == [(2, 1, 0)]
    assert grown.known == 1
    assert count(engine, "conversations") == 4


def test_feedback_waits_for_its_conversation(engine: sa.Engine, folder: Path) -> None:
    (folder / "feedback-1.jsonl").write_text('{"conversation_id": "a", "vote": "up"}\n')
    assert [report.rejected for report in look(engine, folder).reports] == [1]
    (folder / "z.jsonl").write_text(talk("a"))
    assert [report.rejected for report in look(engine, folder, 1).reports] == [0, 0]
    assert count(engine, "feedback") == 1
    assert look(engine, folder, 2).known == 2


def test_a_file_that_can_not_be_read_does_not_stop_the_others(engine: sa.Engine, folder: Path) -> None:
    (folder / "a.csv").write_text("no,such,columns\n1,2,3\n")
    (folder / "b.jsonl").write_text(talk("b"))
    for days in (0, 1):
        found = look(engine, folder, days)
        assert "conversation_id" in found.failed["a.csv"]
    assert count(engine, "conversations") == 1


def test_any_filesystem(engine: sa.Engine) -> None:
    memory = fsspec.filesystem("memory")
    memory.pipe("/inbox-test/a.jsonl", talk("a").encode())
    try:
        assert [report.inserted for report in look(engine, "memory://inbox-test").reports] == [1]
        assert look(engine, "memory://inbox-test").known == 1
    finally:
        memory.rm("/inbox-test", recursive=True)
