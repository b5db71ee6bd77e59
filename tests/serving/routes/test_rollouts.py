"""What staff read of a candidate among customers."""

from collections.abc import Callable
from datetime import timedelta
from random import Random

import sqlalchemy as sa
from fakes.rollout_serving import CANARY, SayingProviders, begin
from fakes.rollout_traffic import Rates, arrive
from fastapi.testclient import TestClient

from mhc_core.db.queries import rollout_shadow
from mhc_core.db.queries.rollout_shadow import Pair
from mhc_core.rollout import tick
from mhc_core.settings import Settings
from mhc_core.vocabulary import Intent
from mhc_serving.access import keys
from mhc_serving.access.keys import Role
from mhc_serving.app import create_app, utc_now


def test_the_difference_with_its_confidence_sequence_over_time(
    empty_engine: sa.Engine, publish: Callable[..., str], settings: Settings
) -> None:
    publish(empty_engine)
    found, now = begin(empty_engine), utc_now()
    with empty_engine.begin() as connection:
        arrive(connection, found, range(400), now - timedelta(days=3), Random(1), Rates(), Rates(0.5))
        tick.tick(connection, CANARY, now - timedelta(hours=1))
        tick.tick(connection, CANARY, now)
        rollout_shadow.save(connection, [Pair(found.id, Intent.MENU, 0.9, True, 0.8, 0.8, 5.0, now)] * 20)
        key = keys.create(connection, "kim", Role.AGENT, now)
    headers = {"Authorization": f"Bearer {key}"}
    with TestClient(create_app(settings, empty_engine, providers=SayingProviders())) as client:
        shown = client.get(f"/api/v1/rollouts/{found.id}", headers=headers).json()
        missing = client.get("/api/v1/rollouts/999", headers=headers)
    assert (shown["model"], shown["control"], shown["status"], shown["share"]) == ("new", "old", "canary", 50)
    assert [look["decision"] for look in shown["looks"]] == ["continue", "continue"]
    newest = shown["looks"][-1]
    assert newest["low"] < newest["gain"] < newest["high"]
    assert newest["candidates"] + newest["controls"] == 400
    assert set(shown["numbers"]["averages"]) == {"candidate", "control"}
    assert any("7 is the minimum" in reason for reason in shown["reasons"])
    assert [decision["action"] for decision in shown["decisions"]] == ["start"]
    ready = {item["intent"]: item for item in shown["readiness"]}
    assert ready["menu"]["ready"]
    assert ready["policy"]["blocking"] == ["0 of 20 pairs"]
    assert shown["server"] == {"problem": None, "shadow": {"compared": 0, "dropped": 0, "failed": 0}}
    assert (missing.status_code, "mhc rollout show" in missing.json()["detail"]) == (404, True)
