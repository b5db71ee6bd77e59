"""The day after an event its customer is asked how it was, once, where they can be reached."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID

import orjson
import pytest
import sqlalchemy as sa
from fakes.stored import say, talk
from typer.testing import CliRunner

from mhc_core.business import pricing
from mhc_core.db import engine as engines
from mhc_core.db.queries import bookings
from mhc_core.db.queries import surveys as queries
from mhc_core.db.queries.privacy import REDACTED
from mhc_core.errors import NotFound
from mhc_core.feedback.links import Purpose
from mhc_core.settings import Settings
from mhc_core.support import surveys
from mhc_core.support.surveys import Asked

BUSINESS = pricing.load()
SETTINGS = Settings(_env_file=None, public_url="https://chat.example.com")
NOW = datetime(2026, 11, 21, 18, tzinfo=UTC)  # ten in the morning for the business
TODAY = NOW.astimezone(BUSINESS.contact.zone).date()


@pytest.fixture
def engine(fresh_database_url: str) -> Iterator[sa.Engine]:
    engine = engines.create(fresh_database_url)
    yield engine
    engine.dispose()


def party(engine: sa.Engine, days_ago: int = 1, status: str = "confirmed", channel: str = "web") -> UUID:
    """A booking; returns its conversation."""
    at = NOW - timedelta(days=20)
    with engine.begin() as connection:
        conversation, _ = talk(
            connection, say("user", "book it"), say("assistant", "Thank you!"), at=at, channel=channel
        )
        day = TODAY - timedelta(days=days_ago)
        bookings.save(connection, conversation, day, time(18), (12, 3, 1), None, {}, at)
        connection.execute(
            sa.text("update ai.booking_requests set status = :status where conversation_id = :id"),
            {"status": status, "id": conversation},
        )
    return conversation


def ask(engine: sa.Engine, now: datetime = NOW) -> Asked:
    with engine.begin() as connection:
        return surveys.ask_due(connection, BUSINESS, SETTINGS, now)


def told(engine: sa.Engine) -> list[sa.Row[Any]]:
    with engine.connect() as connection:
        query = "select * from ai.messages where message_metadata ->> 'survey' = 'asked' order by sent_at"
        return list(connection.execute(sa.text(query)))


def test_the_customer_is_asked_in_the_chat_with_a_link_that_works(engine: sa.Engine) -> None:
    conversation = party(engine)
    assert ask(engine) == Asked(chat=1, staff=0)
    (message,) = told(engine)
    assert (message.conversation_id, message.role, message.position) == (conversation, "system", 2)
    found = re.search(r"https://chat\.example\.com/\S+/survey\?id=(\S+)&token=(\S+)", message.content)
    assert found is not None
    with engine.begin() as connection:
        links = surveys.of_installation(connection, SETTINGS)
    links.check(Purpose.SURVEY, UUID(found[1]), found[2], NOW + timedelta(days=29))
    assert UUID(found[1]) == conversation


@pytest.mark.parametrize(
    ("days_ago", "status", "asked"),
    [(1, "confirmed", 1), (7, "confirmed", 1), (8, "confirmed", 0), (0, "confirmed", 0), (1, "requested", 0),
     (1, "declined", 0), (1, "withdrawn", 0)],
)  # fmt: skip
def test_asked_is_after_confirmed_events_of_the_last_week(
    engine: sa.Engine, days_ago: int, status: str, asked: int
) -> None:
    party(engine, days_ago, status)
    assert ask(engine).chat == asked


def test_nobody_is_asked_twice(engine: sa.Engine) -> None:
    party(engine)
    ask(engine)
    assert ask(engine, NOW + timedelta(days=1)) == Asked(0, 0)
    assert len(told(engine)) == 1


def test_a_run_that_dies_before_its_end_asks_nobody_and_the_next_one_asks_once(engine: sa.Engine) -> None:
    party(engine)
    dying = engine.connect()
    surveys.ask_due(dying, BUSINESS, SETTINGS, NOW)
    assert ask(engine) == Asked(0, 0), "the booking is held by the run that is under way"
    dying.connection.dbapi_connection.close()  # type: ignore[union-attr]
    dying.invalidate()
    dying.close()
    assert told(engine) == []
    assert ask(engine).chat == 1
    assert len(told(engine)) == 1


def test_two_runs_at_once_ask_once(engine: sa.Engine) -> None:
    for _ in range(8):
        party(engine)
    with ThreadPoolExecutor(4) as threads:
        done = list(threads.map(lambda _: ask(engine), range(4)))
    assert sum(one.chat for one in done) == len(told(engine)) == 8


def test_where_the_platform_cannot_send_the_link_waits_for_staff(engine: sa.Engine) -> None:
    conversation = party(engine, channel="sms")
    assert ask(engine) == Asked(chat=0, staff=1)
    assert told(engine) == []
    with engine.begin() as connection:
        (waiting,) = queries.for_staff(connection)
        assert (waiting.conversation_id, waiting.channel) == (conversation, "sms")
        surveys.note_sent(connection, waiting.booking_id, "Ann", NOW)
        assert queries.for_staff(connection) == []
        with pytest.raises(NotFound, match="mhc feedback surveys"):
            surveys.note_sent(connection, waiting.booking_id, "Ann", NOW)


def test_a_conversation_whose_words_are_gone_is_not_asked(engine: sa.Engine) -> None:
    party(engine)
    with engine.begin() as connection:
        gone = {"words": f'{{"{REDACTED}": "retention"}}'}
        connection.execute(sa.text("update ai.conversations set channel_metadata = cast(:words as jsonb)"), gone)
    assert ask(engine) == Asked(0, 0)


def test_staff_are_shown_the_links_and_note_what_they_sent(engine: sa.Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    from mhc_jobs.cli.main import app

    monkeypatch.setenv("MHC_DATABASE_URL", engine.url.render_as_string(hide_password=False))
    monkeypatch.setenv("MHC_PUBLIC_URL", "https://chat.example.com")
    conversation = party(engine, channel="sms")
    ask(engine)
    (row,) = orjson.loads(CliRunner().invoke(app, ["feedback", "surveys", "--json"]).stdout)
    assert row["link"].startswith(f"https://chat.example.com/api/v1/ai/feedback/survey?id={conversation}")
    done = CliRunner().invoke(app, ["feedback", "sent", "--booking", row["booking_id"], "--by", "Ann"])
    assert done.exit_code == 0, done.output
    assert "No survey waits" in CliRunner().invoke(app, ["feedback", "surveys"]).stdout
