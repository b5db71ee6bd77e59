"""The log of moves: what is live, what a rollback leads to, and that two movers wait for each other."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mhc_core.db import engine as engines
from mhc_core.db.queries import versions
from mhc_core.db.tables import audit_log
from mhc_core.errors import Conflict

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def _move(connection: sa.Connection, *ids: str, kind: str = "model") -> None:
    for version_id in ids:
        versions.move(connection, kind, version_id, "ann", "measured better", NOW)


def test_nothing_is_live_before_the_first_move(connection: sa.Connection) -> None:
    assert versions.live(connection, "model") is None
    assert versions.previous(connection, "model") is None
    assert versions.history(connection, "model") == []


def test_a_move_is_live_logged_and_audited(connection: sa.Connection) -> None:
    assert versions.move(connection, "model", "a", "ann", "first", NOW)
    assert versions.move(connection, "model", "b", "bob", "better", NOW)
    assert versions.live(connection, "model") == "b"
    assert [(entry.version_id, entry.moved_by, entry.reason) for entry in versions.history(connection, "model")] == [
        ("b", "bob", "better"),
        ("a", "ann", "first"),
    ]
    audited = connection.execute(sa.select(audit_log).order_by(audit_log.c.id.desc()).limit(1)).one()
    assert (audited.actor, audited.action, audited.subject, audited.at) == ("bob", "model.moved", "b", NOW)
    assert audited.details == {"alias": "production", "from": "a", "to": "b", "reason": "better"}


def test_a_move_to_where_it_is_writes_nothing(connection: sa.Connection) -> None:
    _move(connection, "a")
    before = connection.scalar(sa.select(sa.func.count()).select_from(audit_log))
    assert not versions.move(connection, "model", "a", "bob", "again", NOW)
    assert len(versions.history(connection, "model")) == 1
    assert connection.scalar(sa.select(sa.func.count()).select_from(audit_log)) == before


def test_kinds_and_aliases_do_not_mix(connection: sa.Connection) -> None:
    _move(connection, "a", kind="model")
    _move(connection, "k", kind="knowledge")
    versions.move(connection, "model", "s", "ann", "trial", NOW, alias="shadow")
    assert versions.live(connection, "model") == "a"
    assert versions.live(connection, "knowledge") == "k"
    assert versions.live(connection, "model", "shadow") == "s"
    assert versions.previous(connection, "model") is None


def test_rollbacks_go_further_back_each_time_and_stop_at_the_first(connection: sa.Connection) -> None:
    _move(connection, "a", "b", "c")
    back = [versions.roll_back(connection, "model", "ann", "wrong prices", NOW) for _ in range(2)]
    assert back == ["b", "a"]
    with pytest.raises(Conflict, match="no earlier model version"):
        versions.roll_back(connection, "model", "ann", "again", NOW)
    assert versions.live(connection, "model") == "a"


def test_after_a_rollback_a_new_version_rolls_back_to_where_the_rollback_led(connection: sa.Connection) -> None:
    _move(connection, "a", "b")
    versions.roll_back(connection, "model", "ann", "wrong prices", NOW)
    _move(connection, "c")
    assert versions.previous(connection, "model") == "a"


def test_publishing_an_old_version_anew_can_be_rolled_back(connection: sa.Connection) -> None:
    _move(connection, "a", "b", "c", "a")
    assert versions.previous(connection, "model") == "c"


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.one_of(st.sampled_from("abcd"), st.just("<")), max_size=14))
def test_rollbacks_undo_the_moves_in_reverse(connection: sa.Connection, steps: list[str]) -> None:
    """Whatever was done before: n different new versions and n rollbacks end where they began, in reverse order."""
    with connection.begin_nested() as savepoint:
        for step in steps:
            if step != "<":
                _move(connection, step)
            elif versions.previous(connection, "model"):
                versions.roll_back(connection, "model", "ann", "undo", NOW)
        began = versions.live(connection, "model")
        _move(connection, "x", "y", "z")
        expected = ["y", "x", began] if began else ["y", "x"]
        assert [versions.roll_back(connection, "model", "ann", "undo", NOW) for _ in expected] == expected
        savepoint.rollback()


def test_two_movers_wait_for_each_other(fresh_database_url: str) -> None:
    engine = engines.create(fresh_database_url)

    def mover(name: str) -> bool:
        with engine.begin() as connection:
            return versions.move(connection, "knowledge", "same", name, "built", NOW)

    with ThreadPoolExecutor(4) as pool:
        moved = list(pool.map(mover, ["a", "b", "c", "d"]))
    with engine.connect() as connection:
        assert len(versions.history(connection, "knowledge")) == 1
    assert sorted(moved) == [False, False, False, True]
    engine.dispose()
