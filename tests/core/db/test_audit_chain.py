"""The chain of hashes of the audit log: every entry is in it, and what is changed by hand is noticed."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mhc_core.db import engine as engines
from mhc_core.db import upgrade as migrations
from mhc_core.db.queries import audit
from mhc_core.errors import MHCError

NOW = datetime(2026, 6, 1, 12, 0, 0, 123456, tzinfo=UTC)
TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20)
JSON = st.dictionaries(
    TEXT, st.one_of(TEXT, st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.none())
)


@pytest.fixture
def engine(fresh_database_url: str) -> Any:
    engine = engines.create(fresh_database_url)
    with engine.begin() as connection:
        for number in range(4):
            audit.record(connection, "Ann", "test.done", f"thing:{number}", {"n": number}, NOW)
    yield engine
    engine.dispose()


def verified(engine: sa.Engine, known: str = "") -> audit.Chain:
    with engine.connect() as connection:
        return audit.verify(connection, known)


def test_writers_at_the_same_time_make_one_chain(engine: sa.Engine) -> None:
    def write(number: int) -> None:
        with engine.begin() as connection:
            for part in range(3):
                audit.record(connection, "Bob", "test.done", f"{number}/{part}", {}, NOW)
            if number % 4 == 0:  # an entry that is taken back is in no chain
                connection.rollback()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(16)))
    assert verified(engine)._replace(sha256="") == (4 + 12 * 3, "", None)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ("update ai.audit_log set details = '{\"n\": 7}' where subject = 'thing:1'", "position 2, was changed"),
        ("update ai.audit_log set at = at + interval '1 microsecond' where subject = 'thing:3'", "position 4"),
        ("delete from ai.audit_chain where position = 2", "position 2 is missing"),
        ("delete from ai.audit_chain where position = 4", "is not in the chain"),
        ("update ai.audit_chain set sha256 = repeat('0', 64) where position = 3", "position 3, was changed"),
    ],
)
def test_a_change_by_hand_is_named(engine: sa.Engine, change: str, problem: str) -> None:
    with engine.begin() as connection:
        connection.execute(sa.text(change))
    assert problem in (verified(engine).problem or "")


def test_entries_taken_from_the_end_are_noticed_by_a_hash_from_before(engine: sa.Engine) -> None:
    known = verified(engine).sha256
    assert verified(engine, known).problem is None
    with engine.begin() as connection:
        connection.execute(sa.text("delete from ai.audit_chain where position = 4"))
        connection.execute(sa.text("delete from ai.audit_log where subject = 'thing:3'"))
    assert verified(engine).problem is None
    assert "taken away" in (verified(engine, known).problem or "")


def test_entries_from_before_the_chain_are_in_it(engine: sa.Engine) -> None:
    before = verified(engine)
    migrations.downgrade(engine, "0030")
    migrations.upgrade(engine)
    assert verified(engine) == before


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=50)
@given(actor=TEXT, subject=TEXT, details=JSON)
def test_whatever_an_entry_says_its_hash_fits(
    fresh_database_url: str, actor: str, subject: str, details: dict[str, Any]
) -> None:
    engine = engines.create(fresh_database_url)
    try:
        with engine.begin() as connection:
            audit.record(connection, actor, "test.done", subject, details, NOW)
        with engine.connect() as connection:
            connection.execute(sa.text("set timezone = 'Asia/Tokyo'"))
            assert audit.verify(connection).problem is None
    except MHCError:
        pass
    finally:
        engine.dispose()


def old(engine: sa.Engine, *years: int) -> None:
    """Entries from so many years ago, one each."""
    with engine.begin() as connection:
        for ago in years:
            at = datetime.now(UTC) - timedelta(days=366 * ago)
            audit.record(connection, "Ann", "test.done", f"years:{ago}", {}, at)


def forgotten(engine: sa.Engine, years: int, limit: int = 1000) -> int:
    with engine.begin() as connection:
        return audit.forget(connection, datetime.now(UTC) - timedelta(days=366 * years), limit)


def subjects(engine: sa.Engine) -> list[str]:
    with engine.connect() as connection:
        return [entry.subject for entry in reversed(audit.page(connection, before=None, limit=100))]


@pytest.fixture
def blank(fresh_database_url: str) -> Iterator[sa.Engine]:
    """A database without entries."""
    engine = engines.create(fresh_database_url)
    yield engine
    engine.dispose()


def test_old_entries_go_and_the_others_are_still_verified(blank: sa.Engine) -> None:
    old(blank, 9, 8, 3, 8, 1)
    whole = verified(blank)
    assert forgotten(blank, 7, limit=1) == 1
    assert forgotten(blank, 7) == 1
    assert forgotten(blank, 7) == 0, "what stands behind a newer entry stays until that one goes"
    assert subjects(blank) == ["years:3", "years:8", "years:1"]
    assert verified(blank) == whole._replace(entries=3)
    old(blank, 0)
    assert verified(blank, whole.sha256)._replace(sha256="") == (4, "", None)
    with blank.begin() as connection:
        connection.execute(sa.text("update ai.audit_log set actor = 'Eve' where subject = 'years:3'"))
    assert "position 3, was changed" in (verified(blank).problem or "")


def test_a_hash_from_before_what_is_kept_is_said_to_be_old(blank: sa.Engine) -> None:
    old(blank, 9)
    first = verified(blank).sha256
    old(blank, 7, 1)
    assert forgotten(blank, 8) == 1
    assert verified(blank, first).problem is None, "what is left begins after it"
    assert forgotten(blank, 6) == 1
    assert "older than what is kept" in (verified(blank, first).problem or "")


def test_the_last_entry_stays_and_the_next_is_chained_to_it(blank: sa.Engine) -> None:
    old(blank, 9, 8)
    assert forgotten(blank, 7) == 1
    assert forgotten(blank, 7) == 0
    old(blank, 1)
    assert verified(blank)._replace(sha256="") == (2, "", None)


def test_nobody_can_have_the_last_year_forgotten(blank: sa.Engine) -> None:
    old(blank, 0, 0)
    with pytest.raises(sa.exc.IntegrityError, match="entries of the last year stay"):
        forgotten(blank, 0)
    assert len(subjects(blank)) == 2
