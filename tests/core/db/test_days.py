"""Days of the business: every moment lies in one of them, also when clocks change, and Dagster's partitions agree."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from fakes.stored import opinion, say, talk
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from mhc_assets.partitions import daily
from mhc_core.db import engine as engines
from mhc_core.db.queries import collection, days
from mhc_core.db.tables import conversations

HOME = "America/Los_Angeles"
SPRING, AUTUMN = date(2026, 3, 8), date(2026, 11, 1)
"""The days of 23 and of 25 hours."""
ZONES = (HOME, "America/New_York", "Europe/London", "Asia/Kolkata", "Australia/Lord_Howe", "Africa/Cairo", "UTC")


@pytest.fixture(params=ZONES)
def abroad(request: pytest.FixtureRequest, database_url: str) -> Iterator[tuple[ZoneInfo, sa.Connection]]:
    engine = engines.create(database_url, zone=request.param)
    with engine.connect() as connection:
        yield ZoneInfo(request.param), connection
    engine.dispose()


@pytest.fixture
def home(database_url: str) -> Iterator[sa.Connection]:
    engine = engines.create(database_url, zone=HOME)
    with engine.connect() as connection, connection.begin() as transaction:
        yield connection
        transaction.rollback()
    engine.dispose()


def window(connection: sa.Connection, day: date) -> tuple[datetime, datetime]:
    row = connection.execute(sa.select(days.start_of(day), days.start_of(day + timedelta(days=1)))).one()
    return row[0], row[1]


@given(
    moment=st.one_of(
        st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC)),
        # Around changes of clocks, to the second.
        st.sampled_from([datetime(2026, month, 1, tzinfo=UTC) for month in (3, 4, 10, 11)]).flatmap(
            lambda month: st.integers(0, 31 * 86_400).map(lambda seconds: month + timedelta(seconds=seconds))
        ),
    )
)
@hypothesis_settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_every_moment_lies_in_the_day_its_clock_shows_and_in_no_other(
    abroad: tuple[ZoneInfo, sa.Connection], moment: datetime
) -> None:
    zone, connection = abroad
    shown = moment.astimezone(zone).date()
    around = [shown + timedelta(days=number) for number in (-1, 0, 1)]
    asked = sa.literal(moment, sa.DateTime(timezone=True))
    found = connection.execute(sa.select(*(days.within(asked, day) for day in around))).one()
    assert [*found] == [False, True, False]
    assert days.at(connection, moment) == shown


@pytest.mark.parametrize("day", [SPRING, AUTUMN, date(2026, 7, 4), date(2027, 1, 1)])
def test_a_partition_is_the_same_day(home: sa.Connection, day: date) -> None:
    start, end = window(home, day)
    partition = daily.time_window_for_partition_key(day.isoformat())
    assert (start, end) == (partition.start, partition.end)
    assert (end - start) / timedelta(hours=1) == {SPRING: 23, AUTUMN: 25}.get(day, 24)


def test_what_happens_before_midnight_belongs_to_the_evening_s_day(home: sa.Connection) -> None:
    zone = ZoneInfo(HOME)
    for evening in (SPRING - timedelta(days=1), SPRING, AUTUMN - timedelta(days=1), AUTUMN):
        late = datetime.combine(evening, time(23, 30), zone)
        assert late.astimezone(UTC).date() == evening + timedelta(days=1)
        conversation, _ = talk(home, say("user", "still open?"), at=late.astimezone(UTC))
        opinion(home, conversation, vote="up", at=late.astimezone(UTC))
        own = home.scalars(sa.select(conversations.c.id).where(days.within(conversations.c.started_at, evening)))
        assert conversation in own.all()
        assert collection.summary(home, evening).conversations == 1
    worked = collection.days_with_work(home, "s", "c")
    assert worked == [SPRING - timedelta(days=1), SPRING, AUTUMN - timedelta(days=1), AUTUMN]


def test_silent_conversations_are_closed_on_their_own_day_only(home: sa.Connection) -> None:
    late = datetime.combine(AUTUMN, time(23, 30), ZoneInfo(HOME)).astimezone(UTC)
    talk(home, say("user", "hello"), at=late, status="active")
    idle, now = late + timedelta(hours=1), late + timedelta(hours=30)
    assert collection.close_idle(home, AUTUMN + timedelta(days=1), idle, now) == 0
    assert collection.close_idle(home, AUTUMN, idle, now) == 1


def test_partitions_reach_from_the_first_day_to_today() -> None:
    now = datetime(2026, 11, 2, 7, 30, tzinfo=UTC)  # 23:30 on the first, where the business is
    keys = daily.get_partition_keys(current_time=now)
    assert (keys[0], keys[-1]) == ("2026-01-01", "2026-11-01")
    assert daily.time_window_for_partition_key(keys[-1]).end > now
