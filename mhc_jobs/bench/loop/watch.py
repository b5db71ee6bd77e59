"""Seconds, processor time and peak memory of a piece of work."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

_EVERY = 0.05


@dataclass
class Spent:
    """What a piece of work took.

    ``seconds`` are wall clock. ``cpu_seconds`` are this process and the database server, all threads and processes.
    ``peak_mb`` is the most resident memory of this process alone, ``server_peak_mb`` the most that one process of the
    server had for itself, without what all of them share.
    """

    seconds: float = 0.0
    cpu_seconds: float = 0.0
    peak_mb: float = 0.0
    server_peak_mb: float = 0.0


@contextmanager
def watch(spent: Spent, database: Path) -> Iterator[None]:
    """Add what is done inside to ``spent``; memory is looked at twenty times a second.

    Args:
        database: the data folder of the server, which all its processes run in.
    """
    import psutil

    process, done = psutil.Process(), threading.Event()

    def look() -> None:
        while True:
            spent.peak_mb = max(spent.peak_mb, process.memory_info().rss / 1e6)
            spent.server_peak_mb = max(spent.server_peak_mb, _largest(database) / 1e6)
            if done.wait(_EVERY):
                return

    looker = threading.Thread(target=look, daemon=True)
    looker.start()
    started, cpu = time.perf_counter(), cpu_seconds(database)
    try:
        yield
    finally:
        spent.seconds += time.perf_counter() - started
        spent.cpu_seconds += cpu_seconds(database) - cpu
        done.set()
        looker.join()


def cpu_seconds(database: Path) -> float:
    """Processor seconds so far of this process and the server, with those of sessions that ended."""
    import psutil

    found = [time.process_time()]
    for server in psutil.process_iter(["cwd", "cpu_times"]):
        if server.info["cwd"] == str(database) and (spent := server.info["cpu_times"]):
            found.append(spent.user + spent.system + spent.children_user + spent.children_system)
    return sum(found)


def _largest(database: Path) -> int:
    """Bytes of the server's largest process; 0 where no server runs in the folder."""
    import psutil

    found = [0]
    with suppress(OSError, ValueError, psutil.Error):
        for server in psutil.Process(int((database / "postmaster.pid").read_text().split()[0])).children():
            with suppress(psutil.NoSuchProcess):
                memory = server.memory_info()
                found.append(memory.rss - getattr(memory, "shared", 0))  # macOS does not tell what is shared
    return max(found)
