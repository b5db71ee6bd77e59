"""Logs of services that stay small, whatever the service writes and whoever is killed meanwhile.

A service writes to its file itself, opened for appending, so it needs no reader that could die. A file that has grown
is copied and emptied under the writer, as logrotate's ``copytruncate`` does; a line written between the two is lost.
"""

import os
import shutil
from contextlib import suppress
from pathlib import Path

MAX_BYTES = 10 * 1024**2
KEPT = 3
"""Older files beside the one that is written: `NAME.log.1` is the newest."""


def rotate(log: Path, max_bytes: int = MAX_BYTES, kept: int = KEPT) -> bool:
    """Start a log anew once it is larger than ``max_bytes``; whether it was. One that cannot be read is left alone."""
    with suppress(OSError):
        if log.stat().st_size <= max_bytes:
            return False
        for number in range(kept - 1, 0, -1):
            with suppress(FileNotFoundError):
                _older(log, number).replace(_older(log, number + 1))
        shutil.copyfile(log, _older(log, 1))
        os.truncate(log, 0)
        return True
    return False


def _older(log: Path, number: int) -> Path:
    return log.with_name(f"{log.name}.{number}")
