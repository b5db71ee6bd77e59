"""What sources see becomes alerts that open, are told, repeated, acknowledged, silenced and closed."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from fakes.stored import NOW

from mhc_core.db.queries import alerts as queries
from mhc_core.db.queries.anomalies import Evidence, write
from mhc_core.db.rows.alerts import Condition
from mhc_core.db.tables import alert_messages, audit_log
from mhc_core.errors import DataError, NotFound
from mhc_core.monitoring.alerts import acts, planning, watching
from mhc_core.monitoring.alerts.rules import Rules
from mhc_core.monitoring.alerts.sources import Source, Watched
from mhc_core.settings import Settings
from mhc_core.vocabulary import AlertKind, Severity

MINUTE = timedelta(minutes=1)
CONSOLE = "https://console.example.org/console"
RULES: Mapping[str, Any] = {
    "group_seconds": 0,
    "repeat_minutes": {"warning": 30},
    "rule": [{"kinds": ["budget"], "channels": ["sms"]}, {"channels": ["*"]}],
}


def condition(subject: str = "train", kind: AlertKind = AlertKind.RUN_FAILED) -> Condition:
    return Condition(kind, subject, Severity.WARNING, f"{subject} is wrong", "look at it", "/models")


class Installation:
    """One source whose conditions a test sets, and the messages that are written."""

    def __init__(self, connection: sa.Connection, **rules: Any) -> None:
        self.connection = connection
        self.wrong: list[Condition] = []
        self.rules = Rules.model_validate({**RULES, **rules})
        self.sources: Mapping[str, Source] = {"one": lambda watched: list(self.wrong)}

    def look(self, minutes: float = 0, *wrong: Condition) -> list[str]:
        """A pass; the messages that it wrote, as channel and title."""
        self.wrong = list(wrong)
        now = NOW + minutes * MINUTE
        before = self.count()
        watching.observe(self.connection, Settings(), self.rules, now, self.sources)
        planning.plan(self.connection, self.rules, ["mail", "sms"], CONSOLE, now, now)
        rows = self.connection.execute(
            sa.select(alert_messages.c.channel, alert_messages.c.title).order_by(alert_messages.c.id).offset(before)
        )
        return [f"{row.channel}: {row.title}" for row in rows]

    def count(self) -> int:
        return self.connection.scalar(sa.select(sa.func.count()).select_from(alert_messages)) or 0

    def open(self) -> list[str]:
        return [one.key for one in queries.unresolved(self.connection, NOW)]


@pytest.fixture
def here(connection: sa.Connection) -> Installation:
    return Installation(connection)


def test_a_condition_is_told_once_and_its_end_as_well(here: Installation) -> None:
    assert here.look(0, condition()) == ["mail: [warning] train is wrong", "sms: [warning] train is wrong"]
    assert here.look(1, condition()) == []
    assert here.look(3) == ["mail: Resolved: train is wrong", "sms: Resolved: train is wrong"]
    assert here.open() == []
    assert here.look(4) == []
    assert here.look(5, condition())[0] == "mail: [warning] train is wrong", "the next time is another alert"


def test_a_condition_that_comes_and_goes_within_a_minute_is_one_alert(here: Installation) -> None:
    here.look(0, condition())
    assert here.look(0.5) == []
    assert here.look(0.9, condition()) == []
    assert here.look(1.8) == []
    assert here.open() == ["run_failed:train"]


def test_alerts_that_open_together_are_one_message_that_waits_for_others(connection: sa.Connection) -> None:
    here = Installation(connection, group_seconds=15)
    assert here.look(0, condition("a")) == []
    both = here.look(0.3, condition("a"), condition("b"))
    assert both == ["mail: [warning] a is wrong and 1 more", "sms: [warning] a is wrong and 1 more"]
    body = connection.scalars(sa.select(alert_messages.c.body)).first() or ""
    assert "a is wrong" in body
    assert "b is wrong" in body
    assert f"{CONSOLE}/models" in body


def test_what_stays_open_is_told_again_until_somebody_acknowledges(here: Installation) -> None:
    here.look(0, condition())
    assert here.look(29, condition()) == []
    assert here.look(31, condition())[0] == "mail: [warning] Still open: train is wrong"
    assert here.look(40, condition()) == []
    assert len(here.look(62, condition())) == 2
    [alert] = queries.unresolved(here.connection, NOW)
    assert acts.acknowledge(here.connection, [alert.id], "Ana", NOW) == 1
    assert here.look(200, condition()) == []
    assert here.look(202) == ["mail: Resolved: train is wrong", "sms: Resolved: train is wrong"]
    with pytest.raises(NotFound, match="mhc alerts"):
        acts.acknowledge(here.connection, [alert.id], "Ana", NOW)
    said = here.connection.scalars(sa.select(audit_log.c.action).where(audit_log.c.actor == "Ana")).all()
    assert said == ["alert.acknowledged"]


def test_a_silence_tells_nobody_and_what_is_open_after_it_is_told(here: Installation) -> None:
    acts.silence(here.connection, "run_failed:", NOW + 10 * MINUTE, "known", "Ana", NOW)
    assert here.look(0, condition(), condition("cash", AlertKind.BUDGET)) == ["sms: [warning] cash is wrong"]
    assert len(here.look(11, condition(), condition("cash", AlertKind.BUDGET))) == 2
    with pytest.raises(DataError, match="beginning of a key"):
        acts.silence(here.connection, " ", NOW + MINUTE, "", "Ana", NOW)
    with pytest.raises(DataError, match="later than now"):
        acts.silence(here.connection, "run", NOW, "", "Ana", NOW)
    acts.silence(here.connection, "budget:", NOW + 100 * MINUTE, "", "Ana", NOW)
    acts.end_silence(here.connection, "budget:", "Ana", NOW + MINUTE)
    with pytest.raises(NotFound, match="nothing silences"):
        acts.end_silence(here.connection, "budget:", "Ana", NOW + 2 * MINUTE)


def test_quiet_hours_wait_for_the_morning_and_what_is_over_by_then_is_not_told(connection: sa.Connection) -> None:
    at = NOW.time()
    end = (datetime.combine(NOW.date(), at) + timedelta(hours=1)).time()
    here = Installation(connection, quiet_hours={"from": at.isoformat(), "until": end.isoformat()})
    assert here.look(0, condition("a"), condition("b")) == []
    assert here.look(30, condition("a")) == []
    assert here.look(61, condition("a")) == ["mail: [warning] a is wrong", "sms: [warning] a is wrong"]


def test_a_source_that_fails_closes_nothing_and_is_an_alert_itself(here: Installation) -> None:
    here.look(0, condition())

    def broken(watched: Watched) -> Iterable[Condition]:
        watched.connection.execute(sa.text("select 1 / 0"))
        return []

    works, here.sources = here.sources, {"one": broken}
    here.look(5)
    assert here.open() == ["run_failed:train", "watching_failed:one"]
    here.sources = works
    here.look(6)
    here.look(8)
    assert here.open() == []


def test_what_is_long_over_is_forgotten_and_what_is_open_stays(here: Installation) -> None:
    here.look(0, condition("old"), condition("open"))
    here.look(5, condition("open"), condition("new"))
    here.look(8, condition("open"))
    acts.silence(here.connection, "budget:", NOW + MINUTE, "", "Ana", NOW)
    write(here.connection, [Evidence("volume", NOW + hours * MINUTE, 1, 1, 1, 11, False, False) for hours in (1, 9)])
    resolved = [one.key for one in queries.history(here.connection, NOW, 9)]
    assert sorted(resolved) == ["run_failed:new", "run_failed:old"]
    assert queries.forget(here.connection, NOW + 7 * MINUTE) == 5, (
        "an alert, two messages that it is over, a silence, evidence"
    )
    assert [one.key for one in queries.history(here.connection, NOW, 9)] == ["run_failed:new"]
    assert here.open() == ["run_failed:open"]
    assert here.look(9, condition("open")) == [], "it is known that it was told"


def test_the_same_pass_twice_writes_no_message_twice(here: Installation) -> None:
    here.look(0, condition())
    [alert] = queries.unresolved(here.connection, NOW)
    said = planning.messages([alert], {}, here.rules, ["mail"], CONSOLE, NOW, NOW)
    again = planning.messages([alert], {}, here.rules, ["mail"], CONSOLE, NOW + 5 * MINUTE, NOW + 5 * MINUTE)
    assert [one.key for one in said] == [one.key for one in again]
    count = here.count()
    planning.alert_messages.write(here.connection, said, NOW)
    assert here.count() == count
