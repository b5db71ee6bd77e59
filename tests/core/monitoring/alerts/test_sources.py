"""Each source sees what it watches, and nothing when all is well."""

from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from fakes.stored import NOW, say, talk

from mhc_core.db.queries.anomalies import Evidence, write
from mhc_core.db.rows.alerts import Condition
from mhc_core.db.tables import conversations, erasures, model_versions, rollouts
from mhc_core.monitoring import incidents
from mhc_core.monitoring.alerts.rules import Disk, Rules
from mhc_core.monitoring.alerts.sources import SOURCES, Watched
from mhc_core.settings import Settings
from mhc_core.vocabulary import AlertKind, IncidentKind, Severity

HOUR = timedelta(hours=1)
PLENTY = Rules(disk=Disk(free_percent=0.001))


def seen(connection: sa.Connection, later: timedelta = timedelta(), rules: Rules = PLENTY) -> list[Condition]:
    watched = Watched(connection, Settings(state_dir=Path("/tmp/none/of/it")), rules, NOW + later)
    return [one for look in SOURCES.values() for one in look(watched)]


def keys(found: list[Condition]) -> list[str]:
    return [one.key for one in found]


def test_nothing_is_wrong_on_a_new_installation(connection: sa.Connection) -> None:
    assert seen(connection) == []


def test_every_kind_of_incident_is_an_alert(connection: sa.Connection) -> None:
    incidents.daemon_is_alive(connection, ["conversations"], [], NOW)
    incidents.run_failed(connection, "train", ["fine_tuned_model"], ["training_dataset:format"], NOW)
    incidents.files_refused(connection, ["row 3: no date"], NOW)
    found = seen(connection, HOUR)
    assert {one.kind.value for one in found} == {kind.value for kind in IncidentKind}
    assert {one.key: one.severity for one in found}["check_failed:training_dataset:format"] is Severity.CRITICAL
    assert all(one.title and one.detail for one in found)


def test_an_erasure_that_does_not_end_is_an_alert_by_its_number_alone(connection: sa.Connection) -> None:
    number = connection.scalar(
        sa.insert(erasures)
        .values(customer_hash="a-pseudonym", requested_by="Ana", requested_at=NOW)
        .returning(erasures.c.id)
    )
    assert seen(connection) == []
    [found] = seen(connection, 2 * HOUR)
    assert found.key == f"erasure_late:{number}"
    assert "a-pseudonym" not in f"{found.title} {found.detail}"
    connection.execute(sa.update(erasures).values(status="finished"))
    assert seen(connection, 2 * HOUR) == []


def test_a_held_rollout_is_an_alert(connection: sa.Connection) -> None:
    connection.execute(sa.insert(model_versions).values(id="model-1", provider="local", base_model="b", metrics={}))
    connection.execute(sa.insert(rollouts).values(model_version_id="model-1", status="held", share=10))
    [found] = seen(connection)
    assert (found.key, found.link) == ("rollout_held:model-1", "/models")


def test_too_little_space_is_an_alert(connection: sa.Connection) -> None:
    [found] = seen(connection, rules=Rules(disk=Disk(free_percent=99.9)))
    assert found.key == "disk_space:state"


def test_conversations_that_are_never_scored_are_a_silent_stage(connection: sa.Connection) -> None:
    for _ in range(6):
        talk(connection, say("user", "hello"), at=NOW - timedelta(days=4), status="closed")
    [found] = seen(connection)
    assert found.key == "silence:scored_conversations"
    assert "6 conversations" in found.detail
    connection.execute(sa.delete(conversations))
    talk(connection, say("user", "hello"), at=NOW - timedelta(days=4), status="closed")
    assert seen(connection) == [], "a single one says nothing"


@pytest.mark.parametrize(("detector", "kind"), [("escalations", AlertKind.ANOMALY), ("channel:sms", AlertKind.SILENCE)])
def test_an_alarm_of_a_detector_is_an_alert_as_long_as_it_is_the_newest_word(
    connection: sa.Connection, detector: str, kind: AlertKind
) -> None:
    alarm = Evidence(detector, NOW, 12.0, 5.0, 13.0, 10.9, True, False)
    write(connection, [alarm])
    [found] = seen(connection, HOUR)
    assert found.key == f"{kind}:{detector}"
    assert "2.4 × the usual" in found.detail
    assert seen(connection, timedelta(days=20)) == [], "old evidence says nothing of now"
    write(connection, [alarm._replace(hour=NOW + HOUR, alarm=False)])
    assert seen(connection, 2 * HOUR) == []
    incidents.daemon_is_alive(connection, [], [], NOW + 9 * HOUR)
    assert seen(connection, 9 * HOUR) == []
    write(connection, [alarm._replace(detector="volume", alarm=False)])
    assert keys(seen(connection, 9 * HOUR)) == ["silence:anomaly_evidence"]
