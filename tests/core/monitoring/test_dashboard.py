"""The dashboard's figures: counted where something changed, and right after every change."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from fakes.spending import spend
from fakes.stored import opinion, say, talk

from mhc_core.db import engine as engines
from mhc_core.db.queries import figures
from mhc_core.monitoring import dashboard
from mhc_core.monitoring.dashboard import Overview, Period

ZONE = ZoneInfo("America/Los_Angeles")
NOW = datetime(2026, 11, 20, 20, 30, tzinfo=UTC)
AGENTS = ("knowledge",)


@pytest.fixture
def engine(fresh_database_url: str) -> Iterator[sa.Engine]:
    engine = engines.create(fresh_database_url, zone="America/Los_Angeles")
    yield engine
    engine.dispose()


def ago(**length: float) -> datetime:
    return NOW - timedelta(**length)


def one(engine: sa.Engine, at: datetime, *, updated: datetime | None = None, **columns: object) -> None:
    """A conversation of a question and an answer of 100 ms that cost a cent."""
    answer = say(
        "assistant", "yes", model_version_id="m", latency_ms=100.0,
        message_metadata={"agent": "knowledge"},
    )  # fmt: skip
    with engine.begin() as connection:
        columns = {"intent": "menu", "outcome": "resolved", "updated_at": updated or at} | columns
        talk(connection, say("user", "is it?"), answer, at=at, **columns)
        spend(connection, at, "0.01")


def overview(engine: sa.Engine, period: Period = Period.DAY, now: datetime = NOW) -> Overview:
    dashboard.refresh(engine, AGENTS, now)
    with engine.connect() as connection:
        return dashboard.overview(connection, period, ZONE, now)


def test_what_happened_within_the_period_is_counted(engine: sa.Engine) -> None:
    one(engine, ago(hours=1))
    one(engine, ago(hours=2), escalated_at=ago(hours=2), outcome="escalated")
    one(engine, ago(hours=3), outcome="booked")
    one(engine, ago(days=3))
    seen = overview(engine)
    assert (seen.conversations, seen.totals.messages, seen.answers) == (3, 3, 3)
    assert (seen.contained, seen.escalated, seen.booked) == (2 / 3, 1 / 3, 1 / 3)
    assert seen.cost_usd == Decimal("0.03")
    assert seen.cost_per_conversation_usd == Decimal("0.01")
    assert seen.median_ms == pytest.approx(100, rel=0.2)
    assert [(row.model, row.answers) for row in seen.models] == [("m", 3)]
    assert seen.intents == {"menu": 3}
    assert overview(engine, Period.WEEK).conversations == 4


def test_the_way_of_conversations_names_known_agents_only(engine: sa.Engine) -> None:
    one(engine, ago(hours=1))
    with engine.begin() as connection:
        said = say("assistant", "hello", message_metadata={"agent": "Zephyr Quill"})
        talk(connection, say("user", "hi"), said, at=ago(hours=1), updated_at=ago(hours=1))
        talk(connection, say("user", "hi"), say("agent", "hello"), at=ago(hours=1), updated_at=ago(hours=1))
    assert sorted(row.agent for row in overview(engine).flow) == ["knowledge", "other", "person"]


def test_what_changes_later_is_counted_anew(engine: sa.Engine) -> None:
    one(engine, ago(hours=5))
    assert overview(engine).booked == 0
    with engine.begin() as connection:
        connection.execute(sa.text("update ai.conversations set outcome = 'booked', updated_at = :now"), {"now": NOW})
    assert overview(engine, now=NOW + timedelta(seconds=5)).booked == 1


def test_only_hours_in_which_something_changed_are_counted_anew(engine: sa.Engine) -> None:
    for hours in range(1, 8):
        one(engine, ago(hours=hours), updated=ago(hours=hours))
    assert dashboard.refresh(engine, AGENTS, NOW) > 1
    assert dashboard.refresh(engine, AGENTS, NOW + timedelta(seconds=5)) == 0
    one(engine, NOW)
    assert dashboard.refresh(engine, AGENTS, NOW + timedelta(seconds=10)) == 1


def test_a_rating_counts_when_it_is_given(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        conversation, _ = talk(connection, say("user", "hi"), at=ago(days=5), updated_at=ago(days=5))
    assert overview(engine).satisfied is None
    with engine.begin() as connection:
        opinion(connection, conversation, at=ago(minutes=5), vote="up", stars=5)
        opinion(connection, conversation, at=ago(minutes=4), vote="down")
    seen = overview(engine, now=NOW + timedelta(seconds=5))
    assert (seen.satisfied, seen.stars) == (0.5, 5)


def test_cached_answers_save_what_others_cost(engine: sa.Engine) -> None:
    one(engine, ago(hours=1))
    with engine.begin() as connection:
        cached = say("assistant", "yes", cached=True, model_version_id="m")
        talk(connection, say("user", "is it?"), cached, at=ago(hours=1), updated_at=ago(hours=1))
    seen = overview(engine)
    assert (seen.answers, seen.cached, seen.saved_usd) == (2, 1, Decimal("0.01"))


def test_what_training_costs_is_no_cost_of_a_conversation(engine: sa.Engine) -> None:
    one(engine, ago(hours=1))
    with engine.begin() as connection:
        spend(connection, ago(hours=2), "20", feature="training")
    seen = overview(engine)
    assert (seen.cost_usd, seen.cost_per_conversation_usd) == (Decimal("20.01"), Decimal("0.01"))


def test_without_a_call_no_cost_is_shown(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        talk(connection, say("user", "is it?"), say("assistant", "yes"), at=ago(hours=1), updated_at=ago(hours=1))
    seen = overview(engine)
    assert (seen.cost_usd, seen.saved_usd, seen.cost_per_conversation_usd) == (None, None, None)


def test_days_are_those_of_the_business(engine: sa.Engine) -> None:
    one(engine, datetime(2026, 11, 19, 7, 30, tzinfo=UTC))  # the 18th, half past eleven in the evening
    one(engine, datetime(2026, 11, 19, 8, 30, tzinfo=UTC))
    dashboard.refresh(engine, AGENTS, NOW)
    with engine.connect() as connection:
        days = dashboard.trend(connection, ZONE, NOW)
    assert [(one.day.astimezone(ZONE).day, one.conversations) for one in days] == [(18, 1), (19, 1)]


def test_a_day_that_is_counted_anew_leaves_the_next_one_whole(engine: sa.Engine) -> None:
    """On 8 March 2026 clocks went forward: that day has 23 hours."""
    now = datetime(2026, 3, 10, 20, tzinfo=UTC)
    for hour in (20, 30):  # noon of the 8th, and late on the 8th or early on the 9th
        one(engine, datetime(2026, 3, 8, tzinfo=UTC) + timedelta(hours=hour), updated=datetime(2026, 3, 9, tzinfo=UTC))
    one(engine, datetime(2026, 3, 9, 7, 30, tzinfo=UTC))
    one(engine, datetime(2026, 3, 9, 20, tzinfo=UTC))
    dashboard.refresh(engine, AGENTS, now)
    with engine.begin() as connection:
        moment = datetime(2026, 3, 8, 20, tzinfo=UTC)
        figures.count(connection, moment, moment + timedelta(hours=1), AGENTS, now)
        days = dashboard.trend(connection, ZONE, now)
    assert [(one.day.astimezone(ZONE).day, one.conversations) for one in days] == [(8, 2), (9, 2)]


def test_the_shortest_period_with_conversations_is_shown_first(engine: sa.Engine) -> None:
    with engine.connect() as connection:
        assert dashboard.shortest_with_data(connection, ZONE, NOW) is Period.DAY
    one(engine, ago(days=12))
    dashboard.refresh(engine, AGENTS, NOW)
    with engine.connect() as connection:
        assert dashboard.shortest_with_data(connection, ZONE, NOW) is Period.MONTH


def test_the_moment_is_read_as_it_is(engine: sa.Engine) -> None:
    one(engine, ago(minutes=5), status="active")
    one(engine, ago(hours=5), status="active")
    with engine.connect() as connection:
        assert figures.moment(connection, NOW) == (1, 2, 0)


@pytest.mark.parametrize("milliseconds", [1, 7, 80, 900, 12_000, 90_000])
def test_quantiles_are_within_a_fifth(engine: sa.Engine, milliseconds: float) -> None:
    with engine.begin() as connection:
        answer = say("assistant", "yes", latency_ms=milliseconds)
        talk(connection, say("user", "is it?"), answer, at=ago(hours=1), updated_at=ago(hours=1))
    assert overview(engine).slow_ms == pytest.approx(milliseconds, rel=0.2)
