"""Processes that work replies out, while the server's own takes messages, looks replies up and stores them.

Python computes on one core for each process, and whoever waits for it waits with it. So a message that is answered by a
look-up does not wait here for one that has to be worked out. A worker does one thing at a time. When it dies, the
server does itself what it was doing, and another one is started.
"""

import logging
import multiprocessing
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from queue import Empty, LifoQueue
from typing import Any

from mhc_core.concierge.agents.reply import Asked, Done
from mhc_core.response_cache.cache import Offer
from mhc_core.settings import Settings

log = logging.getLogger(__name__)

START_SECONDS = 120.0
"""A worker that has not loaded everything by then is given up."""
WORK_SECONDS = 30.0
"""A worker that has not answered by then is given up; so is waiting for a free one."""
AGAIN_SECONDS = 5.0
"""So long after one could not be started the next is tried."""


@dataclass(eq=False, slots=True)
class _Worker:
    process: SpawnProcess
    connection: Connection
    shadow: Mapping[str, int] = field(default_factory=dict)


class Workers:
    """The ``count`` workers of one server, each a process that executes ``run``. Safe to use from several threads."""

    def __init__(self, count: int, settings: Settings, run: Callable[[Connection, Settings], None]) -> None:
        self.count = count
        self._settings = settings
        self._run = run
        self._idle: LifoQueue[_Worker] = LifoQueue()
        self._ready: list[_Worker] = []
        self._lock = threading.Lock()
        self._starting: list[threading.Thread] = []
        self._stopping = threading.Event()
        self._shadow_before: Counter[str] = Counter()

    def start(self) -> None:
        """Start them beside; until the first is ready the server works on its own."""
        for _ in range(self.count):
            self._start_one()

    def stop(self) -> None:
        """End them after what they are doing."""
        self._stopping.set()
        for thread in self._starting:
            thread.join()
        with self._lock:
            ending, self._ready = self._ready, []
        for worker in ending:
            worker.connection.close()
        for worker in ending:
            _end(worker, patience=15.0)

    @property
    def ready(self) -> int:
        """How many can be given work."""
        return len(self._ready)

    @property
    def shadow(self) -> dict[str, int]:
        """What the shadows of all workers counted since this server started."""
        with self._lock:
            return dict(sum((Counter(worker.shadow) for worker in self._ready), self._shadow_before))

    def reply(self, asked: Asked) -> Done | None:
        """The reply to a message; None when no worker made one."""
        done: Done | None = self._work("reply", asked)
        return done

    def keep(self, offers: Sequence[Offer]) -> bool:
        """Whether a worker saw to it that stored answers are kept for others, where they may be."""
        return self._work("keep", offers) is not None

    def _work(self, task: str, *arguments: object) -> Any:
        if not self._ready:
            return None
        try:
            worker = self._idle.get(timeout=WORK_SECONDS)
        except Empty:
            return None
        try:
            worker.connection.send((task, arguments))
            if not worker.connection.poll(WORK_SECONDS):
                raise TimeoutError
            result = worker.connection.recv()
        except Exception as error:  # whatever it was, nobody knows what comes out of this connection next
            log.warning("worker %d was lost (%s); starting another one", worker.process.pid, type(error).__name__)
            self._replace(worker)
            return None
        if isinstance(result, Done):
            worker.shadow = result.shadow
        self._idle.put(worker)
        return result

    def _replace(self, lost: _Worker) -> None:
        with self._lock:
            if lost not in self._ready:
                return
            self._ready.remove(lost)
            self._shadow_before.update(lost.shadow)
        _end(lost)
        self._start_one()

    def _start_one(self) -> None:
        thread = threading.Thread(target=self._begin, name="worker-start", daemon=True)
        with self._lock:
            self._starting = [*(other for other in self._starting if other.is_alive()), thread]
        thread.start()

    def _begin(self) -> None:
        """Start a worker and wait until it has loaded everything; try again until it has."""
        context = multiprocessing.get_context("spawn")
        while not self._stopping.is_set():
            here, there = context.Pipe()
            process = context.Process(target=self._run, args=(there, self._settings), name="mhc-worker", daemon=True)
            worker = _Worker(process, here)
            process.start()
            there.close()
            if self._loads(worker):
                with self._lock:
                    self._ready.append(worker)
                self._idle.put(worker)
                log.info("worker %d is ready", process.pid)
                return
            _end(worker)
            if not self._stopping.is_set():
                log.warning("a worker did not start; the next try is in %.0f s", AGAIN_SECONDS)
                self._stopping.wait(AGAIN_SECONDS)

    def _loads(self, worker: _Worker) -> bool:
        deadline = time.monotonic() + START_SECONDS
        try:
            while not worker.connection.poll(0.2):
                if self._stopping.is_set() or time.monotonic() > deadline:
                    return False
            worker.connection.recv()
        except (EOFError, OSError):
            return False
        return True


def _end(worker: _Worker, patience: float = 0.0) -> None:
    worker.connection.close()
    worker.process.join(patience)
    worker.process.kill()
    worker.process.join()
