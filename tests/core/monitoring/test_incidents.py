"""What is wrong is one row until it is well again, and a daemon that stopped is missed."""

from datetime import timedelta

import sqlalchemy as sa
from fakes.stored import NOW

from mhc_core.db.tables import incidents as table
from mhc_core.monitoring import incidents
from mhc_core.monitoring.status import status
from mhc_core.settings import Settings

MINUTE = timedelta(minutes=1)
CHECK = "training_dataset:dataset_format_is_valid"


def wrong(connection: sa.Connection, minutes: int = 0) -> list[tuple[str, str]]:
    return [(one.kind.value, one.subject) for one in incidents.current(connection, NOW + minutes * MINUTE)]


def test_a_failed_job_is_wrong_until_a_later_run_of_it_ends_well(connection: sa.Connection) -> None:
    incidents.run_failed(connection, "train", ["shadow_evaluation"], [], NOW)
    incidents.run_failed(connection, "train", ["shadow_evaluation"], [], NOW)  # the tick died and came again
    incidents.run_failed(connection, "train", [], [], NOW + 2 * MINUTE)
    [found] = incidents.current(connection, NOW)
    assert (found.subject, found.times, found.opened_at) == ("train", 2, NOW)
    assert "2 runs of job train failed" in incidents.sentence(found)
    assert "interrupted" in incidents.sentence(found)
    incidents.run_succeeded(connection, "collect", [], NOW + 3 * MINUTE)
    incidents.run_succeeded(connection, "train", [], NOW + MINUTE)  # it ended before the last one failed
    assert wrong(connection) == [("run_failed", "train")]
    incidents.run_succeeded(connection, "train", [], NOW + 3 * MINUTE)
    assert wrong(connection) == []
    incidents.run_failed(connection, "train", [], [], NOW + 4 * MINUTE)
    assert connection.scalar(sa.select(sa.func.count()).select_from(table)) == 2, "the next time is another row"


def test_a_blocking_check_is_wrong_until_it_passes(connection: sa.Connection) -> None:
    incidents.run_failed(connection, "train", ["training_dataset_dataset_format_is_valid"], [CHECK], NOW)
    assert wrong(connection) == [("run_failed", "train"), ("check_failed", CHECK)]
    incidents.run_succeeded(connection, "train", [], NOW + MINUTE)
    [found] = incidents.current(connection, NOW)
    assert incidents.sentence(found).startswith("check dataset_format_is_valid of training_dataset stops")
    incidents.run_succeeded(connection, "train", [CHECK], NOW + MINUTE)
    assert wrong(connection) == []


def test_a_stage_is_silent_until_it_is_made_again(connection: sa.Connection) -> None:
    for minute in range(3):
        incidents.daemon_is_alive(connection, ["conversations"], ["kb_embeddings"], NOW + minute * MINUTE)
    [found] = incidents.current(connection, NOW)
    assert (found.kind.value, found.subject, found.times) == ("stage_silent", "conversations", 1)
    incidents.daemon_is_alive(connection, [], ["conversations", "kb_embeddings"], NOW + 3 * MINUTE)
    assert wrong(connection, 3) == []


def test_a_daemon_that_stopped_is_missed_and_one_that_never_ran_is_not(connection: sa.Connection) -> None:
    assert wrong(connection, 9999) == []
    incidents.daemon_is_alive(connection, [], [], NOW)
    assert wrong(connection, 2) == []
    assert wrong(connection, 4) == [("daemon_stopped", "dagster-daemon")]
    [shown] = status(connection, Settings(), NOW + 4 * MINUTE)["incidents"]
    assert shown["since"] == NOW.isoformat()
    assert "mhc up" in shown["text"]
    incidents.daemon_is_alive(connection, [], [], NOW + 4 * MINUTE)
    assert wrong(connection, 4) == []
