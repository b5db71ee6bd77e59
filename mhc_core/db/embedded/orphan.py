"""What a killed owner may leave: a server that is still closing, or the file that names it."""

import signal
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psutil

CLOSING_SECONDS = 60.0
_TICK = 0.02


def postmaster_file(data: Path) -> list[str]:
    """The lines of the file in which a running server says who it is; empty when there is none."""
    with suppress(FileNotFoundError):
        return (data / "postmaster.pid").read_text().splitlines()
    return []


def clear_away(data: Path) -> None:
    """Wait until the last server is gone, and remove its file where that would keep the next one from starting.

    The caller holds the owner's lock, so a server that runs here has no owner. On Linux it closes by itself; elsewhere
    it must be asked. PostgreSQL takes any living process with the number in the file for a server: also a stranger
    that got the number after a reboot, and a dead server that nobody has reaped, which lasts for ever where process 1
    does not reap.
    """
    lines = postmaster_file(data)
    if not lines or not lines[0].strip().isdigit():
        return
    pid = int(lines[0])
    if _is_server(pid, data):
        for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
            with suppress(psutil.NoSuchProcess):
                psutil.Process(pid).send_signal(number)
            if _wait(lambda: not _is_server(pid, data)):
                break
    if psutil.pid_exists(pid) and _wait(lambda: not _anyone_works_in(data)):
        (data / "postmaster.pid").unlink(missing_ok=True)


def _is_server(pid: int, data: Path) -> bool:
    try:
        return str(data) in psutil.Process(pid).cmdline()
    except (psutil.NoSuchProcess, psutil.AccessDenied):  # a zombie counts as gone
        return False


def _anyone_works_in(data: Path) -> bool:
    """Whether a process of a server lives: each of them has the data folder as its working directory."""
    return any(process.info["cwd"] == str(data) for process in psutil.process_iter(["cwd"]))


def _wait(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + CLOSING_SECONDS
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(_TICK)
    return True
