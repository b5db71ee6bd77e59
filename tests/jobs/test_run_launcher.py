"""Whether the process of a run lives is told from the run's own log, exactly."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

import dagster as dg
import pytest
import yaml
from dagster._core.events import EngineEventData
from dagster._core.launcher import WorkerStatus
from dagster._core.storage.tags import GRPC_INFO_TAG
from fakes.places import ROOT

from mhc_jobs import run_launcher
from mhc_jobs.definitions import defs
from mhc_jobs.run_launcher import HOST, RunLauncher, fail_gone


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[dg.DagsterInstance]:
    """Dagster as ``dagster.yaml`` configures its launcher and its monitoring."""
    configured = yaml.safe_load((ROOT / "dagster.yaml").read_text("utf-8"))
    parts = ("run_launcher", "run_monitoring", "run_retries")
    with dg.DagsterInstance.local_temp(str(tmp_path), {part: configured[part] for part in parts}) as opened:
        yield opened


@pytest.fixture
def process() -> Iterator["subprocess.Popen[bytes]"]:
    """A process that lives until it is killed."""
    started = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    yield started
    started.kill()
    started.wait()


HERE = {GRPC_INFO_TAG: '{"host": "localhost", "socket": "/tmp/s"}'}
"""As Dagster tags what a code server on this machine executes."""


def started(
    instance: dg.DagsterInstance, pid: int | None, tags: Mapping[str, str] = MappingProxyType(HERE)
) -> dg.DagsterRun:
    """A run that goes on in a process."""
    run = instance.create_run_for_job(
        defs.resolve_job_def("stats"), status=dg.DagsterRunStatus.STARTED, tags=dict(tags)
    )
    if pid is not None:
        instance.report_engine_event("Started process for run", run, EngineEventData.in_process(pid))
    return run


def health(instance: dg.DagsterInstance, run: dg.DagsterRun) -> WorkerStatus:
    assert isinstance(instance.run_launcher, RunLauncher)
    assert instance.run_launcher.supports_check_run_worker_health
    return instance.run_launcher.check_run_worker_health(run).status


def test_a_run_lives_as_long_as_its_process(instance: dg.DagsterInstance, process: "subprocess.Popen[bytes]") -> None:
    run = started(instance, process.pid)
    assert health(instance, run) is WorkerStatus.RUNNING
    assert fail_gone(instance) == 0
    os.kill(process.pid, signal.SIGKILL)
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)  # a zombie: nobody has reaped it
    assert health(instance, run) is WorkerStatus.NOT_FOUND
    process.wait()
    assert health(instance, run) is WorkerStatus.NOT_FOUND
    assert fail_gone(instance) == 1
    failed = instance.get_run_by_id(run.run_id)
    assert failed is not None
    assert failed.status is dg.DagsterRunStatus.FAILURE
    assert failed.tags["dagster/will_retry"] == "true"
    assert fail_gone(instance) == 0


def test_a_stranger_that_got_the_number_is_not_the_run(
    instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_launcher, "_CLOCK_SECONDS", 0.0)
    now = time.time()
    with monkeypatch.context() as patch:
        patch.setattr("time.time", lambda: now - 3600)  # written an hour before this process began
        run = started(instance, None)
        instance.report_engine_event("Started process for run", run, EngineEventData.in_process(os.getpid()))
    assert health(instance, run) is WorkerStatus.NOT_FOUND


@pytest.mark.parametrize(
    "tags",
    [
        HERE | {HOST: "another-machine"},
        {GRPC_INFO_TAG: '{"host": "code-server", "port": 4000}'},
        {},  # a Kubernetes Job, or a worker that has not said where it is
    ],
)
def test_what_runs_elsewhere_is_not_judged_from_here(instance: dg.DagsterInstance, tags: dict[str, str]) -> None:
    assert health(instance, started(instance, 999_999_999 // 250, tags)) is WorkerStatus.RUNNING


def test_a_run_that_has_not_said_its_process_is_waited_for(instance: dg.DagsterInstance) -> None:
    assert health(instance, started(instance, None)) is WorkerStatus.RUNNING
