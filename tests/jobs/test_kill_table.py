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
from mhc_jobs import dagster_home

WHOLE = "MHC_KILL_TABLE" in os.environ
pytestmark = [pytest.mark.long, pytest.mark.timeout(600)]
VARIABLES = {
    "MHC_AUTO_APPROVE": "true",
    "MHC_DATASET_MIN_EXAMPLES": "10",
    "MHC_VALIDATION_FRACTION": "0.3",
    "MHC_RETRAINING_THRESHOLD": "20",
}
MANNERS = ("daemon", "everything", "Ctrl-C")


class Stage(NamedTuple):
    """A database to begin with, the job, and the rows that show that the job is in its middle."""

    begins: str
    job: str
    middle: str


STAGES = {
    "collect": Stage("sampled", "collect", "ai.conversation_scores"),
    "train": Stage("reviewed", "train", "ai.dataset_versions"),
    "evaluate": Stage("reviewed", "train", "ai.model_versions where provider = 'local'"),
}
SHORT = {("everything", "collect"), ("everything", "train")}


@pytest.fixture(scope="module")
def undisturbed(
    _server_url: str, sampled: str, reviewed: str, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, dict[str, Any]]:
    """What the jobs leave when nobody kills anything."""
    found = {}
    for job, begins, tags in (("collect", sampled, RANGE), ("train", reviewed, {})):
        state = str(tmp_path_factory.mktemp("undisturbed"))
        with copy(_server_url, begins) as url, environment(MHC_DATABASE_URL=url, MHC_STATE_DIR=state, **VARIABLES):
            with dg.DagsterInstance.ephemeral() as opened:
                execute(job, opened, tags)
            found[job] = outcome(url)
    return found


def outcome(url: str) -> dict[str, Any]:
    """What counts: every row, version and verdict, and that nothing was paid twice or is thought to be wrong."""
    engine = engines.create(url)
    with engine.connect() as connection:
        found = status(connection, datetime.now(UTC))
        jobs = connection.scalar(sa.text("select count(*) from ai.training_jobs"))
    engine.dispose()
    kept = {name: found[name] for name in ("counts", "dataset", "model", "production", "incidents")}
    return kept | {"training_jobs": jobs, "verdict": (found["evaluation"] or {}).get("verdict")}


@contextmanager
def pipeline(url: str, folder: Path, job: str) -> Iterator[tuple[Daemon, dg.DagsterInstance]]:
    """A daemon that has something to do: days to collect, or examples over the threshold."""
    state = folder / "state"
    daemon = Daemon(url, state, VARIABLES)
    with (
        environment(MHC_DATABASE_URL=url, MHC_STATE_DIR=str(state)),
        dagster_home.instance(configuration.load(), url) as instance,
    ):
        if job == "collect":
            enqueue(instance, job, RANGE)
        daemon.start()
        try:
            yield daemon, instance
        finally:
            daemon.stop()


def rows(url: str, query: str) -> None:
    """Wait until a query finds something."""
    engine = engines.create(url).execution_options(isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        until(lambda: connection.execute(sa.text(query)).first() is not None, 120)
    engine.dispose()


@pytest.mark.parametrize("manner", MANNERS)
@pytest.mark.parametrize("stage", STAGES)
def test_killed_in_the_middle_it_ends_where_an_undisturbed_one_does(
    manner: str,
    stage: str,
    undisturbed: dict[str, dict[str, Any]],
    request: pytest.FixtureRequest,
    tmp_path: Path,
    record_property: Callable[[str, object], None],
) -> None:
    if not WHOLE and (manner, stage) not in SHORT:
        pytest.skip("`make test-kills` fills the whole table")
    begins, job, middle = STAGES[stage]
    server = request.getfixturevalue("_server_url")
    with copy(server, request.getfixturevalue(begins)) as url, pipeline(url, tmp_path, job) as (daemon, instance):
        rows(url, f"select from {middle} limit 1")
        daemon.kill(manner)
        killed = time.time()
        until(
            lambda: (
                [run.status.value for run in instance.get_runs(dg.RunsFilter(job_name=job))] == ["SUCCESS", "FAILURE"]
            ),
            180,
        )
        until(lambda: outcome(url) == undisturbed[job], 60)
        rows(url, "select from ai.audit_log where action = 'run.failed'")
        last = instance.get_run_records(dg.RunsFilter(job_name=job), limit=1)[0]
        record_property("seconds", round((last.end_time or 0) - killed))
