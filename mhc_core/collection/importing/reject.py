"""What did not go in: a JSON line for each refused line of a file, saying where and why.

The refused text itself is not repeated, since it may hold personal data: the line number finds it in the original,
its length and SHA-256 prove that it is the same line. Nor is the file's name, which may be a customer's: it is told
where the file was named.
"""

import hashlib
import shutil
import tempfile
import threading
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import IO, Self

import orjson

from mhc_core.errors import DataError

MOST_REASONS = 100  # different ones that are counted


class Rejected(DataError):
    """A line or record that is left out; the message is the reason and never quotes the input."""


def reject_path(folder: Path, uri: str) -> Path:
    """Where the refused lines of an input file are listed: the same place for the same file, named by a hash."""
    full = uri if "://" in uri else str(Path(uri).absolute())
    return folder / f"{hashlib.sha256(full.encode()).hexdigest()[:12]}.rejects.jsonl"


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Lines of a file (from 1), their length in bytes and their SHA-256.

    ``file`` counts the files of one import from 1; with 0 it is the one that is being read.
    """

    file: int
    line: int
    last_line: int
    length: int
    sha256: str


class RejectFile:
    """Collects refused lines, from several threads too.

    ``path`` appears complete at the end, or not at all when nothing was refused. ``file`` is the number of the one that
    is being read.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.count = 0
        self.file = 1
        self._reasons: dict[str, tuple[Place, int]] = {}
        self._pending: IO[bytes] | None = None
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        return self

    @property
    def reasons(self) -> list[tuple[Place, str, int]]:
        """The different reasons by their first place, with how often each was given; many kinds are cut off."""
        return sorted((place, reason, count) for reason, (place, count) in self._reasons.items())

    def add(self, place: Place, reason: str) -> None:
        """Note that what stands at ``place`` was refused."""
        place = replace(place, file=place.file or self.file)
        entry: dict[str, object] = {"file": place.file} if place.file > 1 else {}
        entry["line"] = place.line
        if place.last_line != place.line:
            entry["last_line"] = place.last_line
        entry |= {"reason": reason, "length": place.length, "sha256": place.sha256}
        with self._lock:
            if self._pending is None:
                self._pending = tempfile.TemporaryFile()  # noqa: SIM115
            self._pending.write(orjson.dumps(entry, option=orjson.OPT_APPEND_NEWLINE))
            self.count += 1
            if reason in self._reasons or len(self._reasons) < MOST_REASONS:
                first, count = self._reasons.get(reason, (place, 0))
                self._reasons[reason] = min(first, place), count + 1

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._pending is None:
            if kind is None:
                self.path.unlink(missing_ok=True)  # what an earlier run refused is in now
            return
        with self._pending as pending:
            pending.seek(0)
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=self.path.parent, delete=False) as complete:
                shutil.copyfileobj(pending, complete)
            Path(complete.name).replace(self.path)
