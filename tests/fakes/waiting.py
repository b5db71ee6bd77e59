"""Waiting for something that another thread or process does."""

import time
from collections.abc import Callable
from typing import TypeVar

Found = TypeVar("Found")
STEP_SECONDS = 0.01


def until(find: Callable[[], Found], seconds: float = 20) -> Found:
    """What ``find`` gives as soon as that is something; fails when it takes longer than ``seconds``."""
    deadline = time.monotonic() + seconds
    while not (found := find()):
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(STEP_SECONDS)
    return found
