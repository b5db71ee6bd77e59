"""What a person is shown: complete, and harmless to open."""

import gzip
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path
from uuid import UUID

import orjson
import sqlalchemy as sa
from fakes.stored import NOW, WordEmbedder, opinion, say, talk

from mhc_core.db.queries import examples as queries
from mhc_core.db.queries import installation, redaction
from mhc_core.db.rows.examples import Example
from mhc_core.privacy import export, retention, sources
from mhc_core.pseudonyms import customer_hash

PERSON = "person-1"
EVIL = "<script>alert('x')</script><img src=x onerror=alert(1)>"


def _hold(connection: sa.Connection, url_of: str = PERSON) -> UUID:
    conversation, (asked, answered) = talk(
        connection,
        say("user", f"word-question {EVIL}", message_metadata={"note": f"word-note {EVIL}"}),
        say("assistant", "word-answer", edited_content="word-edited", edit_reason="word-reason"),
        customer_id=url_of,
        thread_id="word-thread",
        channel_metadata={f"word-key {EVIL}": "word-value"},
    )
    opinion(connection, conversation, answered, customer_id=url_of, vote="up", comment=f"word-comment {EVIL}")
    hashed = customer_hash(installation.salt(connection), url_of)
    example = Example(
        id=UUID(int=7), conversation_id=conversation, question_message_id=asked, answer_message_id=answered,
        customer_hash=hashed, day=NOW.date(), channel="web", intent="menu", origin="score", question="word-scrubbed",
        answer="word-learned", context=(), quality=0.9, confidence=None, vote=None, findings={}, risk="none",
        content_sha256="0",
    )  # fmt: skip
    queries.save(connection, [example], WordEmbedder().embed(["word"]), WordEmbedder.id)
    item = connection.scalar(
        sa.text("insert into ai.review_items (example_id, priority, reasons) values (:id, 1, '{}') returning id"),
        {"id": example.id},
    )
    connection.execute(
        sa.text(
            "insert into ai.review_decisions (item_id, decision, reason, decided_by, decided_at)"
            " values (:item, 'approve', 'word-decision', 'Ann', :now)"
        ),
        {"item": item, "now": NOW},
    )
    return conversation


WORDS = (
    "question", "note", "answer", "edited", "reason", "thread", "key", "value", "comment", "scrubbed", "learned",
    "decision",
)  # fmt: skip


def test_everything_is_in_both_files_and_nobody_elses(connection: sa.Connection) -> None:
    _hold(connection)
    talk(connection, say("user", "word-of-another"), customer_id="person-2")
    document = export.collect(connection, PERSON, "Ann", NOW)
    for content in (export.as_json(document).decode(), export.as_html(document).decode()):
        assert [word for word in WORDS if f"word-{word}" not in content] == []
        assert "word-of-another" not in content
    held = orjson.loads(export.as_json(document))["held"]
    assert {kind: len(rows) for kind, rows in held.items() if rows} == {
        "conversations": 1, "messages": 2, "feedback": 1, "training_examples": 1, "review_decisions": 1,
    }  # fmt: skip
    logged = connection.scalar(sa.text("select details::text from ai.audit_log where action = 'privacy.exported'"))
    assert "word" not in logged


def test_the_page_runs_nothing(connection: sa.Connection) -> None:
    _hold(connection)
    page = export.as_html(export.collect(connection, f"{PERSON}", "Ann", NOW)).decode()
    tags: set[str] = set()

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            tags.add(tag)
            assert not [name for name, _ in attrs if name.startswith("on")]

    Reader().feed(page)
    assert tags == {"html", "head", "meta", "title", "style", "body", "h1", "h2", "p", "dl", "dt", "dd"}
    assert "default-src 'none'" in page
    assert "<script>" not in export.as_html(export.collect(connection, EVIL, "Ann", NOW)).decode()


def test_nothing_held_is_said_with_empty_lists(connection: sa.Connection) -> None:
    document = export.collect(connection, "nobody", "Ann", NOW)
    assert not any(document["held"].values())


def test_what_is_past_its_retention_is_still_found(connection: sa.Connection) -> None:
    conversation = _hold(connection)
    connection.execute(
        sa.text("update ai.conversations set last_message_at = '2020-01-01' where id = :i"), {"i": conversation}
    )
    assert retention.due(connection, 30, NOW).conversations == 1
    redaction.redact_old(connection, NOW - timedelta(days=30), 10)
    held = export.collect(connection, PERSON, "Ann", NOW)["held"]
    assert len(held["conversations"]) == 1
    assert {row["content"] for row in held["messages"]} == {""}


def test_inbox_files_that_hold_the_customer_are_named(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"customer_id": "person-1"}')
    (tmp_path / "b.jsonl").write_text('{"customer_id": "person-2"}')
    (tmp_path / "c.jsonl.gz").write_bytes(gzip.compress(b"x" * 3_000_000 + b'{"customer_id": "person-1"}'))
    (tmp_path / "d.jsonl.gz").write_bytes(b"no archive")
    assert sources.holding(tmp_path.as_uri(), PERSON) == ["a.jsonl", "c.jsonl.gz"]
    assert sources.holding((tmp_path / "none").as_uri(), PERSON) == []
