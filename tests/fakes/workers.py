"""Workers of Celery as processes that a test can kill, and the days that they work on."""

import signal
import subprocess
import sys
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import psutil

from fakes.environment import environment
from mhc_jobs import dagster_home

FIRST = date(2026, 8, 3)
DAYS = 60
_MHC = "from mhc_jobs.cli.main import main; main()"


@dataclass
class Worker:
    """``mhc worker`` with a state folder of its own, as on a machine of its own."""

    state: Path
    variables: dict[str, str]
    runs: int = 1
    _process: "subprocess.Popen[bytes] | None" = None
    _log: Path = field(init=False)

    def start(self) -> None:
        self.state.mkdir(parents=True)
        self._log = self.state.parent / f"{self.state.name}.log"
        with environment(**self.variables, MHC_STATE_DIR=str(self.state)), self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-c", _MHC, "worker", "--runs", str(self.runs)],
                cwd=dagster_home.PROJECT,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    @property
    def ready(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, self.said
        return b" ready." in self._log.read_bytes()

    @property
    def said(self) -> str:
        return self._log.read_text()[-8000:]

    def owns(self, pid: int) -> bool:
        """Whether a process is one of this worker's."""
        assert self._process is not None
        return pid in {child.pid for child in psutil.Process(self._process.pid).children()}

    def kill(self) -> None:
        """SIGKILL, to the worker alone: what it started has to end by itself."""
        assert self._process is not None
        children = psutil.Process(self._process.pid).children(recursive=True)
        self._process.kill()
        self._process.wait()
        _, alive = psutil.wait_procs(children, timeout=20)
        assert not alive, "a run goes on without its worker"

    def stop(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(30)
            except subprocess.TimeoutExpired:
                self.kill()
