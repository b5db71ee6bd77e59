"""A refused API key stands in the audit log without the key, and a flood of them in few rows."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import settings as examined
from hypothesis import strategies as st

from mhc_core.db.tables import audit_log
from mhc_core.errors import AccessDenied
from mhc_core.settings import Settings
from mhc_serving.access import keys, refusals
from mhc_serving.access.access_control import AccessControl
from mhc_serving.access.keys import KeyRefused, Role
from mhc_serving.access.refusals import PERIOD, Refusals

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)


def written(engine: sa.Engine) -> list[tuple[str, dict[str, object]]]:
    with engine.connect() as connection:
        log = audit_log.c
        rows = connection.execute(
            sa.select(log.subject, log.details).where(log.action == refusals.ACTION).order_by(log.id)
        )
        return [(subject, details) for subject, details in rows]


@pytest.fixture
def gate(serving_engine: sa.Engine, settings: Settings) -> AccessControl:
    return AccessControl(settings, serving_engine)


def refused(gate: AccessControl, key: str, now: datetime) -> None:
    with pytest.raises(AccessDenied):
        gate.holder(key, now)


def test_a_flood_is_one_row_and_then_one_with_a_count(gate: AccessControl, serving_engine: sa.Engine) -> None:
    before = len(written(serving_engine))
    for second in range(50):
        refused(gate, f"mhc_guess{second}", NOW + timedelta(seconds=second))
    assert [details["times"] for _, details in written(serving_engine)[before:]] == [1]
    refused(gate, "mhc_guess", NOW + PERIOD)
    rows = written(serving_engine)[before:]
    assert [details["times"] for _, details in rows] == [1, 50]
    assert {subject for subject, _ in rows} == {"api_key:unknown"}
    assert "guess" not in str(rows)


def test_a_key_that_was_revoked_is_named(gate: AccessControl, serving_engine: sa.Engine) -> None:
    with serving_engine.begin() as connection:
        key = keys.create(connection, "old till", Role.APP, NOW)
        key_id = keys.authenticate(connection, key, NOW).id
        keys.revoke(connection, key_id, NOW)
    refused(gate, key, NOW)
    subject, details = written(serving_engine)[-1]
    assert (subject, details["reason"], details["times"]) == (f"api_key:{key_id}", "revoked", 1)
    assert key not in str(details)


def test_counts_are_written_when_the_next_valid_key_comes(gate: AccessControl, serving_engine: sa.Engine) -> None:
    with serving_engine.begin() as connection:
        good = keys.create(connection, "till", Role.APP, NOW)
    refused(gate, "mhc_a", NOW)
    refused(gate, "mhc_b", NOW)
    gate.holder(good, NOW + PERIOD)
    assert written(serving_engine)[-1][1]["times"] == 1


def test_a_request_with_a_refused_key_is_audited(client: TestClient, serving_engine: sa.Engine) -> None:
    with serving_engine.begin() as connection:
        key = keys.create(connection, "lost phone", Role.APP, NOW)
        key_id = keys.authenticate(connection, key, NOW).id
        keys.revoke(connection, key_id, NOW)
    assert client.get("/api/v1/models", headers={"X-API-Key": key}).status_code == 401
    assert f"api_key:{key_id}" in [subject for subject, _ in written(serving_engine)]


@examined(deadline=None)
@given(st.lists(st.integers(0, 40), max_size=60))
def test_no_refusal_is_lost_and_no_minute_has_two_rows(gaps: list[int]) -> None:
    kept, now, times = Refusals(), NOW, list[tuple[datetime, int]]()
    for gap in gaps:
        now += timedelta(seconds=gap)
        kept.note(KeyRefused("unknown", None, "no"), now)
        times += [(now, int(str(details["times"]))) for _, details in kept.due(now)]
    times += [(now + PERIOD, int(str(details["times"]))) for _, details in kept.due(now + PERIOD)]
    assert sum(count for _, count in times) == len(gaps)
    assert all(later - earlier >= PERIOD for (earlier, _), (later, _) in pairwise(times))
