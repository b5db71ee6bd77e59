"""Alerts leave the house: no word, name or id of a customer stands in what is told, stored of it, or logged."""

import logging
from collections.abc import Iterable
from datetime import timedelta

import pytest
import sqlalchemy as sa
from fakes import leaks
from fakes.receivers import Hook
from fakes.stored import NOW, say, talk

from mhc_core.db.rows.alerts import Condition
from mhc_core.db.tables import erasures
from mhc_core.monitoring import incidents
from mhc_core.monitoring.alerts import delivery, planning, watching
from mhc_core.monitoring.alerts.channels import Channels
from mhc_core.monitoring.alerts.rules import Rules
from mhc_core.monitoring.alerts.sources import SOURCES, Watched
from mhc_core.monitoring.anomalies import looking
from mhc_core.settings import Settings

CANARY = "zanzibarka"
RULES = Rules.model_validate({"group_seconds": 0, "disk": {"free_percent": 99.9}, "rule": [{"channels": ["*"]}]})


def test_nothing_of_a_customer_leaves_with_an_alert(
    database: sa.Engine, web: Hook, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)

    def broken(watched: Watched) -> Iterable[Condition]:
        raise ValueError(f"cannot read the message of {CANARY}")

    with database.begin() as connection:
        for _ in range(6):
            talk(
                connection,
                say("user", f"I am {CANARY}", message_metadata={"name": CANARY}),
                at=NOW - timedelta(days=4),
                status="closed",
                customer_id=CANARY,
                escalation_reason=CANARY,
                agent_id=CANARY,
            )
        connection.execute(
            sa.insert(erasures).values(
                customer_hash="hash", requested_by="Ana", requested_at=NOW - timedelta(days=1), progress={}
            )
        )
        incidents.run_failed(connection, "train", ["step"], ["asset:check"], NOW)
        connection.execute(sa.text("create table dagster.runs (body text)"))  # the search wants both schemas
    looking.count_figures(database, NOW)
    with database.begin() as connection:
        watching.observe(connection, Settings(), RULES, NOW, {**SOURCES, "broken": broken})
        planning.plan(connection, RULES, ["hook"], "https://console.example.org", NOW, NOW)
    delivery.send_due(database, Channels({"hook": web.url}), lambda: NOW)
    [(_, body)] = web.got
    for expected in ("scored_conversations", "Erasure 1", "Job train failed", "Alerts of broken", "disk is free"):
        assert expected in body["message"], "the source had something to tell"
    kept = list(leaks.tables(database))
    assert not [one.where for one in kept if not one.raw and CANARY in one.text]
    assert any(CANARY in one.text for one in kept if one.raw), "the search can see"
    assert CANARY not in f"{web.got} {caplog.text}".lower()
