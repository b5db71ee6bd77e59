"""Follow-ups run by Dagster: planned by default, sent only when somebody switched it on."""

import dagster as dg
import pytest
import sqlalchemy as sa
from fakes.campaigns import NOW, PHONE, TODAY, agree, party, touches
from fakes.carriers import ACCOUNT, TOKEN, carriers
from fakes.pipeline import execute, metadata

from mhc_assets.resources import Platform
from mhc_core.campaigns import planning


def test_the_demo_plans_and_sends_nothing_until_it_is_switched_on(
    sampled_engine: sa.Engine, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Platform, "now", lambda self: NOW)
    monkeypatch.setattr(planning, "in_holdout", lambda *_: False)
    with sampled_engine.begin() as connection:
        connection.execute(sa.text("delete from ai.booking_requests"))
        agree(connection, PHONE)
        party(connection, PHONE, TODAY - (NOW - NOW.replace(day=4)))
    ran = execute("campaigns", instance)
    plan, delivery = metadata(ran, "campaign_plan"), metadata(ran, "campaign_delivery")
    assert plan["planned"]["after_event/how_was_it/planned"] == 1
    assert "MHC_CAMPAIGNS" in delivery["off"]
    with carriers() as state:
        for name, value in (
            ("CAMPAIGNS", "true"), ("TWILIO__ACCOUNT_SID", ACCOUNT), ("TWILIO__AUTH_TOKEN", TOKEN),
            ("TWILIO__SMS_FROM", "+15550100001"), ("TWILIO__URL", state.url),
        ):  # fmt: skip
            monkeypatch.setenv(f"MHC_{name}", value)
        assert metadata(execute("campaigns", instance), "campaign_delivery")["dagster/row_count"] == 1
        assert metadata(execute("campaigns", instance), "campaign_delivery")["dagster/row_count"] == 0
        assert [to for to, _ in state.accepted] == [PHONE]
    with sampled_engine.connect() as connection:
        assert ("after_event", "how_was_it", "sent", None) in touches(connection)
