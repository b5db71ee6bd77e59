"""Keeping processes running: started together, restarted when one dies, stopped together."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

STOP_SECONDS = 20.0
MAX_PAUSE_SECONDS = 30.0
STEADY_SECONDS = 60.0
_PR_SET_PDEATHSIG = 1


@dataclass
class Service:
    """One process with its log. ``pause`` doubles each time it dies soon after its start."""

    name: str
    command: Sequence[str]
    log: Path
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    pause: float = 1.0
    wait_until: float = 0.0


def supervise(
    services: Sequence[Service],
    environment: Mapping[str, str],
    stopping: Callable[[], bool],
    tick: Callable[[], None],
    say: Callable[[str], None],
) -> None:
    """Run the services until ``stopping`` says so, then stop them all; ``tick`` is called about twice a second."""
    try:
        while not stopping():
            for service in services:
                _tend(service, environment, say)
            tick()
            time.sleep(0.5)
    finally:
        stop(services)


def stop(services: Sequence[Service]) -> None:
    """Ask every process group to end, and end what has not after ``STOP_SECONDS``."""
    running = [service.process for service in services if service.process and service.process.poll() is None]
    for process in running:
        _signal_group(process, signal.SIGTERM)
    deadline = time.monotonic() + STOP_SECONDS
    for process in running:
        with suppress(subprocess.TimeoutExpired):
            process.wait(max(0.1, deadline - time.monotonic()))
        # Children of the service that outlived it (Dagster's code servers, runs) go with the group.
        _signal_group(process, signal.SIGKILL)
        process.wait()


def _tend(service: Service, environment: Mapping[str, str], say: Callable[[str], None]) -> None:
    now = time.monotonic()
    if service.process is not None and service.process.poll() is None:
        if now - service.started > STEADY_SECONDS:
            service.pause = 1.0
        return
    if service.process is not None:
        _signal_group(service.process, signal.SIGKILL)
        say(
            f"{service.name} ended with {service.process.returncode}, again in {service.pause:.0f} s; see {service.log}"
        )
        service.wait_until = now + service.pause
        service.pause = min(MAX_PAUSE_SECONDS, service.pause * 2)
        service.process = None
    if now >= service.wait_until:
        service.log.parent.mkdir(parents=True, exist_ok=True)
        with service.log.open("ab") as log:
            service.process = subprocess.Popen(
                service.command,
                env={**os.environ, **environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_child,
            )
        service.started = now


def _child() -> None:
    """In the child: signals as usual, and an end when the supervisor is killed.

    A shell that starts us with ``&`` leaves SIGINT ignored, and where Dagster runs SIGTERM is then ignored, too: the
    end of the supervisor would reach nobody.
    """
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _signal_group(process: "subprocess.Popen[bytes]", number: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)
