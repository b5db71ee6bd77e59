"""Databases with a small sample in them, and Dagster's runs in this process.

Dagster takes seconds to import, so it is imported where a test runs it: every test loads this module.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson
import pytest
import sqlalchemy as sa

from fakes.databases import copy, name_of
from fakes.environment import environment
from fakes.openai_endpoints import StandIn
from mhc_core.business import pricing
from mhc_core.collection.importing.conversations import import_conversations
from mhc_core.collection.importing.reject import reject_path
from mhc_core.db import engine as engines
from mhc_core.knowledge.articles import import_articles
from mhc_jobs import sample

if TYPE_CHECKING:
    import dagster as dg

FIRST, LAST = date(2026, 10, 5), date(2026, 10, 7)
CONVERSATIONS = 60
IMPORTED = datetime(2026, 11, 1, 12, tzinfo=UTC)
QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
ZONE = pricing.load(None).contact.timezone
RANGE = {
    # The first night in UTC is still the evening before where the business is.
    "dagster/asset_partition_range_start": (FIRST - timedelta(days=1)).isoformat(),
    "dagster/asset_partition_range_end": LAST.isoformat(),
}


def small_sample(conversations: int = CONVERSATIONS, days: int = 3, seed: int = 7) -> list[dict[str, Any]]:
    """Generated conversations from ``FIRST`` on."""
    return list(sample.generate(seed, conversations, FIRST, days, pricing.load(None)))


def bring_in(url: str, records: Sequence[dict[str, Any]], folder: Path) -> None:
    """Import conversations and the sample knowledge, as `mhc demo` does."""
    file = folder / "sample.jsonl"
    file.write_bytes(b"".join(orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE) for record in records))
    engine = engines.create(url, zone=ZONE)
    report = import_conversations(engine, str(file), IMPORTED, reject_path(folder, str(file)), source="sample")
    assert (report.inserted, report.rejected) == (len(records), 0)
    with engine.begin() as connection:
        import_articles(connection, [sample.knowledge_dir()], IMPORTED)
        # Made by the first scrubbing otherwise, and then different in every copy.
        connection.execute(sa.text("insert into ai.installation (salt) values ('\\x07')"))
    engine.dispose()


def execute(
    name: str, instance: dg.DagsterInstance, tags: dict[str, str] | None = None, **options: Any
) -> dg.ExecuteInProcessResult:
    """Run a job of the platform here."""
    from mhc_jobs.definitions import defs

    job = defs.resolve_job_def(name)
    return job.execute_in_process(
        instance=instance, tags=tags, run_config=QUIET, raise_on_error=options.pop("raise_on_error", True), **options
    )


def train_job() -> dg.JobDefinition:
    """The job `train`, in a form that ``dg.reconstructable`` takes."""
    from mhc_jobs.definitions import defs

    return defs.resolve_job_def("train")


def made(result: dg.ExecuteInProcessResult) -> set[str]:
    """Keys of the assets that a run materialised."""
    return {event.asset_key.to_user_string() for event in result.get_asset_materialization_events() if event.asset_key}


def metadata(result: dg.ExecuteInProcessResult, asset: str) -> dict[str, Any]:
    """What an asset said about itself in a run; numbers of several days are added up."""
    told: dict[str, Any] = {}
    days = {found.partition: found for found in result.asset_materializations_for_node(asset)}
    for found in days.values():
        for name, value in found.metadata.items():
            before = told.get(name)
            told[name] = before + value.value if isinstance(before, int) else value.value
    return told


def fingerprint(engine: sa.Engine, schema: str = "ai") -> dict[str, str]:
    """Rows and content hash of every table: equal only when no row was added, removed or changed."""
    with engine.connect() as connection:
        names = connection.scalars(
            sa.text("select table_name from information_schema.tables where table_schema = :s order by 1"),
            {"s": schema},
        ).all()
        return {
            name: str(
                connection.execute(
                    sa.text(
                        f'select count(*), md5(string_agg(t::text, chr(10) order by t::text)) from {schema}."{name}" t'
                    )
                ).one()
            )
            for name in names
        }


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    """Dagster's storage in memory."""
    import dagster as dg

    with dg.DagsterInstance.ephemeral() as opened:
        yield opened


@pytest.fixture(scope="session")
def sampled(_server_url: str, _template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Name of a database that holds three days of imported conversations and nothing else."""
    with copy(_server_url, _template) as url:
        bring_in(url, small_sample(), tmp_path_factory.mktemp("sampled"))
        yield name_of(url)


@pytest.fixture(scope="session")
def reviewed(_server_url: str, sampled: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Name of a database in which the same conversations are scored, scrubbed and reviewed, and knowledge is live."""
    import dagster as dg

    state = str(tmp_path_factory.mktemp("reviewed"))
    with copy(_server_url, sampled) as url:
        with environment(MHC_DATABASE_URL=url, MHC_STATE_DIR=state), dg.DagsterInstance.ephemeral() as opened:
            execute("collect", opened, RANGE)
            execute("review", opened)
            execute("knowledge", opened)
        yield name_of(url)


def _open(url: str, monkeypatch: pytest.MonkeyPatch, state: Path) -> Iterator[sa.Engine]:
    monkeypatch.setenv("MHC_DATABASE_URL", url)
    monkeypatch.setenv("MHC_STATE_DIR", str(state))
    engine = engines.create(url, zone=ZONE)
    yield engine
    engine.dispose()


@pytest.fixture
def sampled_engine(
    _server_url: str, sampled: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[sa.Engine]:
    """A copy of ``sampled`` of one's own, which the environment names."""
    with copy(_server_url, sampled) as url:
        yield from _open(url, monkeypatch, tmp_path / "state")


@pytest.fixture
def reviewed_engine(
    _server_url: str, reviewed: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[sa.Engine]:
    """A copy of ``reviewed`` of one's own, which the environment names, where a small data set is enough to train."""
    monkeypatch.setenv("MHC_DATASET_MIN_EXAMPLES", "10")
    monkeypatch.setenv("MHC_VALIDATION_FRACTION", "0.45")
    with copy(_server_url, reviewed) as url:
        yield from _open(url, monkeypatch, tmp_path / "state")


@pytest.fixture
def standin(openai_standin: StandIn, monkeypatch: pytest.MonkeyPatch) -> StandIn:
    """A stand-in for OpenAI that the environment names, with the OpenAI fine-tuner chosen."""
    monkeypatch.setenv("OPENAI_API_KEY", openai_standin.key)
    monkeypatch.setenv("OPENAI_BASE_URL", openai_standin.base_url)
    monkeypatch.setenv("MHC_FINE_TUNER", "openai")
    monkeypatch.setenv("MHC_FINE_TUNE_BASE", "gpt-4.1-mini-2025-04-14")
    return openai_standin
