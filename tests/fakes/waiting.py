"""Waiting for something that another thread or process does."""

import subprocess
import time
from collections.abc import Callable
from typing import Any, TypeVar

Found = TypeVar("Found")
STEP_SECONDS = 0.01


def until(find: Callable[[], Found], seconds: float = 20, process: "subprocess.Popen[Any] | None" = None) -> Found:
    """What ``find`` gives as soon as that is something; fails after ``seconds``, or when ``process`` has ended.

    Between two looks it sleeps four times as long as a look takes: whoever is waited for needs the core.
    """
    deadline = time.monotonic() + seconds
    while True:
        began = time.monotonic()
        if found := find():
            return found
        assert process is None or process.poll() is None, "the process ended too early"
        assert began < deadline, "it did not happen in time"
        time.sleep(max(STEP_SECONDS, 4 * (time.monotonic() - began)))
