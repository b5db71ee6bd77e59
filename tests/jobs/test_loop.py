"""The whole loop on generated conversations: it learns, it is repeatable, it survives a kill, and it leaks nothing."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from pipeline import bring_in, copy, environment, fingerprint, small_sample

from mhc_core import sample
from mhc_core import settings as configuration
from mhc_core.db import engine as engines
from mhc_core.status import status
from mhc_jobs import dagster_home
from mhc_jobs.loop import LoopResult, run_loop

pytestmark = pytest.mark.timeout(900)
LEARNING, DAYS = 550, 6
RAW = {"conversations", "messages", "feedback"}
ENOUGH = {"MHC_AUTO_APPROVE": "true", "MHC_DATASET_MIN_EXAMPLES": "50"}
FEW = {"MHC_AUTO_APPROVE": "true", "MHC_DATASET_MIN_EXAMPLES": "20", "MHC_VALIDATION_FRACTION": "0.4"}


@dataclass
class Place:
    """A database and a state folder; ``first`` is the status after the first loop, whatever ran since."""

    url: str
    engine: sa.Engine
    state: Path
    first: dict[str, Any] = field(default_factory=dict)

    def loop(self, **variables: str) -> LoopResult:
        with environment(MHC_DATABASE_URL=self.url, MHC_STATE_DIR=str(self.state), **variables):
            settings = configuration.load()
            with dagster_home.instance(settings, self.url) as instance:
                return run_loop(self.engine, instance, settings, lambda line: None)

    def status(self) -> dict[str, Any]:
        with self.engine.connect() as connection:
            return status(connection)


@contextmanager
def place(server_url: str, template: str, folder: Path) -> Iterator[Place]:
    with copy(server_url, template) as url:
        engine = engines.create(url)
        yield Place(url, engine, folder / "state")
        engine.dispose()


@pytest.fixture(scope="module")
def places(
    _server_url: str, sampled: str, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[], AbstractContextManager[Place]]:
    """Opens copies of the small sample, each with a state folder of its own."""
    return lambda: place(_server_url, sampled, tmp_path_factory.mktemp("place"))


@pytest.fixture(scope="module")
def learned(
    _server_url: str, _template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Place, list[dict[str, Any]]]]:
    """The loop has run once on enough conversations to learn from."""
    records = small_sample(LEARNING, DAYS)
    folder = tmp_path_factory.mktemp("learned")
    with place(_server_url, _template, folder) as here:
        bring_in(here.url, records, tmp_path_factory.mktemp("import"))
        here.loop(**ENOUGH)
        here.first = here.status()
        yield here, records


def test_the_candidate_beats_the_baseline_and_is_promoted(learned: tuple[Place, list[dict[str, Any]]]) -> None:
    found = learned[0].first
    low, high = found["evaluation"]["interval"]
    assert 0 < low < found["evaluation"]["difference"] < high
    assert found["evaluation"]["verdict"] == "promote"
    assert found["evaluation"]["baseline"] == "knowledge-only"
    assert (
        found["evaluation"]["candidate_metrics"]["similarity"] > found["evaluation"]["baseline_metrics"]["similarity"]
    )
    assert found["production"]["id"] == found["model"]["id"] == found["evaluation"]["candidate"]
    assert found["production"]["dataset"] == found["dataset"]["version"]
    assert found["counts"]["conversations"] == found["loop"]["rows"]["conversations"] == LEARNING
    assert found["loop"]["rows"]["training_dataset"] == found["dataset"]["train"] + found["dataset"]["validation"]
    assert set(found["loop"]["seconds"]) >= {"scored_conversations", "scrubbed_training_data", "promoted_model"}
    with learned[0].engine.connect() as connection:
        approval = connection.execute(sa.text("select decided_by from ai.rollout_decisions where action = 'approve'"))
        assert "MHC_AUTO_APPROVE" in approval.scalar_one()


def test_nothing_personal_leaves_the_raw_tables(learned: tuple[Place, list[dict[str, Any]]]) -> None:
    here, records = learned
    personal = sorted({value.lower() for value in sample.personal_values(records)})
    found: list[tuple[str, str]] = []
    files = [path for path in here.state.rglob("*") if path.is_file()]
    assert any(path.suffix == ".jsonl" for path in files)
    for path in files:
        text = path.read_bytes().decode("utf-8", "replace").lower()
        found += [(value, str(path.relative_to(here.state))) for value in personal if value in text]
    with here.engine.connect() as connection:
        columns = connection.execute(
            sa.text("""
                select table_schema, table_name, column_name from information_schema.columns
                where table_schema in ('ai', 'dagster')
                  and (data_type in ('text', 'character varying', 'json', 'jsonb', 'ARRAY', 'bytea'))
            """)
        ).all()
        assert {schema for schema, _, _ in columns} == {"ai", "dagster"}
        for schema, table, column in columns:
            if schema == "ai" and table in RAW:
                continue
            query = sa.text(f'select "{column}"::text from {schema}."{table}" where "{column}" is not null')
            text = "\n".join(connection.scalars(query)).lower()
            found += [(value, f"{schema}.{table}.{column}") for value in personal if value in text]
    assert not found, "\n".join(f"{value!r} in {where}" for value, where in found)


def test_a_second_loop_changes_no_row(learned: tuple[Place, list[dict[str, Any]]]) -> None:
    here = learned[0]
    before = fingerprint(here.engine)
    result = here.loop(**ENOUGH)
    assert result.training_skipped is None
    after = fingerprint(here.engine)
    # What the loop did is written down each time; everything else stays as it is.
    assert {name for name in before if before[name] != after[name]} == {"audit_log"}


def test_a_loop_killed_anywhere_and_started_again_ends_where_an_undisturbed_one_does(
    places: Callable[[], AbstractContextManager[Place]],
) -> None:
    def outcome(there: Place) -> dict[str, Any]:
        found = there.status()
        kept = ("counts", "dataset", "model", "production", "knowledge")
        return {name: found[name] for name in kept} | {"verdict": found["evaluation"]["verdict"]}

    with places() as calm:
        calm.loop(**FEW)
        expected = outcome(calm)
    with places() as here:
        for table in ("conversation_scores", "knowledge_chunks"):
            kill_when_filled(here, table)
        here.loop(**FEW)
        assert outcome(here) == expected


def kill_when_filled(here: Place, table: str) -> None:
    """Start the loop as a person does, and kill it as soon as the table has its first committed rows."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MHC_")}
    process = subprocess.Popen(
        [str(Path(sys.executable).parent / "mhc"), "loop"],
        env=kept | FEW | {"MHC_DATABASE_URL": here.url, "MHC_STATE_DIR": str(here.state)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        query = sa.text(f"select exists (select from ai.{table})")
        deadline = time.monotonic() + 120
        while True:
            with here.engine.connect() as connection:
                if connection.scalar(query):
                    break
            assert process.poll() is None, "the loop ended before it could be killed"
            assert time.monotonic() < deadline
            time.sleep(0.02)
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
