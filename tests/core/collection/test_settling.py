"""A day of conversations is settled, and the days with work are found, worked off, and found again when needed."""

from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

import sqlalchemy as sa
from fakes.stored import DAY, NOW, START, opinion, row_versions, say, talk

from mhc_core.collection.settling import score_feedback, settle_day, undatable
from mhc_core.db.queries import collection as queries
from mhc_core.db.queries import examples as scrubbing
from mhc_core.db.queries import scoring
from mhc_core.db.rows.scoring import Factors, Score
from mhc_core.db.tables import conversations, messages
from mhc_core.settings import Settings

SETTINGS = Settings()
IDLE = START + timedelta(hours=SETTINGS.idle_hours, minutes=30)


def state(connection: sa.Connection, conversation: UUID) -> tuple[str, str | None]:
    row = connection.execute(
        sa.select(conversations.c.status, conversations.c.outcome).where(conversations.c.id == conversation)
    ).one()
    return row[0], row[1]


def test_conversations_that_no_day_collects_are_counted(connection: sa.Connection) -> None:
    midnight = datetime.combine(SETTINGS.first_day, time(), UTC)
    tomorrow = datetime.combine(NOW.date() + timedelta(days=1), time(), UTC)
    before = undatable(connection, SETTINGS, NOW)
    for at in (midnight, NOW, tomorrow - timedelta(seconds=1)):
        talk(connection, say("user", "how much"), at=at)
    assert undatable(connection, SETTINGS, NOW) == before
    for at in (midnight - timedelta(seconds=1), datetime(1970, 1, 1, tzinfo=UTC), tomorrow):
        talk(connection, say("user", "how much"), at=at)
    assert undatable(connection, SETTINGS, NOW) == before + 3


def test_silent_conversations_are_closed_with_what_became_of_them(connection: sa.Connection) -> None:
    asked, answered = say("user", "how much"), say("assistant", "55 each")
    left, _ = talk(connection, asked, answered, asked, status="active")
    served, _ = talk(connection, asked, answered, status="active")
    booked, _ = talk(connection, asked, answered, status="active", outcome="booked")
    handed, _ = talk(connection, asked, status="escalated", outcome="escalated")
    talking, _ = talk(connection, asked, answered, at=START + timedelta(hours=2), status="active")
    next_day, _ = talk(connection, asked, at=START + timedelta(days=1), status="active")
    found = settle_day(connection, SETTINGS, DAY, IDLE)
    assert state(connection, left) == ("closed", "abandoned")
    assert state(connection, served) == ("closed", "resolved")
    assert state(connection, booked) == ("closed", "booked")
    assert state(connection, handed) == ("escalated", "escalated")
    assert state(connection, talking) == ("active", None)
    assert state(connection, next_day) == ("active", None)
    assert found == queries.DaySummary(conversations=5, messages=10, customers=5, escalated=1, active=1)
    updated = sa.select(conversations.c.updated_at).where(conversations.c.id == left)
    assert connection.execute(updated).scalar_one() == IDLE, "the stages after this one must see that it changed"


def test_a_day_with_a_conversation_that_fell_silent_has_work(connection: sa.Connection) -> None:
    """An evening's conversation is not idle yet when the night collects its day; another night has to come back."""
    talk(connection, say("user", "hello"), status="active")
    assert queries.days_with_work(connection, "s1", "c1", START - timedelta(minutes=1)) == []
    assert queries.days_with_work(connection, "s1", "c1", START + timedelta(minutes=1)) == [DAY]


def test_the_hours_of_silence_are_a_setting(connection: sa.Connection) -> None:
    left, _ = talk(connection, say("user", "hello"), status="active")
    settle_day(connection, Settings(idle_hours=100), DAY, IDLE)
    assert state(connection, left)[0] == "active"


def test_customers_messages_get_an_intent_and_keep_the_one_they_have(connection: sa.Connection) -> None:
    _, ids = talk(
        connection,
        say("user", "how much is it per adult"),
        say("assistant", "$55 per adult"),
        say("user", "how much is it per child", intent="menu"),
        say("user", "qwerty asdf"),
    )
    settle_day(connection, SETTINGS, DAY, NOW)
    tags = dict(connection.execute(sa.select(messages.c.id, messages.c.intent)).all())
    assert [tags[identifier] for identifier in ids] == ["pricing", None, "menu", "other"]


def test_settling_again_writes_nothing(connection: sa.Connection) -> None:
    talk(connection, say("user", "how much is it"), status="active")
    settle_day(connection, SETTINGS, DAY, IDLE)
    before = row_versions(connection, "conversations", "messages")
    settle_day(connection, SETTINGS, DAY, IDLE + timedelta(hours=1))
    assert row_versions(connection, "conversations", "messages") == before


def test_days_with_work_are_worked_off_and_come_back_with_late_feedback(connection: sa.Connection) -> None:
    def work() -> list[date]:
        return queries.days_with_work(connection, "s1", "c1")

    def score(day: date, now: datetime) -> None:
        value = Score(0.9, 0.9, 0.9, Factors(None, 0.9, None, None, None), {"outcome": 1.0})
        pending = scoring.pending(connection, day, "s1")
        scoring.save_scores(connection, [(item.id, value) for item in pending], "s1", now)

    second, third = DAY + timedelta(days=1), DAY + timedelta(days=2)
    late = datetime.combine(second, datetime.min.time(), START.tzinfo) - timedelta(microseconds=1)
    first, _ = talk(connection, say("user", "a"), at=late)
    talk(connection, say("user", "b"), at=late + timedelta(microseconds=1))
    talk(connection, say("user", "c"), at=START + timedelta(days=2), status="active")
    assert work() == [DAY, second]

    for day in (DAY, second, third):
        score(day, NOW)
    assert work() == [DAY, second], "scored, not scrubbed"
    for day in (DAY, second, third):
        scrubbing.mark_scrubbed(connection, day, "c1", NOW)
    assert work() == []
    assert queries.days_with_work(connection, "s2", "c1") == [DAY, second]
    assert queries.days_with_work(connection, "s1", "c2") == [DAY, second]

    opinion(connection, first, at=NOW + timedelta(minutes=1), vote="down")
    assert work() == [DAY, NOW.date()], "the conversation's day and the feedback's"
    score_feedback(connection, SETTINGS, NOW.date())
    assert work() == [DAY]
    score(DAY, NOW + timedelta(minutes=2))
    assert work() == [DAY], "a new score has to reach the examples"
    scrubbing.mark_scrubbed(connection, DAY, "c1", NOW + timedelta(minutes=3))
    assert work() == []
