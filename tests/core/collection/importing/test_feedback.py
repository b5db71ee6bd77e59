"""Feedback files: about our message ids or about the source's own, once each, and nothing about what is not stored."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mhc_core.collection.importing.conversations import import_conversations
from mhc_core.collection.importing.feedback import _Feedback, check, import_feedback
from mhc_core.collection.importing.records import conversation_id, message_id
from mhc_core.collection.importing.reject import Rejected
from mhc_core.collection.importing.report import ImportReport
from mhc_core.db import engine as engines

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
LATER = NOW + timedelta(days=1)


@pytest.fixture
def engine(fresh_database_url: str, tmp_path: Path) -> Iterator[sa.Engine]:
    engine = engines.create(fresh_database_url)
    talk = [
        {"role": role, "content": "text", "timestamp": f"2026-02-01T10:0{index}:00Z"}
        for index, role in enumerate(["user", "assistant", "user", "assistant"])
    ]
    path = tmp_path / "talks.jsonl"
    ids = ("c1", "c2")
    path.write_text(
        "".join(
            json.dumps({"id": i, "source": "shop", "channel": "web", "messages": talk, "customer_id": "u"}) + "\n"
            for i in ids
        )
    )
    assert import_conversations(engine, path, NOW, tmp_path / "talks.rejects").inserted == 2
    yield engine
    engine.dispose()


def bring(engine: sa.Engine, path: Path, data: str, **more: Any) -> ImportReport:
    path.write_text(data)
    report = import_feedback(engine, path, LATER, path.with_suffix(".rejects"), **more)
    assert report.read == report.inserted + report.updated + report.unchanged + report.rejected
    return report


def counts(report: ImportReport) -> tuple[int, int, int, int]:
    return report.inserted, report.updated, report.unchanged, report.rejected


def rows(engine: sa.Engine) -> list[dict[str, Any]]:
    with engine.connect() as connection:
        return [dict(r) for r in connection.execute(sa.text("select * from ai.feedback order by source_id")).mappings()]


def test_json_lines_by_either_address(engine: sa.Engine, tmp_path: Path) -> None:
    conversation = conversation_id("shop", "c1")
    records = [
        {"message_id": str(message_id(conversation, 1)), "vote": "down", "comment": "wrong price"},
        {"conversation_id": "c1", "position": 3, "stars": "5", "at": "2026-02-03T00:00:00Z", "id": "f9"},
        {"conversation_id": "c2", "helpful": "yes", "accurate": False},
    ]
    data = "".join(json.dumps(record) + "\n" for record in records)
    assert counts(bring(engine, tmp_path / "f.jsonl", data, source="shop")) == (3, 0, 0, 0)
    on_one, on_three, overall = rows(engine)
    assert (on_one["vote"], on_one["message_id"], on_one["customer_id"]) == ("down", message_id(conversation, 1), "u")
    assert on_one["given_at"] == datetime(2026, 2, 1, 10, 1, tzinfo=UTC)
    assert (on_three["stars"], on_three["given_at"].day, on_three["message_id"]) == (5, 3, message_id(conversation, 3))
    assert (overall["helpful"], overall["accurate"], overall["message_id"]) == (True, False, None)
    assert overall["given_at"] == datetime(2026, 2, 1, 10, 3, tzinfo=UTC)
    before = rows(engine)
    assert counts(bring(engine, tmp_path / "f.jsonl", data, source="shop")) == (0, 0, 3, 0)
    assert rows(engine) == before


def test_a_change_of_mind_replaces_and_marks_the_conversation(engine: sa.Engine, tmp_path: Path) -> None:
    line = '{"conversation_id": "c1", "source": "shop", "position": 1, "vote": "%s"}\n'
    assert counts(bring(engine, tmp_path / "f.jsonl", line % "up" + line % "down")) == (1, 1, 0, 0)
    assert [row["vote"] for row in rows(engine)] == ["down"]
    with engine.connect() as connection:
        changed = connection.scalars(
            sa.text("select source_id from ai.conversations where updated_at = :at"), {"at": LATER}
        )
        assert list(changed) == ["c1"]


def test_one_message_under_both_addresses(engine: sa.Engine, tmp_path: Path) -> None:
    ident = message_id(conversation_id("shop", "c1"), 1)
    by_position = '{"conversation_id": "c1", "source": "shop", "position": 1, "stars": 4}\n'
    data = by_position + f'{{"message_id": "{ident}", "stars": 2}}\n'
    assert bring(engine, tmp_path / "f.jsonl", data).rejected == 0
    assert [row["stars"] for row in rows(engine)] == [2]


def test_csv(engine: sa.Engine, tmp_path: Path) -> None:
    header = "feedback_id,conversation_id,source,turn,rating,comment,given_at\n"
    data = header + "1,c1,shop,1,5,great,2026-02-02\n2,c1,shop,,1,,\n"
    assert counts(bring(engine, tmp_path / "f.csv", data)) == (2, 0, 0, 0)
    assert [(row["source_id"], row["stars"], row["comment"]) for row in rows(engine)] == [
        ("c1#1", 5, "great"),
        ("c1#2", 1, None),
    ]


def test_refusals_go_to_the_list_and_the_rest_goes_in(engine: sa.Engine, tmp_path: Path) -> None:
    bad = [
        '{"conversation_id": "c9", "source": "shop", "vote": "up"}',
        '{"conversation_id": "c1", "source": "shop", "position": 77, "vote": "up"}',
        '{"message_id": "5b1f4a6e-0000-4000-8000-000000000000", "vote": "up"}',
        '{"conversation_id": "c1", "source": "shop"}',
        '{"vote": "up"}',
        '{"conversation_id": "c1", "source": "shop", "vote": "Alexis Miller"}',
        '{"conversation_id": "c1", "source": "shop", "stars": 6}',
        "vote up",
    ]
    good = '{"conversation_id": "c1", "source": "shop", "vote": "up"}'
    report = bring(engine, tmp_path / "f.jsonl", "\n".join([*bad, good]))
    assert counts(report) == (1, 0, 0, len(bad))
    assert report.reject_file is not None
    listed = report.reject_file.read_text()
    assert sorted(json.loads(line)["line"] for line in listed.splitlines()) == list(range(1, len(bad) + 1))
    assert "Miller" not in listed


def test_without_a_conversation_the_messages_own_id_or_customer_and_time_find_the_answer(
    engine: sa.Engine, tmp_path: Path
) -> None:
    talk = {"id": "c3", "source": "crm", "channel": "web", "customer_id": "ann"}
    times = ("2026-02-10T09:00:00Z", "2026-02-10T09:01:00Z", "2026-02-10T09:05:00Z", "2026-02-10T09:06:00Z")
    talk["messages"] = [  # type: ignore[assignment]
        {"role": role, "content": "text", "timestamp": at, "id": f"m{index}"}
        for index, (role, at) in enumerate(zip(["user", "assistant"] * 2, times, strict=True))
    ]
    path = tmp_path / "more.jsonl"
    path.write_text(json.dumps(talk) + "\n")
    import_conversations(engine, path, NOW, tmp_path / "more.rejects")
    records = [
        {"message_id": "m3", "helpful": False, "id": "a"},
        {"customer_id": "ann", "at": "2026-02-10T09:04:00Z", "stars": 2, "id": "b"},
        {"customer_id": "ann", "at": "2026-02-12T00:00:00Z", "vote": "up", "id": "c"},
        {"customer_id": "ann", "at": "2026-02-10T09:00:30Z", "vote": "up"},
        {"customer_id": "ann", "at": "2026-02-18T00:00:00Z", "vote": "up"},
        {"customer_id": "ann", "vote": "up"},
        {"message_id": "m3", "source": "shop", "vote": "up"},
    ]
    report = bring(engine, tmp_path / "f.jsonl", "".join(json.dumps(record) + "\n" for record in records))
    assert counts(report) == (3, 0, 0, 4)
    assert report.reasons[0].line == 4
    assert "no answer" in report.reasons[0].text
    conversation = conversation_id("crm", "c3")
    assert {row["source_id"]: row["message_id"] for row in rows(engine)} == {
        "c3#a": message_id(conversation, 3),
        "c3#b": message_id(conversation, 1),
        "c3#c": message_id(conversation, 3),
    }


def test_an_id_that_several_messages_came_with_is_refused_without_a_source(engine: sa.Engine, tmp_path: Path) -> None:
    for source in ("one", "two"):
        talk = {
            "id": "c",
            "source": source,
            "channel": "web",
            "messages": [{"role": "agent", "content": "x", "id": "7"}],
        }
        path = tmp_path / f"{source}.jsonl"
        path.write_text(json.dumps(talk) + "\n")
        import_conversations(engine, path, NOW, tmp_path / "x.rejects")
    lines = '{"message_id": "7", "vote": "up"}\n{"message_id": "7", "source": "two", "vote": "down"}\n'
    report = bring(engine, tmp_path / "f.jsonl", lines)
    assert counts(report) == (1, 0, 0, 1)
    assert "several" in report.reasons[0].text
    assert [row["message_id"] for row in rows(engine)] == [message_id(conversation_id("two", "c"), 0)]


fields = st.sampled_from([*_Feedback.model_fields])
values = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(["up", "5", "yes", ""])


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(fields, values | st.lists(values, max_size=2)))
def test_any_record_is_taken_or_refused(record: dict[str, Any]) -> None:
    taken: _Feedback | Rejected
    try:
        taken = check(record)
    except Rejected as refusal:
        taken = refusal
    if isinstance(taken, Rejected):
        assert "\n" not in str(taken)
        return
    assert taken.vote in (None, "up", "down")
    assert taken.stars in (None, 1, 2, 3, 4, 5)
