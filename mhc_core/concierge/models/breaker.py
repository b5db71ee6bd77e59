"""Stops asking what keeps failing, so that customers do not wait for it, and asks again after a rest.

Our own, as ``pybreaker`` holds its lock during a call, so that customers would wait for each other.
"""

import threading
import time
from collections.abc import Callable
from typing import TypeVar

from mhc_core.errors import ProviderUnavailable

Result = TypeVar("Result")

FAILURES = 3
"""Failures in a row after which it rests."""
REST_SECONDS = 30.0


class CircuitOpen(ProviderUnavailable):
    """Not asked: it failed several times in a row and rests."""


class Breaker:
    """Counts failures in a row of one thing that is called from several threads.

    The lock is never held during a call. After the rest one caller tries; until it succeeds all others are refused.
    A trial that never comes back blocks no longer than another rest.
    """

    def __init__(
        self,
        failures: int = FAILURES,
        rest_seconds: float = REST_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._limit = failures
        self._rest = rest_seconds
        self._clock = clock
        self._lock = threading.Lock()
        self._failures = 0
        self._next_trial = 0.0

    def call(self, act: Callable[[], Result]) -> Result:
        """What ``act`` returns; its exceptions are counted and passed on.

        Raises:
            CircuitOpen: ``act`` was not called.
        """
        self._enter()
        try:
            result = act()
        except Exception:  # every kind of failure counts, and is passed on
            with self._lock:
                self._failures += 1
                self._next_trial = self._clock() + self._rest
            raise
        with self._lock:
            self._failures = 0
        return result

    def _enter(self) -> None:
        with self._lock:
            if self._failures < self._limit:
                return
            now = self._clock()
            if now < self._next_trial:
                raise CircuitOpen("it failed several times in a row and rests; try again in half a minute")
            self._next_trial = now + self._rest
