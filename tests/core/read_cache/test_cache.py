"""When a kept result is given, and when not."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from fakes.waiting import until

from mhc_core.db import engine as engines
from mhc_core.db.queries import bookings, read_versions
from mhc_core.db.queries.read_versions import Kind
from mhc_core.read_cache.cache import LIFETIME_SECONDS, RESULTS, Mode, ReadCache
from mhc_core.read_cache.listener import Listener

NOW = datetime(2026, 11, 1, tzinfo=UTC)


class Counted:
    """What the cache told."""

    def __init__(self) -> None:
        self.results: list[str] = []
        self.saved = self.checks = 0

    def read(self, kind: str, result: str, saved: int) -> None:
        self.results.append(result)
        self.saved += saved

    def checked(self) -> None:
        self.checks += 1


class Shop:
    """A cache that listens, unless told otherwise, with a clock of its own."""

    def __init__(self, connection: sa.Connection, mode: Mode = "checked") -> None:
        self.now = 0.0
        self.counted = Counted()
        self.cache = ReadCache(mode, self.counted, clock=lambda: self.now)
        self.cache.begin()
        self.connection = connection
        self.loads = 0

    def read(self, kind: Kind = Kind.AVAILABILITY, key: Any = 1) -> int:
        def load(_: sa.Connection) -> int:
            self.loads += 1
            return self.loads

        return self.cache.look(self.connection).read(kind, key, load)


@pytest.fixture
def own_engine(fresh_database_url: str) -> Iterator[sa.Engine]:
    engine = engines.create(fresh_database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def shop(connection: sa.Connection) -> Shop:
    return Shop(connection)


def test_a_result_is_read_once(shop: Shop) -> None:
    assert [shop.read(), shop.read(), shop.read(key=2), shop.read(Kind.CALENDAR)] == [1, 1, 2, 3]
    assert shop.counted.results == ["miss", "hit", "miss", "miss"]
    assert (shop.counted.saved, shop.counted.checks) == (1, 4)


def test_one_look_asks_for_the_versions_once(shop: Shop) -> None:
    look = shop.cache.look(shop.connection)
    for kind in Kind:
        look.read(kind, 1, lambda _: 0)
    assert shop.counted.checks == 1


def test_a_result_expires(shop: Shop) -> None:
    shop.read()
    shop.now = LIFETIME_SECONDS[Kind.AVAILABILITY] - 1
    assert shop.read() == 1
    shop.now += 1
    assert shop.read() == 2


def test_another_version_is_another_result(shop: Shop) -> None:
    shop.read()
    shop.connection.execute(sa.text("update ai.read_versions set version = version + 1 where kind = 'availability'"))
    assert shop.read() == 2
    assert shop.read() == 2


def test_nothing_is_kept_while_nobody_listens(shop: Shop) -> None:
    shop.read()
    shop.cache.lost()
    assert [shop.read(), shop.read()] == [2, 3]
    shop.cache.begin()
    assert [shop.read(), shop.read()] == [4, 4]
    assert shop.counted.results == ["miss", "bypass", "bypass", "miss", "hit"]


def test_off_keeps_nothing(connection: sa.Connection) -> None:
    shop = Shop(connection, "off")
    assert [shop.read(), shop.read()] == [1, 2]
    assert shop.counted.checks == 0


def test_what_was_read_before_a_change_was_heard_is_not_kept(connection: sa.Connection) -> None:
    shop = Shop(connection, "notified")

    def load(_: sa.Connection) -> str:
        shop.cache.changed(Kind.AVAILABILITY)  # the write commits and is heard of between reading and keeping
        return "old"

    shop.cache.look(connection).read(Kind.AVAILABILITY, 1, load)
    assert shop.read() == 1
    assert shop.read() == 1


def test_the_cache_is_bounded(shop: Shop) -> None:
    for key in range(RESULTS + 10):
        shop.read(key=key)
    assert len(shop.cache._kept) == RESULTS
    assert shop.read(key=0) == RESULTS + 11


def versions(engine: sa.Engine) -> dict[Kind, int]:
    with engine.connect() as connection:
        return read_versions.read(connection)


def changed(engine: sa.Engine, *statements: str, **values: Any) -> set[str]:
    """The kinds whose versions these statements, in one transaction, raise."""
    before = versions(engine)
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(sa.text(statement), values)
    after = versions(engine)
    assert all(after[kind] - before[kind] in (0, 1) for kind in Kind), "a transaction raises a version once"
    return {kind.value for kind in Kind if after[kind] != before[kind]}


INSERT = """
    insert into ai.bookings (id, source, source_id, status, booked_at) values (:id, 's', :id, 'confirmed', now())
"""
FORECAST = "insert into ai.demand_forecast values ('all', '2026-12-01', 1, 0, 0, 2, 0, 3, 'm', now())"
ARTICLE = """
    insert into ai.knowledge_articles (id, title, category, body, content_sha256, origin, reviewed_at)
    values ('KB-1', 't', 'c', 'b', '', 'file', now())
"""


def test_each_write_raises_the_versions_of_what_it_changes(own_engine: sa.Engine) -> None:
    both = {"availability", "calendar"}
    assert changed(own_engine, INSERT, id=uuid4()) == both
    assert changed(own_engine, "update ai.bookings set status = 'cancelled'") == both
    assert changed(own_engine, "delete from ai.bookings") == both
    assert changed(own_engine, "truncate ai.bookings") == both
    assert changed(own_engine, FORECAST) == {"calendar"}
    assert changed(own_engine, ARTICLE) == {"knowledge"}
    assert changed(own_engine, ARTICLE.replace("KB-1", "KB-2"), FORECAST.replace("'all'", "'n'"), INSERT,
                   "update ai.bookings set guests = 3", id=uuid4()) == {*both, "knowledge"}  # fmt: skip
    assert changed(own_engine, "select 1") == set()
    with own_engine.connect() as connection:
        assert connection.scalar(sa.text("select count(*) from ai.read_changes")) == 0


def test_erasing_a_conversation_changes_availability_with_its_booking(own_engine: sa.Engine) -> None:
    one = uuid4()
    with own_engine.begin() as connection:
        connection.execute(
            sa.text("""
                insert into ai.conversations (id, source, source_id, channel, started_at, last_message_at)
                values (:id, 's', 'x', 'web', now(), now())
            """),
            {"id": one},
        )
        bookings.save(connection, one, date(2027, 1, 2), time(18), (10, 0, 0), None, {}, NOW)
    assert "availability" in changed(own_engine, "delete from ai.conversations where id = :id", id=one)


def test_a_write_that_is_rolled_back_changes_nothing(own_engine: sa.Engine) -> None:
    before = versions(own_engine)
    with own_engine.connect() as connection:
        connection.execute(sa.text(INSERT), {"id": uuid4()})
        connection.rollback()
        with connection.begin_nested() as inner:
            connection.execute(sa.text(INSERT), {"id": uuid4()})
            inner.rollback()
        connection.commit()
    assert versions(own_engine) == before


def test_an_import_that_takes_long_holds_up_no_other_write(own_engine: sa.Engine) -> None:
    with own_engine.connect() as importing, own_engine.connect() as chat:
        importing.execute(sa.text(INSERT), {"id": uuid4()})
        chat.execute(sa.text("set lock_timeout = '2s'"))
        chat.execute(sa.text(INSERT), {"id": uuid4()})
        chat.commit()  # would wait for the import, had that locked the versions
        importing.commit()
    with own_engine.connect() as connection:
        assert connection.scalar(sa.text("select version from ai.read_versions where kind = 'availability'")) == 2


def test_who_listens_hears_of_a_write_and_of_a_broken_connection(own_engine: sa.Engine) -> None:
    counted, listener = Counted(), Listener(own_engine)
    cache = ReadCache("notified", counted, listener.start)
    listener.tell(cache)
    with own_engine.connect() as connection:
        look = cache.look(connection)
        until(lambda: cache.state()[0], 10)
        look.read(Kind.AVAILABILITY, 1, lambda _: 0)
        look.read(Kind.AVAILABILITY, 1, lambda _: 0)
        assert counted.results == ["miss", "hit"]
        changed(own_engine, INSERT, id=uuid4())
        until(lambda: cache.kept(Kind.AVAILABILITY, 1, 0) is None, 5)
        look.read(Kind.AVAILABILITY, 1, lambda _: 0)
        _, before = cache.state()
        with own_engine.connect() as admin:
            query = "select pg_terminate_backend(pid) from pg_stat_activity where query ilike 'listen %'"
            admin.execute(sa.text(query))
        until(lambda: cache.state()[1] >= before + 2 and cache.state()[0], 10)  # lost, and begun again
        assert cache.kept(Kind.AVAILABILITY, 1, 0) is None
    listener.stop()
    assert not cache.state()[0]
