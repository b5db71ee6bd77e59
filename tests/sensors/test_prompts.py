"""A variant that loses is stopped by ticking the sensor; serving sees that in the database."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import dagster as dg
import pytest
import sqlalchemy as sa

from mhc_assets.resources import Platform
from mhc_core.business import pricing
from mhc_core.db import engine as engines
from mhc_core.db.queries import prompts as queries
from mhc_core.prompts import experiment_control as control
from mhc_core.prompts import registry, wordings
from mhc_core.vocabulary import ExperimentMetric, ExperimentStatus
from sensors.prompts import losing_variants

BUSINESS = pricing.load()
START = datetime.now(UTC) - timedelta(days=3)
NAME = "agent/lead"


def tick() -> str:
    context = dg.build_sensor_context(resources={"platform": Platform()})
    with context:
        data = losing_variants.evaluate_tick(context)
    assert not data.run_requests
    return data.skip_message or ""


def came(connection: sa.Connection, experiment_id: int, number: int) -> None:
    """So many customers of either variant; those of the new one all ended at a person."""
    people = [{"id": uuid4(), "position": at % 2, "who": f"h{at}", "at": START} for at in range(2 * number)]
    for statement in (
        "insert into ai.conversations (id, source, source_id, channel, customer_id, started_at, last_message_at) "
        "values (:id, 'serving', cast(:id as text), 'web', :who, :at, :at)",
        "insert into ai.messages (id, conversation_id, position, role, content, sent_at) "
        "values (:id, :id, 1, 'assistant', 'words', :at)",
        f"insert into ai.experiment_exposures values ({experiment_id}, :who, :position, :id, :at)",
    ):
        connection.execute(sa.text(statement), people)
    connection.execute(
        sa.text("insert into ai.handovers (conversation_id, queue, opened_at) values (:id, 'team', :at)"),
        [person for person in people if person["position"]],
    )


def test_what_loses_is_stopped_and_what_nobody_met_goes_on(
    fresh_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MHC_DATABASE_URL", fresh_database_url)
    assert tick() == "0 experiments run, none loses"
    engine = engines.create(fresh_database_url)
    with engine.begin() as connection:
        registry.sync_with_release(connection, BUSINESS, START)
        version = wordings.version(BUSINESS, NAME, "Send everybody to a person.")
        queries.record(connection, [version], "ann")
        made = control.start(
            connection, "trial", NAME, [(version.id, 1)], 1, ExperimentMetric.BOOKED, timedelta(hours=24), "salt",
            "ann", START,
        )  # fmt: skip
    assert tick() == "1 experiments run, none loses"
    with engine.begin() as connection:
        came(connection, made.id, 150)
    assert tick() == f"stopped {version.id} of trial"
    with engine.connect() as connection:
        assert control.existing(connection, "trial").status is ExperimentStatus.ENDED
        assert registry.active(connection, BUSINESS).experiments == {}
    assert tick() == "0 experiments run, none loses"
    engine.dispose()
