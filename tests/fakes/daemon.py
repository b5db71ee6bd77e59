"""Dagster's daemon under the supervisor of ``mhc up``, as processes that a test can kill."""

import os
import signal
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import dagster as dg
import psutil
from dagster._core.code_pointer import ModuleCodePointer
from dagster._core.origin import DEFAULT_DAGSTER_ENTRY_POINT, JobPythonOrigin, RepositoryPythonOrigin
from dagster._core.remote_origin import (
    ManagedGrpcPythonEnvCodeLocationOrigin,
    RemoteJobOrigin,
    RemoteRepositoryOrigin,
)
from dagster._core.types.loadable_target_origin import LoadableTargetOrigin

from fakes.environment import environment
from fakes.waiting import until
from mhc_core import settings as configuration
from mhc_jobs import dagster_home
from mhc_jobs.definitions import defs

_SUPERVISE = """
import signal, sys
from pathlib import Path
from mhc_jobs.services import Service, supervise
stopping = []
for number in (signal.SIGINT, signal.SIGTERM):
    signal.signal(number, lambda *_: stopping.append(True))
daemon = [str(Path(sys.executable).parent / "dagster-daemon"), "run", "-w", sys.argv[1]]
supervise([Service("daemon", daemon, Path(sys.argv[2]))], {}, lambda: bool(stopping), lambda: None, print)
"""


@dataclass
class Daemon:
    """What ``mhc up`` keeps running beside the API and the UI. ``variables`` are settings of the platform."""

    url: str
    state: Path
    variables: dict[str, str]
    _supervisor: "subprocess.Popen[bytes] | None" = None
    _log: Path = field(init=False)

    def __post_init__(self) -> None:
        self._log = self.state / "logs" / "daemon.log"

    def start(self) -> None:
        foreign = ("MHC_", "DAGSTER_", "PYTHONDONTWRITEBYTECODE")  # else every process compiles everything again
        kept = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
        ours = {"MHC_DATABASE_URL": self.url, "MHC_STATE_DIR": str(self.state), **self.variables}
        with environment(**ours):
            home = dagster_home.prepare(configuration.load(), self.url)
        self._log.parent.mkdir(parents=True, exist_ok=True)
        with self._log.open("ab") as log:
            self._supervisor = subprocess.Popen(
                [sys.executable, "-c", _SUPERVISE, str(dagster_home.PROJECT / "workspace.yaml"), str(self._log)],
                env=kept | ours | home,
                cwd=dagster_home.PROJECT,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def kill(self, manner: str) -> None:
        """Kill ``daemon`` alone, ``everything`` at once, or stop by ``Ctrl-C``; then it is started again."""
        supervisor = self._supervisor
        assert supervisor is not None
        [daemon] = psutil.Process(supervisor.pid).children()
        if manner == "daemon":
            daemon.kill()
            until(lambda: [child.pid for child in psutil.Process(supervisor.pid).children()] not in ([], [daemon.pid]))
            return
        self.stop(signal.SIGINT if manner == "Ctrl-C" else signal.SIGKILL)
        self.start()

    def stop(self, number: signal.Signals = signal.SIGKILL) -> None:
        """Stop by a signal to the supervisor; a kill takes everything that it started along."""
        if self._supervisor is None:
            return
        processes = psutil.Process(self._supervisor.pid).children(recursive=True)
        groups = {os.getpgid(process.pid) for process in processes}
        for group in groups if number == signal.SIGKILL else ():
            with suppress(ProcessLookupError):
                os.killpg(group, signal.SIGKILL)
        self._supervisor.send_signal(number)
        self._supervisor.wait(60)
        self._supervisor = None

    @property
    def said(self) -> str:
        return self._log.read_text()[-8000:]


def enqueue(instance: dg.DagsterInstance, job: str, tags: dict[str, str]) -> str:
    """Put a run into the queue, as the UI does; returns its id."""
    target = LoadableTargetOrigin(executable_path=sys.executable, module_name="mhc_jobs.definitions")
    location = ManagedGrpcPythonEnvCodeLocationOrigin(target, location_name="mhc")
    origin = RemoteJobOrigin(RemoteRepositoryOrigin(location, "__repository__"), job)
    code = RepositoryPythonOrigin(
        executable_path=sys.executable,
        code_pointer=ModuleCodePointer("mhc_jobs.definitions", "defs"),
        entry_point=DEFAULT_DAGSTER_ENTRY_POINT,
    )
    return instance.create_run_for_job(
        defs.resolve_job_def(job),
        tags=tags,
        status=dg.DagsterRunStatus.QUEUED,
        remote_job_origin=origin,
        job_code_origin=JobPythonOrigin(job, code),  # what a launcher without a code server goes by
    ).run_id
