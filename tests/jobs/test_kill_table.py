"""The kill table: whatever is killed in the middle of whatever stage, the pipeline ends where an undisturbed one does.

Real processes on a real database, and nobody lends a hand: the daemon is killed alone, everything is killed at once,
or Ctrl-C stops it, and it is started again. The whole table takes minutes: `make test-kills`.
"""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import dagster as dg
import pytest
import sqlalchemy as sa
from fakes.daemon import Daemon, enqueue
from fakes.databases import copy
from fakes.environment import environment
from fakes.pipeline import RANGE, execute
from fakes.waiting import until

from mhc_core import settings as configuration
from mhc_core.db import engine as engines
from mhc_core.monitoring.status import status
from mhc_core.understanding import recipe
from mhc_jobs import dagster_home

pytestmark = [pytest.mark.long, pytest.mark.timeout(900)]
VARIABLES = {
    "MHC_AUTO_APPROVE": "true",
    "MHC_DATASET_MIN_EXAMPLES": "10",
    "MHC_VALIDATION_FRACTION": "0.3",
    "MHC_RETRAINING_THRESHOLD": "20",
}


class Stage(NamedTuple):
    """A database to begin with, a job, and what shows that the job is in its middle."""

    begins: str
    job: str
    middle: str


STAGES = {
    "collect": Stage("sampled", "collect", "select from ai.conversation_scores"),
    "train": Stage("reviewed", "train", "select from ai.dataset_versions"),
    "evaluate": Stage("reviewed", "train", "select from ai.model_versions where provider = 'local'"),
}
UNSCORED = "delete from ai.conversation_scores"
"""Gives a reviewed database something to collect again."""


_UNDERSTANDS = sa.text(
    "insert into ai.understanding_versions (id, key, recipe, seed, artifact_uri, artifact_sha256, examples_until) "
    "values ('understanding-0', '0', :recipe, 0, '', '', now())"
)
"""Keeps the daemon from training what reads messages beside the stage that is killed: that takes minutes."""


@contextmanager
def database(request: pytest.FixtureRequest, begins: str, prepare: str = "select") -> Iterator[sa.Engine]:
    """A copy of a database of one's own, without transactions."""
    with copy(request.getfixturevalue("_server_url"), request.getfixturevalue(begins)) as url:
        engine = engines.create(url).execution_options(isolation_level="AUTOCOMMIT")
        try:
            with engine.connect() as connection:
                connection.execute(sa.text(prepare))
                connection.execute(_UNDERSTANDS, {"recipe": recipe.NAME})
            yield engine
        finally:
            engine.dispose()  # after a failure too: what stays open is held against whichever test comes next


@contextmanager
def pipeline(engine: sa.Engine, folder: Path, *jobs: str) -> Iterator[tuple[Daemon, dg.DagsterInstance]]:
    """A daemon that has something to do: days to collect, and examples over the threshold where there are any."""
    url, state = engine.url.render_as_string(hide_password=False), folder / "state"
    daemon = Daemon(url, state, VARIABLES)
    with (
        environment(MHC_DATABASE_URL=url, MHC_STATE_DIR=str(state)),
        dagster_home.instance(configuration.load(), url) as instance,
    ):
        if "collect" in jobs:
            enqueue(instance, "collect", RANGE)
        daemon.start()
        try:
            yield daemon, instance
        finally:
            daemon.stop()


def undisturbed(engine: sa.Engine, folder: Path, *jobs: str) -> dict[str, Any]:
    """What the jobs leave when nobody kills anything."""
    url = engine.url.render_as_string(hide_password=False)
    with (
        environment(MHC_DATABASE_URL=url, MHC_STATE_DIR=str(folder / "calm"), **VARIABLES),
        dg.DagsterInstance.ephemeral() as opened,
    ):
        for job in jobs:
            execute(job, opened, RANGE if job == "collect" else {})
    return outcome(engine)


def outcome(engine: sa.Engine) -> dict[str, Any]:
    """What counts: every row, version and verdict, and that nothing was paid twice."""
    with engine.connect() as connection:
        found = status(connection, configuration.load(), datetime.now(UTC))
        jobs = connection.scalar(sa.text("select count(*) from ai.training_jobs"))
    kept = {name: found[name] for name in ("counts", "dataset", "model", "production")}
    return kept | {"training_jobs": jobs, "verdict": (found["evaluation"] or {}).get("verdict")}


def rows(engine: sa.Engine, query: str) -> None:
    """Wait until a query finds something."""
    with engine.connect() as connection:
        until(lambda: connection.execute(sa.text(query)).first() is not None, 200)


def recovered(engine: sa.Engine, instance: dg.DagsterInstance, *jobs: str) -> dict[str, Any]:
    """What is left when each job was interrupted once and then done, and nothing is thought to be wrong any more."""
    for job in jobs:
        found = dg.RunsFilter(job_name=job)
        until(lambda: [run.status.value for run in instance.get_runs(found)] == ["SUCCESS", "FAILURE"], 400)  # noqa: B023
    left = outcome(engine)
    rows(engine, "select from ai.audit_log where action = 'run.failed'")
    rows(engine, "select where not exists (select from ai.incidents where resolved_at is null)")
    return left


def test_everything_is_killed_in_the_middle_of_collect_and_of_train(
    request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    jobs = ("collect", "train")
    with database(request, "reviewed", UNSCORED) as engine:
        expected = undisturbed(engine, tmp_path, *jobs)
    with database(request, "reviewed", UNSCORED) as engine, pipeline(engine, tmp_path, *jobs) as (daemon, instance):
        with engine.connect().execution_options(isolation_level="READ COMMITTED") as connection, connection.begin():
            # Collecting cannot go on from its middle to its end while training comes to its own.
            connection.execute(sa.text("lock table ai.training_examples in share mode"))
            rows(engine, STAGES["collect"].middle)
            rows(engine, STAGES["train"].middle)
            daemon.kill("everything")
        assert recovered(engine, instance, *jobs) == expected


@pytest.mark.skipif("MHC_KILL_TABLE" not in os.environ, reason="`make test-kills` fills the whole table")
@pytest.mark.parametrize("manner", ["daemon", "everything", "Ctrl-C"])
@pytest.mark.parametrize("stage", STAGES)
def test_killed_in_the_middle_it_ends_where_an_undisturbed_one_does(
    manner: str,
    stage: str,
    request: pytest.FixtureRequest,
    tmp_path: Path,
    record_property: Callable[[str, object], None],
) -> None:
    begins, job, middle = STAGES[stage]
    with database(request, begins) as engine:
        expected = undisturbed(engine, tmp_path, job)
    with database(request, begins) as engine, pipeline(engine, tmp_path, job) as (daemon, instance):
        rows(engine, middle)
        daemon.kill(manner)
        killed = time.time()
        assert recovered(engine, instance, job) == expected
        [last] = instance.get_run_records(dg.RunsFilter(job_name=job), limit=1)
        record_property("seconds_from_kill_to_done", round((last.end_time or 0) - killed))
