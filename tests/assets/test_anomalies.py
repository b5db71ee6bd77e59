"""The hourly look at figures, run by Dagster: it counts them itself, writes once, and tells its alarms."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import dagster as dg
import pytest
import sqlalchemy as sa
from fakes.pipeline import ZONE, execute, metadata
from fakes.stored import say, talk

from mhc_assets.resources import Platform


def test_a_rise_of_escalations_is_found_without_a_console(
    sampled_engine: sa.Engine, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = datetime(2026, 10, 20, 9, 30, tzinfo=ZoneInfo(ZONE))
    monkeypatch.setattr(Platform, "now", lambda self: now)
    with sampled_engine.begin() as connection:
        connection.execute(sa.text("delete from ai.conversations"))
        for hours in range(1, 8 * 7 * 24, 2):
            at = now - timedelta(hours=hours)
            seventh = hours % 16 == 1 or hours < 6 * 24
            talk(
                connection,
                say("user", "hello"),
                at=at,
                created_at=at,
                escalated_at=at if seventh else None,
                updated_at=now,
            )
    first = execute("anomalies", instance)
    assert metadata(first, "anomaly_evidence")["alarms"] == ["Conversations handed to a person: 8.0 × the usual"]
    written = metadata(first, "anomaly_evidence")["new"]
    assert written == metadata(first, "anomaly_evidence")["dagster/row_count"] > 24
    assert metadata(execute("anomalies", instance), "anomaly_evidence")["new"] == 0
