"""What is stored depends on what was said: on no order of rows, no encoding, and no splitting into files."""

import csv
import io
import json
import zipfile
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from fakes.databases import copy
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from mhc_core.collection.importing.context import Reading
from mhc_core.collection.importing.conversations import import_conversations
from mhc_core.db import engine as engines

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
START = datetime(2026, 2, 1, tzinfo=UTC)
HEADER = ["conversation_id", "channel", "customer_id", "role", "content", "timestamp"]
few = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
words = st.text(st.sampled_from("ab ,;|\t\"'\n-éñ€–/=@\r"), min_size=1, max_size=30).map(
    lambda text: "\n".join(line.strip() for line in text.replace("\r", "\n").split("\n")).strip() or "x"
)
talks = st.lists(
    st.lists(st.tuples(st.sampled_from(["user", "assistant", "agent"]), words), min_size=1, max_size=5),
    min_size=1,
    max_size=4,
)
Talks = list[list[tuple[str, str]]]


@pytest.fixture(scope="module")
def engine(_server_url: str, _template: str) -> Iterator[sa.Engine]:
    with copy(_server_url, _template) as url:
        engine = engines.create(url)
        yield engine
        engine.dispose()


def stored(engine: sa.Engine, path: Path) -> list[Any]:
    """All that an import of ``path`` into an empty database leaves there."""
    with engine.begin() as connection:
        connection.execute(sa.text("truncate ai.conversations cascade"))
    report = import_conversations(engine, path, NOW, path.parent / "rejects", reading=Reading(NOW, "shop"))
    assert (report.rejected, report.skipped) == (0, []), (report.reasons, report.skipped)
    with engine.connect() as connection:
        return list(
            connection.execute(
                sa.text("""
                    select c.id, c.channel, c.customer_id, c.started_at, c.last_message_at, m.id, m.position, m.role,
                           m.content, m.sent_at
                    from ai.conversations c join ai.messages m on m.conversation_id = c.id order by c.id, m.position
                """)
            )
        )


def rows(said: Talks) -> list[list[str]]:
    return [
        [f"c{number}", "sms", f"+1510555{number:04}", role, text,
         (START + timedelta(days=number, seconds=place)).isoformat()]
        for number, talk in enumerate(said)
        for place, (role, text) in enumerate(talk)
    ]  # fmt: skip


def table(some: Sequence[Sequence[str]], delimiter: str = ",", ends: str = "\r\n") -> str:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, lineterminator=ends).writerows([HEADER, *some])
    return text.getvalue()


@few
@given(talks, st.randoms(use_true_random=False))
def test_no_order_of_rows_changes_what_is_stored(engine: sa.Engine, tmp_path: Path, said: Talks, chance: Any) -> None:
    path, given_rows = tmp_path / "a.csv", rows(said)
    path.write_text(table(given_rows), "utf-8", newline="")
    expected = stored(engine, path)
    assert len(expected) == len(given_rows)
    chance.shuffle(given_rows)
    path.write_text(table(given_rows), "utf-8", newline="")
    assert stored(engine, path) == expected


@few
@given(
    talks,
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"]),
    st.sampled_from(",;\t|"),
    st.sampled_from(["\n", "\r\n"]),
)
def test_no_encoding_delimiter_or_line_end_changes_what_is_stored(
    engine: sa.Engine, tmp_path: Path, said: Talks, encoding: str, delimiter: str, ends: str
) -> None:
    path, data = tmp_path / "a.csv", table(rows(said), delimiter, ends).encode(encoding)
    assume(encoding != "cp1252" or data.isascii() or not valid_utf8(data))  # nobody can tell then
    path.write_text(table(rows(said)), "utf-8", newline="")
    expected = stored(engine, path)
    path.write_bytes(data)
    assert stored(engine, path) == expected
    lines = tmp_path / "a.jsonl"
    lines.write_bytes(as_lines(rows(said)).encode(encoding if encoding != "cp1252" else "utf-8"))
    assert stored(engine, lines) == expected


def valid_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def as_lines(some: Sequence[Sequence[str]]) -> str:
    found: dict[str, dict[str, Any]] = {}
    for ident, channel, customer, role, content, timestamp in some:
        talk = found.setdefault(ident, {"id": ident, "channel": channel, "customer_id": customer, "messages": []})
        talk["messages"].append({"role": role, "content": content, "timestamp": timestamp})
    return "".join(json.dumps(talk, ensure_ascii=False) + "\n" for talk in found.values())


@few
@given(talks, st.lists(st.integers(0, 2), min_size=20, max_size=20), st.booleans())
def test_no_splitting_into_files_changes_what_is_stored(
    engine: sa.Engine, tmp_path: Path, said: Talks, files: list[int], zipped: bool
) -> None:
    path, given_rows = tmp_path / "whole.csv", rows(said)
    path.write_text(table(given_rows), "utf-8", newline="")
    expected = stored(engine, path)
    parts = [[row for row, file in zip(given_rows, files, strict=False) if file == number] for number in range(3)]
    archive = tmp_path / "parts.zip"
    folder = tmp_path / "parts"
    folder.mkdir(exist_ok=True)
    with zipfile.ZipFile(archive, "w") as packed:
        for number, part in enumerate(parts):
            (folder / f"{number}.csv").write_text(table(part), "utf-8", newline="")
            packed.writestr(f"{number}.csv", table(part))
    assert stored(engine, archive if zipped else folder) == expected


def test_the_next_part_of_a_log_goes_on_where_the_last_one_ended(engine: sa.Engine, tmp_path: Path) -> None:
    given_rows = rows([[("user", "one"), ("agent", "two"), ("user", "three"), ("agent", "four")]])
    whole, first, second = (tmp_path / name for name in ("whole.csv", "first.csv", "second.csv"))
    whole.write_text(table(given_rows))
    expected = stored(engine, whole)
    first.write_text(table(given_rows[:2]))
    second.write_text(table(given_rows[1:]))
    stored(engine, first)
    for _ in range(2):
        report = import_conversations(engine, second, NOW, tmp_path / "rejects", reading=Reading(NOW, "shop"))
        assert report.rejected == 0
    with engine.connect() as connection:
        texts = list(connection.scalars(sa.text("select content from ai.messages order by position")))
    assert texts == ["one", "two", "three", "four"]
    assert len(expected) == 4


def test_a_namesake_never_overwrites(engine: sa.Engine, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(table(rows([[("user", "gate code is 4411"), ("agent", "thanks")]])))
    before = stored(engine, path)
    at = (START + timedelta(days=9)).isoformat()
    for other in (
        ["c0", "sms", "+15105559999", "user", "shellfish?", at],
        ["c0", "email", "+15105550000", "user", "shellfish?", at],
        ["c0", "sms", "", "user", "shellfish?", (START - timedelta(days=9)).isoformat()],
    ):
        path.write_text(table([other]))
        report = import_conversations(engine, path, NOW, tmp_path / "rejects", reading=Reading(NOW, "shop"))
        assert (report.rejected, report.updated) == (1, 0)
        assert "--source" in report.reasons[0].text
    with engine.connect() as connection:
        assert connection.scalar(sa.text("select count(*) from ai.messages")) == len(before)
