"""Old raw text goes; what was learned from it, and everything younger, stays."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from fakes import forgotten
from fakes.forgotten import CANARY, EMBEDDER, NOW, VICTIM
from fakes.stored import say, talk

from mhc_core.db import engine as engines
from mhc_core.db.queries import collection, dataset, installation, scoring
from mhc_core.db.queries import examples as example_queries
from mhc_core.privacy import retention
from mhc_core.pseudonyms import customer_hash

DAYS = 30


@pytest.fixture
def old(fresh_database_url: str, tmp_path: Path) -> Iterator[sa.Engine]:
    """An installation whose conversations are three months old, and one of today."""
    engine = engines.create(fresh_database_url)
    forgotten.populate(engine, tmp_path)
    with engine.begin() as connection:
        talk(connection, say("user", "today's question"), at=NOW - timedelta(days=1), customer_id="young")
        connection.execute(
            sa.text("""
                insert into ai.conversation_scores (conversation_id, score, scorer, scored_at, scrubber, scrubbed_at)
                select id, 0.9, 'old', :now, 'old', :now from ai.conversations
            """),
            {"now": NOW},
        )
    yield engine
    engine.dispose()


def _rows(engine: sa.Engine, table: str) -> list[str]:
    with engine.connect() as connection:
        return sorted(connection.scalars(sa.text(f"select t::text from ai.{table} t")))


def test_old_text_goes_and_what_was_derived_stays(old: sa.Engine, tmp_path: Path) -> None:
    derived = ("training_examples", "conversation_scores", "dataset_members", "knowledge_chunks", "review_decisions")
    before = {table: _rows(old, table) for table in derived}
    with old.connect() as connection:
        due = retention.due(connection, DAYS, NOW)
        assert connection.scalar(sa.text("select count(*) from ai.messages where content = ''")) == 0
    assert due == (25, 100, 25, 1)
    with old.begin() as connection:
        connection.execute(
            sa.text("""
                insert into ai.scrub_marks (message_id, kind, type, start, "end", marked_by, marked_at)
                select id, 'missed', 'PERSON', 0, 1, 'Ann', now() from ai.messages
            """)
        )
    assert retention.apply(old, DAYS, NOW) == due
    assert {table: _rows(old, table) for table in derived} == before
    with old.begin() as connection:  # the title of a learned article that was cited is scrubbed text
        connection.execute(sa.text("update ai.messages set citations = '[]'"))
    for table in ("messages", "feedback"):
        assert not [row for row in _rows(old, table) if CANARY in row]
    assert not [row for row in _rows(old, "conversations") if VICTIM in row or "thread" in row]
    with old.connect() as connection:
        hashed = customer_hash(installation.salt(connection), VICTIM)
        row = connection.execute(sa.text("select * from ai.conversations where customer_id = :h"), {"h": hashed}).one()
        assert (row.outcome, row.started_at) == ("booked", forgotten.THEN)
        young = connection.execute(
            sa.text("select content from ai.messages m join ai.conversations c on c.id = m.conversation_id"
                    " where c.customer_id = 'young'")
        ).scalar_one()  # fmt: skip
        assert young == "today's question"
        assert connection.scalar(sa.text("select count(*) from ai.scrub_marks")) == 1


def test_again_changes_nothing_and_batches_add_up(old: sa.Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "AT_ONCE", 7)
    assert retention.apply(old, DAYS, NOW).conversations == 25
    before = {table: _rows(old, table) for table in ("conversations", "messages", "feedback", "audit_log")}
    assert retention.apply(old, DAYS, NOW) == (0, 0, 0, 0)
    assert {table: _rows(old, table) for table in before} == before


def test_emptied_conversations_come_neither_to_scoring_nor_back_by_import(old: sa.Engine, tmp_path: Path) -> None:
    retention.apply(old, DAYS, NOW)
    with old.begin() as connection:
        connection.execute(sa.text("update ai.feedback set score = 0.4"))
        connection.execute(sa.text("update ai.messages set citations = '[]'"))
    with old.connect() as connection:
        day = forgotten.THEN.date()
        assert scoring.pending(connection, day, "a new scorer") == []
        assert collection.days_with_work(connection, "old", "a new scrubber") == [(NOW - timedelta(days=1)).date()]
        verified = len(dataset.verified(connection, EMBEDDER.id))
        waiting = example_queries.waiting(connection, day, "a new scrubber", 0.8, 0.7)
    assert all(message.content == "" for found in waiting for message in found.messages)
    assert verified == 50
    report = forgotten.bring_in(old, tmp_path, forgotten.RECORDS)
    assert (report.read, report.erased) == (25, 25)
    assert not [row for row in _rows(old, "messages") if CANARY in row]


def test_who_is_past_retention_can_still_be_erased(old: sa.Engine, tmp_path: Path) -> None:
    retention.apply(old, DAYS, NOW)
    made = forgotten.forgetter(old, tmp_path).erase(VICTIM, "Ann", NOW).certificate
    assert (made["counts"]["conversations"], made["counts"]["training_examples"]) == (1, 2)
    assert forgotten.found_in(old, tmp_path) == []


def test_the_day_counts_from_the_last_message(connection: sa.Connection) -> None:
    def last(at: datetime) -> None:
        talk(connection, say("user", "x"), at=at)

    last(NOW - timedelta(days=DAYS, seconds=1))
    last(NOW - timedelta(days=DAYS) + timedelta(seconds=1))
    assert retention.due(connection, DAYS, NOW).conversations == 1
