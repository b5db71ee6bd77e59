"""What did not go in: a JSON line for each refused line of a file, saying where and why.

The refused text itself is not repeated, since it may hold personal data: the line number finds it in the original,
its length and SHA-256 prove that it is the same line. Nor is the file's name, which may be a customer's: it is told
where the file was named.
"""

import hashlib
import shutil
import tempfile
import threading
from pathlib import Path
from types import TracebackType
from typing import IO, Self

import orjson

from mhc_core.errors import DataError


class Rejected(DataError):
    """A line or record that is left out; the message is the reason and never quotes the input."""


def reject_path(folder: Path, uri: str) -> Path:
    """Where the refused lines of an input file are listed: the same place for the same file, named by a hash."""
    full = uri if "://" in uri else str(Path(uri).absolute())
    return folder / f"{hashlib.sha256(full.encode()).hexdigest()[:12]}.rejects.jsonl"


class RejectFile:
    """Collects refused lines, from several threads too.

    ``path`` appears complete at the end, or not at all when nothing was refused. ``first`` is the first refused line
    with its reason.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.count = 0
        self.first: tuple[int, str] | None = None
        self._pending: IO[bytes] | None = None
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def add(self, line: int, reason: str, length: int, sha256: str, last_line: int | None = None) -> None:
        """Note that ``line`` (from 1; up to ``last_line`` for a row of several lines) was refused."""
        entry: dict[str, object] = {"line": line}
        if last_line is not None and last_line != line:
            entry["last_line"] = last_line
        entry |= {"reason": reason, "length": length, "sha256": sha256}
        with self._lock:
            if self._pending is None:
                self._pending = tempfile.TemporaryFile()  # noqa: SIM115
            self._pending.write(orjson.dumps(entry, option=orjson.OPT_APPEND_NEWLINE))
            self.count += 1
            self.first = min(self.first or (line, reason), (line, reason))

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
