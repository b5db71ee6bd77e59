"""Servers of one installation: ``mhc serve`` on ports of their own with state folders of their own, on one database."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx2
import sqlalchemy as sa

from fakes.places import ROOT
from fakes.waiting import until

START_SECONDS = 120


class Replica:
    """One server, and those that follow it on its port."""

    def __init__(self, number: int, environment: Mapping[str, str], folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"
        self.log = folder / f"replica-{number}.log"
        self._environment = {**os.environ, **environment, "MHC_STATE_DIR": str(folder / f"state-{number}")}
        self._environment["PYTHONPATH"] = os.pathsep.join((str(ROOT), str(ROOT / "tests")))
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Begin; it is ready later."""
        command = [sys.executable, "-m", "fakes.replica", "serve", "--port", str(self.port)]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(command, env=self._environment, cwd=ROOT, stdout=log, stderr=log)

    def says_ready(self) -> bool:
        """Whether ``/readyz`` says so; False where nobody listens.

        Raises:
            httpx2.TimeoutException: it did not say in five seconds.
        """
        try:
            return httpx2.get(f"{self.address}/readyz", timeout=5).status_code == 200
        except httpx2.TimeoutException:
            raise
        except httpx2.TransportError:
            return False

    def ready(self) -> bool:
        """The same, and False where it did not say in time."""
        with suppress(httpx2.TimeoutException):
            return self.says_ready()
        return False

    def await_ready(self) -> None:
        """Wait until it is."""
        until(self.ready, START_SECONDS, self.process)

    def terminate(self) -> None:
        """SIGTERM, as whoever rolls out a new version sends it."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)

    def ended(self, seconds: float = 150) -> int:
        """Its exit code, when it has ended."""
        assert self.process is not None
        return self.process.wait(seconds)

    def kill(self) -> None:
        """End it if it runs."""
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()


@contextmanager
def replicas(engine: sa.Engine, folder: Path, count: int = 2, **environment: str) -> Iterator[Sequence[Replica]]:
    """Servers over the engine's database that are ready; their artifacts are in one place, as they have to be."""
    given = {
        "MHC_DATABASE_URL": engine.url.render_as_string(hide_password=False),
        "MHC_ARTIFACT_URI": (folder / "artifacts").as_uri(),
        "MHC_OPEN_LOOPBACK": "true",
        **environment,
    }
    made = [Replica(number, given, folder) for number in range(count)]
    try:
        for one in made:
            one.start()
        for one in made:
            one.await_ready()
        yield made
    finally:
        for one in made:
            one.kill()
