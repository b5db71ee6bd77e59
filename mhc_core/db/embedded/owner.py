"""The owner: the one process that runs ``postgres`` and keeps it running while anybody uses it."""

import ctypes
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from types import FrameType
from typing import IO

from mhc_core.db.embedded import account, cluster
from mhc_core.db.embedded.access import make_private
from mhc_core.db.embedded.files import HOST, Files, Status, lock_file, port_is_free, try_lock, unlock, write
from mhc_core.db.embedded.orphan import CLOSING_SECONDS, clear_away, postmaster_file
from mhc_core.errors import ConfigurationError, Conflict, DatabaseUnavailable

LINGER_SECONDS = 3.0  # without users; covers one command after the other
_ATTEMPTS = 7  # about ten seconds of failed starts, one after the other
_HOPELESS_ATTEMPTS = 2  # when the server names a reason that time does not cure
_STEADY_SECONDS = 10.0  # a server that ran this long starts with a fresh count
_LOG_LIMIT = 10_000_000  # bytes
_TICK = 0.05


class Owner:
    """Runs one server until nobody uses it or a signal asks it to stop."""

    def __init__(self, files: Files, port: int | None) -> None:
        self.files = files
        self.wanted_port = port
        self.port = 0
        self.server: subprocess.Popen[bytes] | None = None
        self.stopping = False

    def run(self, when_ready: Callable[[], None]) -> None:
        """Hold the lock, serve, stop.

        Raises:
            Conflict: another owner lives.
            ConfigurationError, DatabaseUnavailable: the server cannot be started.
        """
        with lock_file(self.files.owner_lock) as mine, lock_file(self.files.users_lock) as users:
            if not _lock_patiently(mine):
                raise Conflict(f"another process owns the database in {self.files.home}; connect to that one")
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, self._stop_soon)
            self.port = self.wanted_port or self.files.read_port() or self.files.choose_port()
            self._say(ready=False)
            clear_away(self.files.data)
            make_private(self.files.state)  # before the server's account is let through
            runs_as = account.for_data(self.files.data)
            cluster.prepare(self.files, runs_as)
            self._require_port()
            write(self.files.port, str(self.port))
            try:
                self._serve(runs_as, users, when_ready)
            finally:
                self._say(ready=False)
                self._stop_server()

    def _stop_soon(self, number: int, frame: FrameType | None) -> None:
        self.stopping = True

    def _serve(self, runs_as: account.Account, users: IO[str], when_ready: Callable[[], None]) -> None:
        failures = 0
        idle_since = time.monotonic()
        while not self.stopping:
            started = time.monotonic()
            log_start = self._start_server(runs_as)
            ready = False
            while not self.stopping and self._is_running():
                if not ready and self._accepts():
                    ready = True
                    self._say(ready=True)
                    when_ready()
                    idle_since = time.monotonic()
                if not try_lock(users, exclusive=True):
                    idle_since = time.monotonic()
                elif time.monotonic() - idle_since > LINGER_SECONDS:
                    return  # the users' lock stays taken: who comes now waits for the end, then starts a new owner
                else:
                    unlock(users)
                time.sleep(4 * _TICK if ready else _TICK)
            if not self.stopping:
                self._say(ready=False)
                failures = 1 if ready and time.monotonic() - started > _STEADY_SECONDS else failures + 1
                self._give_up_or_wait(failures, log_start, was_ready=ready)

    def _start_server(self, runs_as: account.Account) -> int:
        """Start ``postgres``; returns the size of its log before."""
        self.files.log.parent.mkdir(parents=True, exist_ok=True)
        if self.files.log.exists() and self.files.log.stat().st_size > _LOG_LIMIT:
            self.files.log.replace(self.files.log.with_suffix(".log.1"))
        self.files.log.touch(mode=0o600)
        log_start = self.files.log.stat().st_size
        with self.files.log.open("ab") as log:
            self.server = subprocess.Popen(
                cluster.command(self.files.data, self.port),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                preexec_fn=_die_with(os.getpid()),
                **runs_as.popen,
            )
        return log_start

    def _is_running(self) -> bool:
        return self.server is not None and self.server.poll() is None

    def _accepts(self) -> bool:
        """Whether the server that runs now has written that it is ready."""
        lines = postmaster_file(self.files.data)
        pid = str(self.server.pid) if self.server else None
        return len(lines) > 7 and lines[7].strip() == "ready" and lines[0] == pid

    def _say(self, *, ready: bool) -> None:
        status = Status(ready, self.port, os.getpid(), self.server.pid if ready and self.server else None)
        with suppress(OSError):  # a full disk must not keep the server from being stopped
            write(self.files.status, json.dumps(asdict(status)))

    def _give_up_or_wait(self, failures: int, log_start: int, *, was_ready: bool) -> None:
        said = " ".join(self.files.log_tail(log_start, 50))
        curable = was_ready or re.search("lock file|shared memory block", said)  # the last server is still closing
        if "No space left on device" in said:
            raise cluster.disk_full(self.files)
        if "Address already in use" in said:
            self._require_port()
        if failures >= (_ATTEMPTS if curable else _HOPELESS_ATTEMPTS):
            last = [line for line in self.files.log_tail(log_start, 50) if "FATAL" in line or "PANIC" in line][-1:]
            reason = last[0].strip() if last else "it logged no reason"
            raise DatabaseUnavailable(f"PostgreSQL died {failures} times in a row ({reason}); see {self.files.log}")
        time.sleep(min(0.1 * 2**failures, 5.0))

    def _require_port(self) -> None:
        deadline = time.monotonic() + 1.0  # the last server may be leaving it
        while not port_is_free(self.port):
            if time.monotonic() > deadline:
                raise ConfigurationError(
                    f"port {self.port} on {HOST} is taken by another program; stop that one, or set MHC_DATABASE_PORT "
                    "to a free port"
                )
            time.sleep(4 * _TICK)

    def _stop_server(self) -> None:
        if self.server is None:
            return
        for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
            if self._is_running():
                self.server.send_signal(number)
                with suppress(subprocess.TimeoutExpired):
                    self.server.wait(CLOSING_SECONDS)


def _lock_patiently(mine: IO[str]) -> bool:
    """Others look at the lock by holding it for a moment, so one refusal says nothing."""
    for _ in range(20):
        if try_lock(mine, exclusive=True):
            return True
        time.sleep(_TICK / 2)
    return False


def _die_with(owner: int) -> Callable[[], None]:
    """What the child runs before it becomes ``postgres``: ask for SIGINT (fast shutdown) when its owner dies."""
    prctl = ctypes.CDLL(None, use_errno=True).prctl if sys.platform == "linux" else None

    def prepare_child() -> None:
        if prctl is not None:
            prctl(1, int(signal.SIGINT), 0, 0, 0)  # PR_SET_PDEATHSIG
        if os.getppid() != owner:
            os._exit(1)

    return prepare_child
