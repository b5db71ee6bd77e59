"""Conversations go in once, grow, and never take away what people or the system wrote."""

import csv
import gzip
import io
import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from fakes.places import SHARED

from mhc_core.collection.importing import reading as importer
from mhc_core.collection.importing.context import Reading
from mhc_core.collection.importing.conversations import import_conversations
from mhc_core.collection.importing.report import ImportReport
from mhc_core.db import engine as engines
from mhc_core.errors import DataError

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
START = datetime(2026, 2, 1, tzinfo=UTC)


@pytest.fixture
def engine(fresh_database_url: str) -> Iterator[sa.Engine]:
    engine = engines.create(fresh_database_url)
    yield engine
    engine.dispose()


def record(ident: str, turns: int = 2, **changes: Any) -> dict[str, Any]:
    start = START + timedelta(minutes=sum(ident.encode()))
    messages = [
        {
            "role": ("user", "assistant")[turn % 2],
            "content": f"{ident} says {turn}",
            "timestamp": (start + timedelta(seconds=turn)).isoformat(),
        }
        for turn in range(turns)
    ]
    return {"id": ident, "source": "shop", "channel": "web_chat", "messages": messages} | changes


def lines(*records: Any) -> bytes:
    return b"".join(r if isinstance(r, bytes) else json.dumps(r).encode() + b"\n" for r in records)


def bring(engine: sa.Engine, path: Path, data: bytes | None = None, now: datetime = NOW, **more: Any) -> ImportReport:
    if data is not None:
        path.write_bytes(data)
    report = import_conversations(engine, path, now, path.with_suffix(".rejects"), **more)
    assert report.read == report.inserted + report.updated + report.unchanged + report.rejected
    return report


def rejects(report: ImportReport) -> list[dict[str, Any]]:
    assert report.reject_file is not None
    return [json.loads(line) for line in report.reject_file.read_text().splitlines()]


def counts(report: ImportReport) -> tuple[int, int, int, int]:
    return report.inserted, report.updated, report.unchanged, report.rejected


def stored(engine: sa.Engine, table: str) -> list[Any]:
    with engine.connect() as connection:
        return list(connection.execute(sa.text(f"select *, xmin::text from ai.{table} order by id")).mappings())


def one(engine: sa.Engine, query: str, **values: Any) -> Any:
    with engine.begin() as connection:
        return connection.execute(sa.text(query), values).mappings().one()


def test_the_same_file_again_writes_no_row(engine: sa.Engine, tmp_path: Path) -> None:
    data = lines(*(record(f"c{n}", 4, feedback={"stars": 5}, booking_value_usd=600.1) for n in range(30)))
    first = bring(engine, tmp_path / "a.jsonl", data)
    assert counts(first) == (30, 0, 0, 0)
    assert (first.messages_inserted, first.feedback_inserted) == (120, 30)
    before = [stored(engine, table) for table in ("conversations", "messages", "feedback")]
    again = bring(engine, tmp_path / "a.jsonl", now=NOW + timedelta(days=3))
    assert counts(again) == (0, 0, 30, 0)
    assert [stored(engine, table) for table in ("conversations", "messages", "feedback")] == before


def test_without_times_the_first_import_decides(engine: sa.Engine, tmp_path: Path) -> None:
    def data(turns: int) -> bytes:
        messages = [{"role": "user", "content": f"turn {turn}"} for turn in range(turns)]
        return lines({"id": "t", "channel": "sms", "messages": messages, "feedback": {"vote": "up"}})

    date = datetime(2025, 5, 5, tzinfo=UTC)
    bring(engine, tmp_path / "a.jsonl", data(2), wanted="jsonl", reading=Reading(date))
    later = bring(engine, tmp_path / "a.jsonl", data(2), wanted="jsonl", now=NOW + timedelta(days=9))
    assert counts(later) == (0, 0, 1, 0)
    grown = bring(engine, tmp_path / "a.jsonl", data(4), wanted="jsonl", now=NOW + timedelta(days=10))
    assert (grown.updated, grown.messages_inserted, grown.messages_updated) == (1, 2, 0)
    talk = one(engine, "select * from ai.conversations")
    assert talk["started_at"] == date
    times = [row["sent_at"] for row in sorted(stored(engine, "messages"), key=lambda row: row["position"])]
    assert times == sorted(times)
    assert times[-1] == talk["last_message_at"] < date + timedelta(minutes=5)


def test_a_grown_conversation_adds_messages_and_an_outdated_one_changes_nothing(
    engine: sa.Engine, tmp_path: Path
) -> None:
    old, new = record("c", 2, status="active"), record("c", 5, outcome="booked", status="closed")
    bring(engine, tmp_path / "a.jsonl", lines(old))
    grown = bring(engine, tmp_path / "b.jsonl", lines(new), now=NOW + timedelta(hours=1))
    assert (counts(grown), grown.messages_inserted) == ((0, 1, 0, 0), 3)
    talk = one(engine, "select * from ai.conversations")
    assert (talk["status"], talk["outcome"], talk["updated_at"]) == ("closed", "booked", NOW + timedelta(hours=1))
    assert counts(bring(engine, tmp_path / "a.jsonl")) == (0, 0, 1, 0)
    assert dict(one(engine, "select * from ai.conversations")) == dict(talk)


def test_two_versions_in_one_file_end_with_the_longer_and_stay_so(engine: sa.Engine, tmp_path: Path) -> None:
    data = lines(record("c", 2), record("d"), record("c", 3, feedback={"stars": 2}), record("d"))
    assert counts(bring(engine, tmp_path / "a.jsonl", data)) == (2, 1, 1, 0)
    assert counts(bring(engine, tmp_path / "a.jsonl")) == (0, 0, 4, 0)
    assert len(stored(engine, "messages")) == 5


def test_edits_versions_scores_and_status_survive(engine: sa.Engine, tmp_path: Path) -> None:
    given = record("c", 2, feedback={"vote": "up"})
    given["messages"][1]["edit"] = {"content": "from the file", "by": "file"}
    given["messages"][1]["model"] = "file-model"
    bring(engine, tmp_path / "a.jsonl", lines(given))
    with engine.begin() as connection:
        connection.execute(
            sa.text(
                "update ai.messages set edited_content = 'by hand', edited_by = 'kim', model_version_id = 'live', "
                "knowledge_version_id = 'k1' where position = 1"
            )
        )
        connection.execute(sa.text("update ai.conversations set status = 'escalated', agent_id = 'a1'"))
        connection.execute(sa.text("update ai.feedback set score = 0.8"))
    given["messages"][1] |= {"content": "corrected", "edit": {"content": "another", "by": "file"}, "model": "m2"}
    report = bring(engine, tmp_path / "a.jsonl", lines(given))
    assert (counts(report), report.messages_updated) == ((0, 1, 0, 0), 1)
    message = one(engine, "select * from ai.messages where position = 1")
    assert message["content"] == "corrected"
    assert (message["edited_content"], message["edited_by"]) == ("by hand", "kim")
    assert (message["model_version_id"], message["knowledge_version_id"]) == ("live", "k1")
    talk = one(engine, "select * from ai.conversations")
    assert (talk["status"], talk["agent_id"]) == ("escalated", "a1")
    assert one(engine, "select score from ai.feedback")["score"] == pytest.approx(0.8)


def test_a_changed_vote_empties_its_score(engine: sa.Engine, tmp_path: Path) -> None:
    bring(engine, tmp_path / "a.jsonl", lines(record("c", feedback={"vote": "up"})))
    with engine.begin() as connection:
        connection.execute(sa.text("update ai.feedback set score = 0.8"))
    report = bring(engine, tmp_path / "a.jsonl", lines(record("c", feedback={"vote": "down"})))
    assert (report.updated, report.feedback_updated) == (1, 1)
    assert one(engine, "select vote, score from ai.feedback") == {"vote": "down", "score": None}


def test_a_finished_conversation_is_closed(engine: sa.Engine, tmp_path: Path) -> None:
    bring(engine, tmp_path / "a.jsonl", lines(record("c")))
    assert one(engine, "select status, channel from ai.conversations") == {"status": "closed", "channel": "web"}


def test_what_was_closed_here_is_not_opened_again_by_its_old_snapshot(engine: sa.Engine, tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    bring(engine, path, lines(record("idle", 1, status="active")))
    with engine.begin() as connection:
        connection.execute(sa.text("update ai.conversations set status = 'closed', outcome = 'abandoned'"))
    assert counts(bring(engine, path)) == (0, 0, 1, 0)
    assert counts(bring(engine, path, lines(record("idle", 3, status="active")))) == (0, 1, 0, 0)
    assert one(engine, "select status from ai.conversations")["status"] == "active"


def test_bad_lines_are_listed_without_their_text_and_the_rest_goes_in(engine: sa.Engine, tmp_path: Path) -> None:
    secret = "Alexis Miller"
    long = json.dumps(record("long", messages=[{"role": "user", "content": "x" * 10_000_001}])).encode() + b"\n"
    data = b"\xef\xbb\xbf" + lines(
        record("c1"),
        f'{{"id": "{secret}", "messages": Zoë}}\n'.encode("latin-1"),
        record("c2", channel=secret),
        long,
        f"{secret}\n".encode(),
        b"\n",
        b'["' + secret.encode() + b'"]\n',
        record("c3", meta={"note": "a\0b"}),
    )
    report = bring(engine, tmp_path / "a.jsonl", data)
    assert counts(report) == (2, 0, 0, 5)
    listed = rejects(report)
    assert sorted(entry["line"] for entry in listed) == [2, 3, 4, 5, 7]
    assert secret not in (report.reject_file or Path()).read_text()
    why = {entry["line"]: entry["reason"] for entry in listed}
    assert "UTF-8" in why[2]
    assert "unknown channel" in why[3]
    assert "longer than" in why[4]
    assert next(entry for entry in listed if entry["line"] == 4)["length"] == len(long) - 1
    assert report.notes["nul_removed"] == 1


def test_a_repaired_file_removes_its_reject_list(engine: sa.Engine, tmp_path: Path) -> None:
    report = bring(engine, tmp_path / "a.jsonl", lines(record("c"), b"{\n"))
    assert report.reject_file is not None
    assert bring(engine, tmp_path / "a.jsonl", lines(record("c"))).reject_file is None
    assert not report.reject_file.exists()


def test_truncated_gzip_gives_everything_before(engine: sa.Engine, tmp_path: Path) -> None:
    whole = gzip.compress(lines(*(record(f"c{n}") for n in range(400))))
    report = bring(engine, tmp_path / "a.jsonl.gz", whole[:-2000])
    assert report.rejected == 1
    assert 100 < report.inserted < 400
    assert "truncated" in rejects(report)[0]["reason"]
    completed = bring(engine, tmp_path / "a.jsonl.gz", whole)
    assert counts(completed) == (400 - report.inserted, 0, report.inserted, 0)


def test_an_empty_file_is_no_error(engine: sa.Engine, tmp_path: Path) -> None:
    assert counts(bring(engine, tmp_path / "a.jsonl", b"")) == (0, 0, 0, 0)
    assert counts(bring(engine, tmp_path / "a.csv", b"")) == (0, 0, 0, 0)


def test_what_the_server_refuses_is_found_among_the_others(
    engine: sa.Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    genuine = importer.parse

    def lax(given: dict[str, Any], *rest: Any) -> Any:
        parsed = genuine(given, *rest)
        broken = parsed.conversation._replace(channel="fax")
        return parsed._replace(conversation=broken) if given["id"] == "c37" else parsed

    monkeypatch.setattr(importer, "parse", lax)
    report = bring(engine, tmp_path / "a.jsonl", lines(*(record(f"c{n}") for n in range(100))))
    assert counts(report) == (99, 0, 0, 1)
    assert rejects(report)[0]["line"] == 38


def test_whatever_passes_the_parser_is_taken_by_the_server(engine: sa.Engine, tmp_path: Path) -> None:
    said = {"role": "user", "timestamp": "2026-02-01T00:00:00Z"}
    nested: Any = "end"
    for _ in range(100):
        nested = [nested]
    odd = [
        {"meta": {"": "", "big": 2**64 - 1, "float": 1e308, "tiny": 5e-324, "nul\0": "\0"}},
        {"meta": {"nested": nested, "half": "\ud800"}},
        {"messages": [said | {"content": "w" * 1_000_000, "confidence": 1e-300}]},
        {"messages": [said | {"content": " ".join(chr(0x20000 + n) for n in range(60_000))}]},
        {"messages": [said | {"content": "\\N\t\r\x01\\. \u2028", "timestamp": "0001-01-01T00:00:00Z"}]},
        {"messages": [said | {"content": "late", "timestamp": "9999-12-31T23:59:59Z"}]},
        {"booking_value_usd": "99999998.99999999", "customer_id": "\U0001f600" * 400, "thread_id": "\\N"},
        {"booking_value_usd": 1e-9, "feedback": {"comment": "\t", "stars": "1"}, "satisfaction": 1e308},
        {"source": "\U0001f600" * 100, "meta": {"intent": 1}, "intent": ["a"]},
    ]
    report = bring(engine, tmp_path / "a.jsonl", lines(*(record(f"c{n}", **more) for n, more in enumerate(odd))))
    assert counts(report) == (len(odd), 0, 0, 0), report.reject_file and report.reject_file.read_text()
    assert counts(bring(engine, tmp_path / "a.jsonl")) == (0, 0, len(odd), 0)


def test_a_live_conversation_is_never_taken_over(engine: sa.Engine, tmp_path: Path) -> None:
    with engine.begin() as connection:
        connection.execute(
            sa.text(
                "insert into ai.conversations (id, source, source_id, channel, started_at, last_message_at) "
                "values (gen_random_uuid(), 'shop', 'c2', 'sms', :now, :now)"
            ),
            {"now": NOW},
        )
    report = bring(engine, tmp_path / "a.jsonl", lines(record("c1"), record("c2", feedback={"stars": 1}), record("c3")))
    assert counts(report) == (2, 0, 0, 1)
    assert rejects(report)[0]["line"] == 2


def test_two_imports_of_one_file_at_once(engine: sa.Engine, tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(lines(*(record(f"c{n}", 3, feedback={"stars": 3}) for n in range(1500))))
    reports: list[ImportReport] = []

    def run(name: str) -> None:
        reports.append(import_conversations(engine, path, NOW, tmp_path / name))

    threads = [threading.Thread(target=run, args=(name,)) for name in ("r1", "r2")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(report.inserted for report in reports) == 1500
    assert sum(report.messages_inserted for report in reports) == 4500
    assert [report.rejected + report.updated for report in reports] == [0, 0]


def test_openai_chat_and_utf_16(engine: sa.Engine, tmp_path: Path) -> None:
    chat = {"messages": [{"role": "user", "content": "price für 10?"}, {"role": "assistant", "content": "550"}]}
    data = (json.dumps(chat, ensure_ascii=False) + "\n").encode("utf-16")
    assert counts(bring(engine, tmp_path / "a.jsonl", data)) == (1, 0, 0, 0)
    assert counts(bring(engine, tmp_path / "b.jsonl", lines(chat), now=NOW + timedelta(days=1))) == (0, 0, 1, 0)
    assert one(engine, "select source, channel from ai.conversations") == {"source": "import", "channel": "web"}
    assert one(engine, "select content from ai.messages where position = 0")["content"] == "price für 10?"


def table(header: str, *rows: list[str], delimiter: str = ",") -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter)
    writer.writerow(header.split())
    writer.writerows(rows)
    return text.getvalue().encode()


def test_csv_in_any_order(engine: sa.Engine, tmp_path: Path) -> None:
    data = table(
        "chat_id sender message sent_at channel customer csat mood",
        ["b", "customer", "hi\nthere, \"chef\"", "2026-02-02T10:00:00Z", "sms", "u2", "", "glad"],
        ["a", "bot", "550 USD", "2026-02-01T10:00:05Z", "web", "u1", "5", ""],
        ["b", "bot", "hello", "2026-02-02T10:00:01Z", "", "", "", ""],
        ["a", "user", "price?", "2026-02-01T10:00:00Z", "web", "u1", "", ""],
        delimiter=";",
    )  # fmt: skip
    assert counts(bring(engine, tmp_path / "a.csv", data, source="crm")) == (2, 0, 0, 0)
    assert counts(bring(engine, tmp_path / "a.csv", source="crm", now=NOW + timedelta(days=2))) == (0, 0, 2, 0)
    with engine.connect() as connection:
        rows = connection.execute(
            sa.text(
                "select c.source_id, c.channel, c.customer_id, m.role, m.content, m.message_metadata ->> 'mood' "
                "from ai.conversations c join ai.messages m on m.conversation_id = c.id "
                "order by c.source_id, m.position"
            )
        ).all()
    assert [tuple(row) for row in rows] == [
        ("a", "web", "u1", "user", "price?", None),
        ("a", "web", "u1", "assistant", "550 USD", None),
        ("b", "sms", "u2", "user", 'hi\nthere, "chef"', "glad"),
        ("b", "sms", "u2", "assistant", "hello", None),
    ]
    assert one(engine, "select stars from ai.feedback") == {"stars": 5}


def test_csv_rows_that_can_not_be_read(engine: sa.Engine, tmp_path: Path) -> None:
    data = (
        b"conversation_id,role,content,channel\n"
        b"a,user,fine,web\n"
        b"b,user,Zo\xeb,web\n"
        b"c,user,one,two,three\n"
        b",user,nobody,web\n"
        b"d,user,hi,pigeon\n"
        b'e,user,"never closed,web\n'
    )
    report = bring(engine, tmp_path / "a.csv", data)
    assert counts(report) == (2, 0, 0, 4)
    assert sorted(entry["line"] for entry in rejects(report)) == [4, 5, 6, 7]
    assert one(engine, "select content from ai.messages where content like 'Z%'")["content"] == "Zoë"
    with pytest.raises(DataError, match="role"):
        bring(engine, tmp_path / "b.csv", b"conversation_id,content\na,b\n")


@pytest.mark.parametrize(("name", "conversations", "messages"), [("food_tm4", 1873, 6974)])
def test_real_conversations(engine: sa.Engine, tmp_path: Path, name: str, conversations: int, messages: int) -> None:
    path = SHARED / f"conversations_{name}.jsonl.gz"
    if not path.exists():
        pytest.skip(f"{path.name} is not on this machine")
    report = import_conversations(engine, path, NOW, tmp_path / "rejects")
    assert (counts(report), report.messages_inserted) == ((conversations, 0, 0, 0), messages)
    assert report.per_second > 200
    assert counts(import_conversations(engine, path, NOW, tmp_path / "rejects")) == (0, 0, conversations, 0)
