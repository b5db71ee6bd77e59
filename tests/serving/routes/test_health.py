"""What is wrong with the pipeline is told without keeping customers from being answered."""

from collections.abc import Callable
from datetime import timedelta

import sqlalchemy as sa
from fastapi.testclient import TestClient

from mhc_core.monitoring import incidents
from mhc_core.settings import Settings
from mhc_serving.app import create_app, utc_now


def test_a_pipeline_in_trouble_is_degraded_and_not_down(
    empty_engine: sa.Engine, publish: Callable[..., str], settings: Settings
) -> None:
    publish(empty_engine)
    now = utc_now()
    with TestClient(create_app(settings, empty_engine)) as client:
        assert client.get("/readyz").json()["degraded"] == []
        with empty_engine.begin() as connection:
            incidents.daemon_is_alive(connection, ["conversations"], [], now - timedelta(minutes=10))
            incidents.run_failed(connection, "train", ["fine_tuned_model"], [], now)
        ready = client.get("/readyz")
    assert (ready.status_code, ready.json()["ready"], ready.json()["reasons"]) == (200, True, {})
    assert {(item["kind"], item["subject"]) for item in ready.json()["degraded"]} == {
        ("stage_silent", "conversations"),
        ("daemon_stopped", "dagster-daemon"),
        ("run_failed", "train"),
    }
