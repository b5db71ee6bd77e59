"""One recogniser for all calls of a process: what ends a turn goes before what is only looked at; nobody waits long.

A recogniser of this machine uses all that a core has, so as many threads ask it as it may have cores.
"""

import heapq
import itertools
import logging
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from mhc_core.errors import TransientError
from mhc_core.protocols import SPEECH_RATE, Heard, Transcriber

log = logging.getLogger(__name__)

LONGEST_WAIT = 3.0
"""Seconds of work before one that is added: beyond, the caller is told so at once."""
FIRST_GUESS = 0.3
"""Seconds that a stretch takes, until some were measured."""


class Overloaded(TransientError):
    """So many stretches wait to be recognised that an answer would come too late."""


@dataclass(order=True)
class _Job:
    rank: tuple[int, int]
    samples: NDArray[np.float32] = field(compare=False)
    future: "Future[Sequence[Heard]]" = field(compare=False)


class Recogniser:
    """Takes stretches of any call and gives back their words. Safe to use from several threads."""

    def __init__(
        self, transcriber: Callable[[], Transcriber], at_once: int = 1, longest_wait: float = LONGEST_WAIT
    ) -> None:
        """``transcriber`` loads the recogniser, which is asked for ``at_once`` stretches together at most; it is called
        in :meth:`start`."""
        self._load = transcriber
        self._at_once = at_once
        self._longest_wait = longest_wait
        self._jobs: list[_Job] = []
        self._count = itertools.count()
        self._changed = threading.Condition()
        self._threads: list[threading.Thread] = []
        self._ended = False
        self._seconds = FIRST_GUESS
        self._busy = 0
        self.id = ""

    def start(self) -> None:
        """Load the recogniser, let it hear once, and begin.

        Raises:
            ConfigurationError: it, or the extra ``voice``, is missing.
        """
        transcriber = self._load()
        self.id = transcriber.id
        transcriber.transcribe(np.zeros(SPEECH_RATE, dtype=np.float32))
        self._ended = False
        self._threads = [
            threading.Thread(target=self._work, args=(transcriber,), name=f"recogniser-{number}", daemon=True)
            for number in range(self._at_once)
        ]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Refuse what waits, and end."""
        with self._changed:
            self._ended = True
            for job in self._jobs:
                job.future.cancel()
            self._jobs.clear()
            self._changed.notify_all()
        for thread in self._threads:
            thread.join(timeout=30)
        self._threads = []

    @property
    def waiting(self) -> int:
        """Stretches that are being recognised or wait for it."""
        return len(self._jobs) + self._busy

    def submit(self, samples: NDArray[np.float32], *, final: bool = True) -> "Future[Sequence[Heard]]":
        """The words of a stretch, once they are known. One that is not ``final`` waits behind all that are.

        Raises:
            Overloaded: too many wait.
        """
        future: Future[Sequence[Heard]] = Future()
        with self._changed:
            if self._ended or self.waiting * self._seconds > self._longest_wait * self._at_once:
                raise Overloaded("more is being said than can be recognised in time; try again in a moment")
            heapq.heappush(self._jobs, _Job((0 if final else 1, next(self._count)), samples, future))
            self._changed.notify()
        return future

    def make_final(self, future: "Future[Sequence[Heard]]") -> None:
        """Let a stretch that waits go before those that are only looked at."""
        with self._changed:
            for job in self._jobs:
                if job.future is future:
                    job.rank = (0, job.rank[1])
            heapq.heapify(self._jobs)

    def _work(self, transcriber: Transcriber) -> None:
        while (job := self._next()) is not None:
            began = time.perf_counter()
            wanted = job.future.set_running_or_notify_cancel()
            if wanted:
                _recognise(transcriber, job)
            with self._changed:
                self._busy -= 1
                if wanted:
                    self._seconds = 0.8 * self._seconds + 0.2 * (time.perf_counter() - began)

    def _next(self) -> _Job | None:
        with self._changed:
            while not self._jobs and not self._ended:
                self._changed.wait()
            if self._ended:
                return None
            self._busy += 1
            return heapq.heappop(self._jobs)


def _recognise(transcriber: Transcriber, job: _Job) -> None:
    try:
        heard = transcriber.transcribe(job.samples)
    except Exception as error:  # whoever waits for these words hears of it, and the others go on
        job.future.set_exception(error)
    else:
        job.future.set_result(heard)
