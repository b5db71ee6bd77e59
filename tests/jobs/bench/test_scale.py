"""A long history made of copies is one that the stages could have made, and a day on top of it is measured."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from fakes.scrubbers import Clean
from fakes.stored import WordEmbedder

from mhc_core.db import engine as engines
from mhc_core.db.tables import figures_flow, figures_totals, training_examples
from mhc_core.monitoring import dashboard
from mhc_core.settings import Settings
from mhc_jobs.bench.loop import history, scale, statements, storage
from mhc_jobs.bench.loop.stages import STAGES, Loop

SIZES = (240, 480)


@pytest.fixture
def loop(fresh_database_url: str, tmp_path: Path) -> Iterator[Loop]:
    settings = Settings(state_dir=tmp_path, dataset_min_examples=10)
    engine = engines.create(fresh_database_url)
    yield Loop(engine, tmp_path, settings, WordEmbedder(), Clean(), datetime(2026, 11, 28, tzinfo=UTC))
    engine.dispose()


def orphans(connection: sa.Connection) -> dict[str, int]:
    """Rows of each copied table that point at nothing, by foreign key."""
    found = {}
    for table in history.COPIED:
        for key in table.foreign_keys:
            here, there = key.parent, key.column
            points = sa.select(sa.func.count()).select_from(table).where(here.is_not(None))
            lost = connection.scalar(points.where(~sa.exists().where(there == here)))
            found[f"{table.name}.{here.name}"] = int(lost or 0)
    return found


def test_a_day_is_measured_on_top_of_histories_that_hold_together(loop: Loop, tmp_path: Path) -> None:
    said: list[str] = []
    report = scale.measure(loop, SIZES, base=120, day=60, times=3, folder=tmp_path, say=said.append)

    stages = [*STAGES, scale.FIGURES, scale.LOOK, scale.DAY]
    assert [line["stage"] for line in report["costs"]] == stages * len(SIZES)
    lengths = [size["history"] for size in report["sizes"]]
    assert lengths == sorted(lengths)
    assert all(abs(length - size) < 150 for length, size in zip(lengths, SIZES, strict=True))
    assert {line["against_smallest"] for line in report["costs"][: len(stages)]} == {1.0}
    assert [line["exponent"] is None for line in report["costs"]] == [True] * len(stages) + [False] * len(stages)
    for size in report["sizes"]:
        assert size["disk"]["bytes_per_conversation"] > 1000
        assert set(size["statements"]) == set(stages) - {scale.DAY}
        assert size["data_set_index"]["with_ms"] > 0
    assert report["slowest_read"] in report["sizes"][-1]["reads"]
    assert set(report["met"]) == {"day", "peak", "reads"}
    assert report["retention"]["messages"] > 0
    assert not list(tmp_path.glob("*.jsonl.gz"))

    with loop.engine.connect() as connection:
        assert set(orphans(connection).values()) == {0}
        merged = sa.select(training_examples.c.id).where(training_examples.c.duplicate_of.is_not(None))
        assert connection.scalars(merged).all()
        indexes = connection.scalar(sa.text("select count(*) from pg_indexes where tablename = 'messages'"))
        assert indexes == len(sa.inspect(connection).get_indexes("messages", schema="ai")) + 1  # and the primary key


def test_figures_of_a_copied_history_are_those_that_counting_it_gives(loop: Loop, tmp_path: Path) -> None:
    scale.measure(loop, SIZES[:1], base=120, day=60, times=3, folder=tmp_path, say=lambda text: None)
    kept = _figures(loop.engine)
    with loop.engine.begin() as connection:
        connection.execute(sa.text("truncate ai.figures_totals, ai.figures_flow"))
    dashboard.refresh(loop.engine, scale.AGENTS, loop.now)
    counted = _figures(loop.engine)
    assert sum(kept["figures_flow"].values()) == sum(counted["figures_flow"].values())
    assert kept == counted


def _figures(engine: sa.Engine) -> dict[str, dict[Any, int]]:
    with engine.connect() as connection:
        flow, totals = figures_flow.c, figures_totals.c
        ways = sa.select(flow.span, flow.start, flow.outcome, sa.func.sum(flow.conversations)).group_by(
            flow.span, flow.start, flow.outcome
        )
        said = sa.select(totals.span, totals.start, totals.messages).where(totals.messages > 0)
        return {
            "figures_flow": {tuple(row[:-1]): int(row[-1]) for row in connection.execute(ways)},
            "figures_totals": {tuple(row[:-1]): int(row[-1]) for row in connection.execute(said)},
        }


def test_an_exponent_says_how_cost_grows_with_the_history() -> None:
    assert scale.exponent(1000, 5.0, 100_000, 5.0) == 0
    assert scale.exponent(1000, 5.0, 10_000, 50.0) == 1
    assert scale.exponent(1000, 5.0, 10_000, 500.0) == 2


def test_statements_are_counted_by_their_text(fresh_database_url: str) -> None:
    engine = engines.create(fresh_database_url)
    with statements.counted(engine) as sent, engine.connect() as connection:
        for number in range(3):
            connection.execute(sa.text("select   cast(:n as integer)"), {"n": number})
        connection.execute(sa.text("select pg_sleep(0.05)"))
    with engine.connect() as connection:
        connection.execute(sa.text("select 'not counted'"))
    engine.dispose()
    told = statements.dearest(sent, 5)
    assert [one["calls"] for one in told] == [1, 3]
    assert told[0]["statement"] == "select pg_sleep(0.05)"
    assert told[0]["seconds"] >= 0.05


def test_an_index_that_is_measured_without_stays(fresh_database_url: str) -> None:
    engine = engines.create(fresh_database_url)
    read = "select count(*) from ai.training_examples where active and verified and embedder = :embedder"
    found = storage.without_index(engine, scale.CHOOSING, read, {"embedder": "words-384"}, 3)
    assert set(found) == {"with_ms", "without_ms"}
    with engine.connect() as connection:
        assert connection.scalar(sa.text("select to_regclass(:name)"), {"name": f"ai.{scale.CHOOSING}"})
    engine.dispose()
