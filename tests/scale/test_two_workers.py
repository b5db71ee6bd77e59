"""Two workers, as on two machines, do what one machine does, whoever of them is killed.

Real processes: Dagster's daemon, two workers of Celery with state folders of their own, one Redis, one PostgreSQL.
`make test-scale`.
"""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
import sqlalchemy as sa
from dagster._core.execution.backfill import BulkActionStatus, PartitionBackfill
from fakes.daemon import Daemon, enqueue
from fakes.databases import copy
from fakes.environment import environment
from fakes.pipeline import ZONE, execute
from fakes.waiting import until
from fakes.workers import DAYS, FIRST, Worker

from mhc_assets.partitions import range_tags
from mhc_core import settings as configuration
from mhc_core.db import engine as engines
from mhc_core.db.queries import collection as queries
from mhc_core.providers import select
from mhc_core.scoring.scorer import scorer_version
from mhc_core.scrubbing.loading import version as scrubber_version
from mhc_core.understanding import recipe
from mhc_jobs import dagster_home
from mhc_jobs.definitions import defs
from mhc_jobs.run_launcher import process_of

pytest.importorskip("dagster_celery", reason="dagster-celery is missing: pip install 'mhc[celery]'")
pytestmark = [pytest.mark.timeout(1500)]

ASSETS = ("conversations", "feedback", "scored_conversations", "scrubbed_training_data")
PARTITIONS = [(FIRST + timedelta(days=day - 1)).isoformat() for day in range(DAYS)]
_UNDERSTANDS = sa.text(
    "insert into ai.understanding_versions (id, key, recipe, seed, artifact_uri, artifact_sha256, examples_until) "
    "values ('understanding-0', '0', :recipe, 0, '', '', now())"
)
"""Keeps the daemon from training what reads messages beside the runs: that takes minutes."""
CONTENT = {
    "conversation_scores": "select to_jsonb(s) - '{scored_at,scrubbed_at}'::text[] from ai.conversation_scores s",
    "training_examples": """
        select to_jsonb(e) - '{id,sequence,duplicate_of,active,verified_at,created_at,embedding,novelty}'::text[]
               || jsonb_build_object('embedding', e.embedding::text) from ai.training_examples e
    """,
    "scrub_holds": "select to_jsonb(h) - 'held_at' from ai.scrub_holds h",
    "conversations": "select to_jsonb(c) - '{updated_at}'::text[] from ai.conversations c",
    "messages": "select to_jsonb(m) - 'search' from ai.messages m",
    "feedback": "select to_jsonb(f) from ai.feedback f",
}
"""What a row says, without when it was written, the numbers that it was given, and what depends on the order of days
on one machine as well: how far an example was from those that were there when it came, and which of two that say the
same stands for the other."""


def content(engine: sa.Engine) -> dict[str, list[str]]:
    with engine.connect() as connection:
        return {
            table: sorted(connection.scalars(sa.text(f"select one::text from ({query}) as found (one)")))
            for table, query in CONTENT.items()
        }


def differing(found: dict[str, list[str]], expected: dict[str, list[str]]) -> dict[str, list[Any]]:
    """By table, what rows that only one of the two has say differently: the columns, or that rows are missing."""
    told: dict[str, list[Any]] = {}
    for table, rows in found.items():
        here, there = (sorted({*one} - {*other}) for one, other in ((rows, expected[table]), (expected[table], rows)))
        if here or there:
            pairs = zip(map(json.loads, here), map(json.loads, there), strict=False)
            columns = {name for one, other in pairs for name in one if one[name] != other.get(name)}
            told[table] = [len(here), len(there), sorted(columns)]
    return told


@contextmanager
def database(server_url: str, template: str) -> Iterator[sa.Engine]:
    with copy(server_url, template) as url:
        engine = engines.create(url, zone=ZONE).execution_options(isolation_level="AUTOCOMMIT")
        try:
            with engine.connect() as connection:
                connection.execute(_UNDERSTANDS, {"recipe": recipe.NAME})
            yield engine
        finally:
            engine.dispose()


def left_for_the_night(engine: sa.Engine) -> list[dict[str, str]]:
    """Tags of the runs that the next night would start: late feedback has a conversation of another day scored again,
    and whether it is late depends on which days are in one run. After a few nights nothing is left."""
    settings = configuration.load()
    with engine.connect() as connection:
        versions = scorer_version(select.embedder(settings)), scrubber_version(connection, settings)
        return range_tags(queries.days_with_work(connection, *versions, datetime.now(UTC) - timedelta(days=1)))


class Plant:
    """A daemon and two workers on one database, and Dagster's instance as the daemon has it."""

    def __init__(self, instance: dg.DagsterInstance, daemon: Daemon, workers: list[Worker]) -> None:
        self.instance = instance
        self.daemon = daemon
        self.workers = workers

    def worker_of(self, run: dg.DagsterRun) -> int | None:
        """Which worker is at a run; None while none has said so."""
        found = process_of(self.instance, run.run_id)
        return next((n for n, worker in enumerate(self.workers) if found and worker.owns(found[0])), None)

    def started(self) -> list[dg.DagsterRun]:
        return list(self.instance.get_runs(dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTED])))

    def ended(self, run_id: str) -> dg.DagsterRunStatus:
        """How a run ends."""
        run = self.until(lambda: (run := self.instance.get_run_by_id(run_id)) and run.is_finished and run)
        return dg.DagsterRunStatus(run.status)

    def until(self, find: Callable[[], Any], seconds: float = 400) -> Any:
        try:
            return until(find, seconds)
        except AssertionError:
            print(self.daemon.said, *(worker.said for worker in self.workers), sep="\n====\n")  # noqa: T201
            raise


@contextmanager
def plant(engine: sa.Engine, folder: Path, broker: str, runs: int = 1, **more: str) -> Iterator[Plant]:
    url = engine.url.render_as_string(hide_password=False)
    variables = {
        "MHC_DATABASE_URL": url,
        "MHC_ARTIFACT_URI": (folder / "shared" / "artifacts").as_uri(),
        "MHC_INBOX_URI": (folder / "shared" / "inbox").as_uri(),
        "MHC_RUN_LAUNCHER": "celery",
        "MHC_CELERY_BROKER_URL": broker,
        "MHC_DAYS_PER_RUN": "10",
        "MHC_KNOWLEDGE_THRESHOLD": "100000",  # nothing is learned beside what is looked at
        **more,
    }
    workers = [Worker(folder / f"machine-{n}", variables, runs) for n in (1, 2)]
    daemon = Daemon(url, folder / "daemon", variables)
    with (
        environment(**variables, MHC_STATE_DIR=str(folder / "here")),
        dagster_home.instance(configuration.load(), url) as instance,
        ExitStack() as stack,
    ):
        for worker in workers:
            worker.start()
            stack.callback(worker.stop)
        stack.callback(daemon.stop)
        for worker in workers:
            until(lambda: worker.ready, 120)  # noqa: B023
        daemon.start()
        yield Plant(instance, daemon, workers)


@pytest.mark.filterwarnings("ignore:Function .AssetSelection.sources:DeprecationWarning")  # Dagster's own use of it
def test_a_backfill_on_two_workers_one_of_which_is_killed_leaves_what_one_machine_leaves(
    server_url: str, two_months: str, broker: str, tmp_path: Path
) -> None:
    with database(server_url, two_months) as engine:
        url = engine.url.render_as_string(hide_password=False)
        whole = {
            "dagster/asset_partition_range_start": PARTITIONS[0],
            "dagster/asset_partition_range_end": PARTITIONS[-1],
        }
        with (
            environment(MHC_DATABASE_URL=url, MHC_STATE_DIR=str(tmp_path / "one")),
            dg.DagsterInstance.ephemeral() as here,
        ):
            execute("collect", here, whole)
            while nights := left_for_the_night(engine):
                for tags in nights:
                    execute("collect", here, tags)
            execute("review", here)  # the daemon does so by itself after new scrubbed data
        expected = content(engine)
    with database(server_url, two_months) as engine, plant(engine, tmp_path, broker) as two:
        backfill = PartitionBackfill.from_asset_partitions(
            backfill_id="sixty-days",
            asset_graph=defs.resolve_asset_graph(),
            partition_names=PARTITIONS,
            asset_selection=[dg.AssetKey(name) for name in ASSETS],
            backfill_timestamp=time.time(),
            tags={},
            dynamic_partitions_store=two.instance,
            all_partitions=False,
            title=None,
            description=None,
            run_config=None,
        )
        two.instance.add_backfill(backfill)
        with engine.connect().execution_options(isolation_level="READ COMMITTED") as connection, connection.begin():
            connection.execute(sa.text("lock table ai.training_examples in share mode"))  # no run gets to its end
            two.until(lambda: {two.worker_of(run) for run in two.started()} == {0, 1})
            [victim] = [run for run in two.started() if two.worker_of(run) == 0]
            two.workers[0].kill()
        two.until(lambda: two.instance.get_backfill("sixty-days").status in (
            BulkActionStatus.COMPLETED_SUCCESS, BulkActionStatus.COMPLETED_FAILED, BulkActionStatus.FAILED,
        ), 900)  # fmt: skip
        assert two.instance.get_backfill("sixty-days").status is BulkActionStatus.COMPLETED_SUCCESS
        failed = two.instance.get_runs(dg.RunsFilter(statuses=[dg.DagsterRunStatus.FAILURE], job_name=victim.job_name))
        assert [run.run_id for run in failed] == [victim.run_id]
        for name in ASSETS:
            assert two.instance.get_materialized_partitions(dg.AssetKey(name)) == set(PARTITIONS)
        while nights := left_for_the_night(engine):
            for tags in nights:
                assert two.ended(enqueue(two.instance, "collect", tags)) is dg.DagsterRunStatus.SUCCESS
        assert two.ended(enqueue(two.instance, "review", {})) is dg.DagsterRunStatus.SUCCESS
        assert differing(content(engine), expected) == {}
        assert sorted(one.name for one in (tmp_path / "machine-1").iterdir()) == ["dagster"], "kept nothing for others"


def test_what_is_bought_is_bought_once_though_its_worker_is_killed(
    server_url: str, reviewed: str, broker: str, tmp_path: Path
) -> None:
    small = {"MHC_AUTO_APPROVE": "true", "MHC_DATASET_MIN_EXAMPLES": "10", "MHC_VALIDATION_FRACTION": "0.3"}
    with database(server_url, reviewed) as engine, plant(engine, tmp_path, broker, **small) as two:
        run_id = enqueue(two.instance, "train", {})
        with engine.connect() as connection:
            query = sa.text("select from ai.training_jobs")
            two.until(lambda: connection.execute(query).first() is not None)
        [run] = [run for run in two.started() if run.run_id == run_id]
        at = two.worker_of(run)
        assert at is not None
        two.workers[at].kill()
        mine = dg.RunsFilter(job_name="train")
        two.until(lambda: [run.status.value for run in two.instance.get_runs(mine)] == ["SUCCESS", "FAILURE"])
        with engine.connect() as connection:
            assert connection.scalar(sa.text("select count(*) from ai.training_jobs")) == 1
            assert connection.scalar(sa.text("select count(*) from ai.model_versions where provider = 'local'")) == 1


def test_a_pool_of_one_holds_for_both_workers(server_url: str, reviewed: str, broker: str, tmp_path: Path) -> None:
    more = {"MHC_MAX_CONCURRENT_RUNS": "3"}
    with database(server_url, reviewed) as engine, plant(engine, tmp_path, broker, runs=2, **more) as two:
        with engine.connect().execution_options(isolation_level="READ COMMITTED") as connection, connection.begin():
            connection.execute(sa.text("lock table ai.scrub_marks"))  # which its step begins with
            first, second = (enqueue(two.instance, "train_tagger", {}) for _ in range(2))
            two.until(lambda: begun(two.instance, first) or begun(two.instance, second))
            # One that came later and needs no pool: a worker was free, and the second one's turn was before.
            free = enqueue(two.instance, "stats", {})
            assert two.ended(free) is dg.DagsterRunStatus.SUCCESS
            assert [begun(two.instance, run) for run in (first, second)].count(True) == 1
        assert [two.ended(run) for run in (first, second)] == [dg.DagsterRunStatus.SUCCESS] * 2


def begun(instance: dg.DagsterInstance, run_id: str) -> bool:
    found = instance.get_records_for_run(run_id, of_type=dg.DagsterEventType.STEP_START, limit=1)
    return bool(found.records)
