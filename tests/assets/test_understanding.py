"""Understanding in the pipeline: a first version by itself, a better one later, and never a worse one."""

from collections.abc import Iterator

import dagster as dg
import pytest
import sqlalchemy as sa
from fakes.pipeline import execute, made, metadata
from fakes.rote_reader import rote

from mhc_assets.resources import Platform
from mhc_core.db import engine as engines
from mhc_core.db.queries import versions
from mhc_core.understanding import recipe
from mhc_jobs.definitions import defs

STEPS = {"understanding_examples", "understanding_model", "understanding_evaluation", "promoted_understanding"}


@pytest.fixture
def engine(fresh_database_url: str, tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> Iterator[sa.Engine]:
    monkeypatch.setenv("MHC_DATABASE_URL", fresh_database_url)
    monkeypatch.setenv("MHC_STATE_DIR", str(tmp_path))
    monkeypatch.setenv("MHC_UNDERSTANDING_THRESHOLD", "3")
    engine = engines.create(fresh_database_url)
    yield engine
    engine.dispose()


def reads(monkeypatch: pytest.MonkeyPatch, right: int) -> None:
    """From now on a version reads so many percent of messages right."""
    monkeypatch.setattr(recipe, "standard", lambda: rote(right))


def due(instance: dg.DagsterInstance) -> str:
    """The run that the sensor asks for, or why none."""
    [sensor] = [found for found in defs.sensors or [] if found.name == "understanding_update"]
    assert isinstance(sensor, dg.SensorDefinition)
    context = dg.build_sensor_context(instance=instance, definitions=defs, resources={"platform": Platform()})
    with context:
        data = sensor.evaluate_tick(context)
    return str(data.run_requests[0].run_key) if data.run_requests else str(data.skip_message)


def test_versions_are_trained_judged_and_promoted_and_a_worse_one_is_not(
    engine: sa.Engine, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert due(instance) == f"understanding:recipe:{recipe.NAME}"
    reads(monkeypatch, 80)
    first = execute("understanding", instance)
    assert made(first) == STEPS
    live = metadata(first, "promoted_understanding")["live"]
    assert live == metadata(first, "understanding_model")["version"]
    assert metadata(execute("understanding", instance), "promoted_understanding")["moved"] is False

    reads(monkeypatch, 50)
    worse = execute("understanding", instance)
    assert metadata(worse, "understanding_evaluation")["verdict"] == "reject"
    assert "Worse: slots" in metadata(worse, "understanding_evaluation")["reasons"]
    assert metadata(worse, "promoted_understanding")["live"] == live

    reads(monkeypatch, 95)
    assert metadata(execute("understanding", instance), "promoted_understanding")["moved"] is True
    with engine.connect() as connection:
        assert [move.moved_by for move in versions.history(connection, "understanding")] == ["pipeline"] * 2


def test_enough_new_labelled_messages_start_a_run_and_so_does_an_erasure(
    engine: sa.Engine, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recipe, "NAME", "rote-80")
    monkeypatch.setattr("sensors.understanding.NAME", "rote-80")
    reads(monkeypatch, 80)
    version = metadata(execute("understanding", instance), "understanding_model")["version"]
    assert due(instance) == "0 new labelled messages, 3 start a training run"
    with engine.begin() as connection:
        connection.execute(
            sa.text("""
                insert into ai.understanding_examples (key, origin, line, text_sha256, held_out, written_at)
                select 'c' || n, 'correction', 'inform/book: ' || n, 'c' || n, n = 4, now() from generate_series(1, 4) n
            """)
        )
    assert due(instance) == f"understanding:{version}:3:1"
    taught = metadata(execute("understanding", instance), "understanding_model")
    assert taught["from_correction"] == 3
    assert due(instance).startswith("0 new")
    with engine.begin() as connection:
        connection.execute(sa.text("update ai.understanding_examples set line = '' where key = 'c1'"))
    assert due(instance) == f"understanding:erasure:{taught['version']}"
    assert metadata(execute("understanding", instance), "understanding_model")["from_correction"] == 2
    assert due(instance).startswith("0 new")
