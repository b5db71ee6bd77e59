"""A run lives as long as its process holds the run's lock, wherever that is."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest
import sqlalchemy as sa
from dagster._core.launcher import WorkerStatus
from fakes.environment import environment
from fakes.waiting import until

from mhc_core.db import engine as engines
from mhc_core.errors import ConfigurationError
from mhc_core.settings import Settings
from mhc_jobs import dagster_home
from mhc_jobs.definitions import defs
from mhc_jobs.workers import claims

HOLDS = """
import sys, time
import dagster as dg
from mhc_jobs.workers import claims
with dg.DagsterInstance.get() as instance, claims.claim(instance, sys.argv[1]):
    print("held", flush=True)
    time.sleep(600)
"""


@pytest.fixture
def instance(fresh_database_url: str, tmp_path: Path) -> Iterator[dg.DagsterInstance]:
    """Dagster's storage in the database, as the platform has it."""
    with (
        environment(),
        dagster_home.instance(Settings(state_dir=tmp_path), fresh_database_url) as opened,
    ):
        yield opened


@pytest.fixture
def run(instance: dg.DagsterInstance) -> dg.DagsterRun:
    return instance.create_run_for_job(defs.resolve_job_def("stats"), status=dg.DagsterRunStatus.STARTED)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claims, "PING_SECONDS", 0.02)


def break_connections(url: str) -> None:
    """As a database that restarts, or a network that drops what was open."""
    engine = engines.create(url)
    with engine.connect() as connection:
        ended = connection.scalars(
            sa.text("select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'mhc run %'")
        ).all()
        assert ended == [True]
    engine.dispose()


def test_a_run_is_held_for_as_long_as_it_is_claimed(instance: dg.DagsterInstance) -> None:
    assert not claims.is_held(instance, "one")
    with claims.claim(instance, "one"):
        assert claims.is_held(instance, "one")
        assert not claims.is_held(instance, "two")
        with pytest.raises(claims.Taken), claims.claim(instance, "one"):
            pass
        assert claims.is_held(instance, "one")
    assert not claims.is_held(instance, "one")


def test_a_killed_process_holds_nothing(instance: dg.DagsterInstance) -> None:
    with subprocess.Popen([sys.executable, "-c", HOLDS, "one"], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        assert claims.is_held(instance, "one")
        process.kill()
    until(lambda: not claims.is_held(instance, "one"))


@pytest.mark.usefixtures("quick")
def test_a_broken_connection_is_made_again_and_the_run_goes_on(
    instance: dg.DagsterInstance, run: dg.DagsterRun, fresh_database_url: str
) -> None:
    lost = threading.Event()
    with claims.claim(instance, run.run_id, lost.set):
        break_connections(fresh_database_url)
        until(lambda: claims.is_held(instance, run.run_id))
        assert not lost.is_set()


@pytest.mark.usefixtures("quick")
def test_a_run_that_was_ended_meanwhile_is_not_gone_on_with(
    instance: dg.DagsterInstance, run: dg.DagsterRun, fresh_database_url: str
) -> None:
    lost = threading.Event()
    with claims.claim(instance, run.run_id, lost.set):
        instance.report_run_failed(run, "thought to be dead")
        break_connections(fresh_database_url)
        until(lost.is_set)


@pytest.mark.usefixtures("quick")
def test_who_finds_another_at_its_run_ends(
    instance: dg.DagsterInstance, run: dg.DagsterRun, fresh_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    lost = threading.Event()
    take = claims._Held.take
    with claims.claim(instance, run.run_id, lost.set):
        monkeypatch.setattr(claims._Held, "take", lambda self: (_ for _ in ()).throw(claims.Taken))
        break_connections(fresh_database_url)
        until(lost.is_set)
    monkeypatch.setattr(claims._Held, "take", take)


@pytest.mark.usefixtures("quick")
def test_who_does_not_reach_the_database_ends(
    instance: dg.DagsterInstance, run: dg.DagsterRun, fresh_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(claims, "LOST_SECONDS", 0.0)
    lost = threading.Event()
    with claims.claim(instance, run.run_id, lost.set):
        break_connections(fresh_database_url)
        until(lost.is_set)


def test_storage_elsewhere_is_refused() -> None:
    with dg.DagsterInstance.ephemeral() as here, pytest.raises(ConfigurationError, match="storage in PostgreSQL"):
        claims.is_held(here, "one")


def test_the_launcher_says_who_lives(
    instance: dg.DagsterInstance, run: dg.DagsterRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("dagster_celery", reason="dagster-celery is missing: pip install 'mhc[celery]'")
    from mhc_jobs.workers import launcher

    clock = [1000.0]
    monkeypatch.setattr(launcher.time, "monotonic", lambda: clock[0])
    asked = launcher.CeleryRunLauncher(default_queue="dagster", broker="memory://")
    asked.register_instance(instance)

    def health() -> WorkerStatus:
        return asked.check_run_worker_health(run).status

    with claims.claim(instance, run.run_id):
        assert health() is WorkerStatus.RUNNING
    assert health() is WorkerStatus.RUNNING, "a process may be about to take its lock again"
    clock[0] += launcher.FREE_SECONDS - 1
    assert health() is WorkerStatus.RUNNING
    with claims.claim(instance, run.run_id):
        assert health() is WorkerStatus.RUNNING
    assert health() is WorkerStatus.RUNNING
    clock[0] += launcher.FREE_SECONDS
    assert health() is WorkerStatus.NOT_FOUND


def test_a_run_is_terminated_as_others_are(instance: dg.DagsterInstance, run: dg.DagsterRun) -> None:
    pytest.importorskip("dagster_celery", reason="dagster-celery is missing: pip install 'mhc[celery]'")
    from mhc_jobs.workers.launcher import CeleryRunLauncher

    asked = CeleryRunLauncher(default_queue="dagster", broker="memory://")
    asked.register_instance(instance)
    assert asked.terminate(run.run_id)
    stopping = instance.get_run_by_id(run.run_id)
    assert stopping is not None
    assert stopping.status is dg.DagsterRunStatus.CANCELING
    instance.report_run_canceled(stopping)
    assert not asked.terminate(run.run_id)
    assert not asked.terminate("no such run")
