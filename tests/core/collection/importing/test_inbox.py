"""The inbox: every new file once, growing files in full, feedback after its conversations."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import fsspec
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mhc_core.collection.importing import inbox
from mhc_core.collection.importing.inbox import Collected, collect, pending
from mhc_core.db import engine as engines

NOW = datetime(2026, 3, 1, 1, tzinfo=UTC)
ENDINGS = (".jsonl", ".json", ".csv", ".tsv", ".txt", ".mbox", ".zip", ".xlsx", ".xls", ".gz", ".eml", "")
PIECES = (
    b"conversation_id,role,content,channel\n", b"a,user,hi,web\n", b'"', b",", b";", b"\r", b"\n", b"\0",
    b"\xff\xfe", b"PK\x03\x04", b"\x1f\x8b", b"From a@b Wed Oct 01 10:00:00 2025\n", b"From: a@b\n", b"\xef\xbb\xbf",
    b"sep=;\n", b'{"id": "a", "channel": "web", "messages": [', b'{"role": "user", "content": "x"}', b"]}", b"[", b"{",
    b"\\", b"\xe9", b'"participants": ["A", "B"],', b'{"type": "conversation", "conversation_parts": 5}',
    b"[10/1/25, 10:00:12 AM] A: hi\n", b'{"type": "message", "ts": 5, "text": "x"}', b'{"helpdesk_ticket": null}',
    b'{"via": 1, "status": 2, "requester_id": 3, "comments": [4]}', b'{"messages": [], "inbox_id": 1, "meta": []}',
    b"1e400", b"NaN", b"null",
)  # fmt: skip
torn = st.lists(st.sampled_from(PIECES), max_size=12).map(b"".join)


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


def test_what_is_not_in_is_named_with_its_reason_until_it_is(engine: sa.Engine, folder: Path) -> None:
    (folder / "Dana Prewitt.pdf").write_bytes(b"%PDF-1.7 ...")
    (folder / "half.csv").write_text("conversation_id,role,content,channel\nx,user,hi,web\ny,boss,hi,web\n")
    (folder / "good.jsonl").write_text(talk("good"))
    (folder / "thread").mkdir()
    look(engine, folder)
    with engine.connect() as connection:
        found = pending(connection, folder.as_uri())
    assert [(file.name, file.reason.split(":")[0]) for file in found] == [
        ("Dana Prewitt.pdf", "a PDF"),
        ("half.csv", "1 conversations refused, 1 are in whole"),
        ("thread", "a folder is not looked into; put a zip archive of it here, or use `mhc import`"),
    ]
    assert "Dana" not in found[0].label
    assert found[0].label.startswith("a .pdf file (")
    (folder / "half.csv").write_text("conversation_id,role,content,channel\nx,user,hi,web\ny,user,hi,web\n")
    (folder / "Dana Prewitt.pdf").unlink()
    (folder / "thread").rmdir()
    look(engine, folder, 1)
    with engine.connect() as connection:
        assert pending(connection, folder.as_uri()) == []


def test_a_fault_of_the_importer_in_one_file_does_not_stop_the_others(
    engine: sa.Engine, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    genuine = inbox.import_conversations

    def faulty(engine: sa.Engine, uri: str, *rest: Any, **more: Any) -> Any:
        if uri.endswith("a.jsonl"):
            raise ZeroDivisionError(talk("secret"))
        return genuine(engine, uri, *rest, **more)

    monkeypatch.setattr(inbox, "import_conversations", faulty)
    (folder / "a.jsonl").write_text(talk("a"))
    (folder / "b.jsonl").write_text(talk("b"))
    found = look(engine, folder)
    assert found.failed == {"a.jsonl": "the importer failed on it (ZeroDivisionError): keep the file and report it"}
    assert count(engine, "conversations") == 1


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(st.sampled_from(ENDINGS), st.binary(max_size=400) | torn), min_size=1, max_size=4),
    st.integers(0, 10**9),
)
def test_no_file_of_any_bytes_raises_or_stops_another(
    engine: sa.Engine, tmp_path: Path, files: list[tuple[str, bytes]], number: int
) -> None:
    folder = tmp_path / f"inbox{number}"
    folder.mkdir(exist_ok=True)
    for place, (ending, data) in enumerate(files):
        (folder / f"{place}{ending}").write_bytes(data)
    (folder / "z.jsonl").write_text(talk(f"good{number}"))
    found = look(engine, folder)
    assert not [reason for reason in found.failed.values() if "importer failed" in reason]
    with engine.connect() as connection:
        stored = sa.text("select count(*) from ai.conversations where source_id = :id")
        assert connection.scalar(stored, {"id": f"good{number}"}) == 1


def test_what_is_said_of_the_files_stands_beside_them(engine: sa.Engine, folder: Path) -> None:
    header = "conversation_id,role,content,timestamp\n"
    (folder / "calls-7.csv").write_text(f"{header}a,customer,hi,2026-02-03 10:00\na,boss,hello,2026-02-03 10:01\n")
    (folder / "texts.csv").write_text(f"{header}b,customer,hi,2026-02-03 10:00\n")
    assert [(report.inserted, report.rejected) for report in look(engine, folder).reports] == [(0, 1), (0, 1)]
    assert look(engine, folder).known == 2
    options = folder / "import.toml"
    options.write_text(
        'channel = "sms"\ntimezone = "America/Los_Angeles"\n'
        '[[files]]\nmatch = "Calls-*"\nchannel = "phone"\nsource = "switch"\nrole = {Boss = "agent"}\n'
    )
    with engine.connect() as connection:
        assert inbox.has_new_files(connection, folder.as_uri())
    assert [(report.inserted, report.rejected) for report in look(engine, folder, 1).reports] == [(1, 0), (1, 0)]
    with engine.connect() as connection:
        rows = connection.execute(sa.text("select source, channel, started_at from ai.conversations order by 1")).all()
        roles = list(connection.scalars(sa.text("select role from ai.messages order by role")))
        assert pending(connection, folder.as_uri()) == []
        assert not inbox.has_new_files(connection, folder.as_uri())
    ten = datetime(2026, 2, 3, 18, tzinfo=UTC)
    assert [tuple(row) for row in rows] == [("import", "sms", ten), ("switch", "phone", ten)]
    assert roles == ["agent", "user", "user"]
    options.write_text('channel = "phone"\n')
    assert look(engine, folder, 2).known == 2  # what is whole stays


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("channel = sms", "no TOML"),
        ('chanel = "sms"', "chanel: Extra inputs"),
        ('timezone = "Pacific"', "timezone: is no time zone"),
        ('[[files]]\nchannel = "sms"', "files.0.match"),
        ('role = {Boss = "chief"}', "role.Boss"),
    ],
)
def test_nothing_is_imported_while_what_is_said_cannot_be_read(
    engine: sa.Engine, folder: Path, text: str, said: str
) -> None:
    (folder / "a.jsonl").write_text(talk("a"))
    (folder / "import.toml").write_text(text)
    found = look(engine, folder)
    assert said in found.failed["import.toml"]
    assert count(engine, "conversations") == 0
    with engine.connect() as connection:
        [named] = pending(connection, folder.as_uri())
    assert (named.name, said in named.reason) == ("import.toml", True)
