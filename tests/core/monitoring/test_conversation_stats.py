"""Figures of dashboards follow the conversations, day by day of the business, and only what changed is counted anew."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from fakes.stored import opinion, row_versions, say, talk

from mhc_core.db import engine as engines
from mhc_core.db.queries import conversation_stats as stats
from mhc_core.db.tables import conversation_stats, conversations, messages

EVENING = datetime(2026, 3, 3, 7, 30, tzinfo=UTC)
"""23:30 on 2 March where the business is."""
DAY = date(2026, 3, 2)
NOW = datetime(2026, 3, 5, tzinfo=UTC)


@pytest.fixture
def home(database_url: str) -> Iterator[sa.Connection]:
    engine = engines.create(database_url, zone="America/Los_Angeles")
    with engine.connect() as connection, connection.begin() as transaction:
        yield connection
        transaction.rollback()
    engine.dispose()


def figures(connection: sa.Connection) -> list[dict[str, Any]]:
    order = (conversation_stats.c.day, conversation_stats.c.channel, conversation_stats.c.status)
    return [dict(row) for row in connection.execute(sa.select(conversation_stats).order_by(*order)).mappings()]


def test_conversations_are_counted_with_what_became_of_them(home: sa.Connection) -> None:
    asked, answered = say("user", "a"), say("assistant", "b", latency_ms=100, cost_usd=0.25)
    booked, _ = talk(
        home, asked, answered, say("assistant", "c", latency_ms=300), outcome="booked", booking_value_usd=600,
        at=EVENING, score=0.5,
    )  # fmt: skip
    quiet, _ = talk(home, asked, at=EVENING, score=1.0)
    talk(home, asked, at=EVENING, status="escalated")
    talk(home, asked, at=EVENING + timedelta(hours=1), channel="sms")
    for conversation, stars in ((booked, 5), (quiet, 4)):
        opinion(home, conversation, vote="up", stars=stars, at=EVENING)
    assert stats.refresh(home, NOW) == 3
    closed, escalated, next_day = figures(home)
    told = {
        "day": DAY, "channel": "web", "status": "closed", "conversations": 2, "messages": 4, "escalated": 0,
        "booked": 1, "booking_value_usd": 600, "average_score": 0.75, "thumbs_up": 2, "thumbs_down": 0,
        "average_stars": 4.5, "human_edits": 0, "average_first_answer_ms": 100, "refreshed_at": NOW,
    }  # fmt: skip
    assert {name: closed[name] for name in told} == told
    assert float(closed["cost_usd"]) == 0.25
    assert (escalated["conversations"], escalated["escalated"], escalated["messages"]) == (1, 1, 1)
    assert (next_day["day"], next_day["channel"]) == (DAY + timedelta(days=1), "sms")


def test_what_did_not_change_is_not_written(home: sa.Connection) -> None:
    for days in range(3):
        talk(home, say("user", "a"), at=EVENING + timedelta(days=days))
    assert stats.refresh(home, NOW) == 3
    before = row_versions(home, "conversation_stats")
    assert stats.refresh(home, NOW + timedelta(minutes=5)) == 0
    assert stats.refresh(home, NOW + timedelta(minutes=5), whole=True) == 0
    assert row_versions(home, "conversation_stats") == before
    later = NOW + timedelta(minutes=6)
    talk(home, say("user", "new"), at=EVENING, updated_at=later)
    assert stats.refresh(home, NOW + timedelta(minutes=10)) == 1
    [changed] = [row for row in figures(home) if row["refreshed_at"] != NOW]
    assert (changed["day"], changed["conversations"]) == (DAY, 2)


@pytest.mark.parametrize("what", ["vote", "score", "closed"])
def test_a_change_of_any_kind_reaches_its_day(home: sa.Connection, what: str) -> None:
    conversation, _ = talk(home, say("user", "a"), at=EVENING, status="active")
    stats.refresh(home, NOW)
    later = NOW + timedelta(hours=1)
    if what == "vote":
        opinion(home, conversation, vote="down", at=later)
    elif what == "score":
        home.execute(
            sa.text(
                "insert into ai.conversation_scores (conversation_id, score, scorer, scored_at) "
                "values (:id, .5, 's', :at)"
            ),
            {"id": conversation, "at": later},
        )
    else:
        home.execute(sa.update(conversations).values(status="closed", updated_at=later))
    stats.refresh(home, later)
    [row] = figures(home)
    expected = {"vote": ("thumbs_down", 1), "score": ("average_score", 0.5), "closed": ("status", "closed")}
    name, value = expected[what]
    assert row[name] == value


def test_what_leaves_no_trace_is_found_when_all_is_counted(home: sa.Connection) -> None:
    talk(home, say("user", "a"), at=EVENING)
    stats.refresh(home, NOW)
    home.execute(sa.delete(messages))
    home.execute(sa.delete(conversations))
    assert stats.refresh(home, NOW + timedelta(hours=1)) == 0
    assert stats.refresh(home, NOW + timedelta(hours=1), whole=True) == 1
    assert figures(home) == []
