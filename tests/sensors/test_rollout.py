"""The sensor that moves a candidate among customers: what it decides is stored once and shown in the UI."""

from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random
from typing import Any

import dagster as dg
import pytest
import sqlalchemy as sa
from fakes.rollout_traffic import Rates, arrive, evaluated
from fakes.stored import NOW

from mhc_assets.resources import Platform
from mhc_core.db import engine as engines
from mhc_core.db.queries import rollout as queries
from mhc_core.rollout import promotion, stages
from mhc_core.settings import Settings
from sensors import rollout as sensor

POOR = Rates(escalation=0.6, down=0.4, up=0.0)
GOOD = Rates(escalation=0.05, down=0.0, up=0.5)
Tick = Callable[..., Any]


@pytest.fixture
def engine(fresh_database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> Any:
    monkeypatch.setenv("MHC_DATABASE_URL", fresh_database_url)
    monkeypatch.setenv("MHC_STATE_DIR", str(tmp_path))
    monkeypatch.setenv("MHC_ROLLOUT_SHADOW_SHARE", "0")
    found = engines.create(fresh_database_url)
    yield found
    found.dispose()


@pytest.fixture
def tick(instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch) -> Tick:
    """One tick at a time of one's choosing."""

    def call(now: datetime, cursor: str | None = None) -> Any:
        monkeypatch.setattr(Platform, "now", lambda self: now)
        with dg.build_sensor_context(instance=instance, cursor=cursor, resources={"platform": Platform()}) as context:
            return sensor.live_rollout.evaluate_tick(context)

    return call


def test_nothing_waits_nothing_is_done(engine: sa.Engine, tick: Tick) -> None:
    done = tick(NOW)
    assert (done.skip_message, list(done.asset_events)) == ("no candidate waits", [])


def test_it_starts_who_waits_and_rolls_back_harm_once(
    engine: sa.Engine, tick: Tick, instance: dg.DagsterInstance
) -> None:
    with engine.begin() as connection:
        promotion.open_for(connection, evaluated(connection, "m1"))
    started = tick(NOW)
    [event] = started.asset_events
    assert event.metadata["status"].value == "canary"
    quiet = tick(NOW + timedelta(minutes=1), started.cursor)
    assert list(quiet.asset_events) == []
    assert "customers" in quiet.skip_message
    with engine.begin() as connection:
        found = queries.in_flight(connection)
        assert found is not None
        arrive(connection, found, range(2000), NOW, Random(3), POOR, GOOD)
    later = NOW + timedelta(hours=2)
    done = tick(later, started.cursor)
    [event] = done.asset_events
    assert event.asset_key.to_user_string() == "live_rollout"
    assert event.metadata["decision"].value == "rollback"
    assert "is harm" in event.metadata["reasons"].value
    assert event.metadata["gain"].value.startswith("![gain of the composite per customer](data:image/png;base64,")
    assert event.metadata["numbers"].value["metrics"]["escalation"]["harmful"] is True
    instance.report_runless_asset_event(event)
    shown = instance.get_latest_materialization_event(dg.AssetKey("live_rollout"))
    assert shown is not None, "the daemon can store it"
    again = tick(later, started.cursor)
    assert again.skip_message == "no candidate waits"
    with engine.connect() as connection:
        assert [found.action for found in queries.decisions(connection, "m1")] == ["start", "rollback"]


def test_an_hour_without_a_decision_is_reported(engine: sa.Engine, tick: Tick) -> None:
    with engine.begin() as connection:
        promotion.open_for(connection, evaluated(connection, "m1"))
        stages.start(connection, "m1", "kim", Settings(rollout_shadow_share=0), NOW)
    first = tick(NOW)
    assert len(first.asset_events) == 1
    assert len(tick(NOW + timedelta(minutes=59), first.cursor).asset_events) == 0
    assert len(tick(NOW + timedelta(minutes=60), first.cursor).asset_events) == 1
