"""How long the disk alone takes to keep one page for good: no answer that is stored before it is given is faster."""

import os
import time
from pathlib import Path
from random import Random

PAGE = 8_192
"""What the database writes of its log at least."""
FILE_BYTES = 16 * 1024**2
TIMES = 500
PAUSE_SECONDS = 0.03
"""Between two of them, on average: as often as the eight customers write together."""


def sync_ms(folder: Path) -> list[float]:
    """Milliseconds that each write of a page and its sync took, in a file that has its room already."""
    sync = getattr(os, "fdatasync", os.fsync)
    rng, page = Random(8), os.urandom(PAGE)
    path = folder / "disk.bin"
    took = []
    with path.open("wb") as file:
        file.write(bytes(FILE_BYTES))
        file.flush()
        os.fsync(file.fileno())
        for number in range(TIMES):
            time.sleep(rng.expovariate(1 / PAUSE_SECONDS))
            started = time.perf_counter()
            os.pwrite(file.fileno(), page, number * PAGE)
            sync(file.fileno())
            took.append((time.perf_counter() - started) * 1000)
    path.unlink()
    return took
