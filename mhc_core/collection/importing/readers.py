"""Reads lines from a file or any fsspec URI in constant memory: gzip, UTF-16, overlong lines and old Mac line ends."""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from mhc_core.collection.importing.bytes_as_text import CHUNK, Damaged, as_utf8, line_ends, unpacked
from mhc_core.errors import DataError, NotFound

MAX_LINE = 10_000_000  # bytes; a longer line is refused and streamed past


@dataclass(frozen=True, slots=True)
class Line:
    """One line without its line end. With a ``problem`` it could not be read and ``data`` is empty."""

    number: int
    data: bytes
    length: int
    problem: str | None = None
    digest: str | None = None

    @property
    def sha256(self) -> str:
        """Of the line without its line end (hex)."""
        return self.digest or hashlib.sha256(self.data).hexdigest()


class Source:
    """An open input file. ``position`` and ``size`` are in bytes as stored, for showing progress.

    It can be read from its beginning as often as is wanted. ``opener`` stands for the URI where the file is a member of
    an archive.

    Raises:
        NotFound: there is no such file.
    """

    def __init__(self, uri: str, opener: Callable[[], IO[bytes]] | None = None, size: int | None = None) -> None:
        self.uri = uri
        self.position = 0
        self.size = size
        self._opener = opener
        self._file: IO[bytes] | None = None

    @property
    def name(self) -> str:
        """The file's name without folders."""
        return self.uri.rstrip("/").rpartition("/")[2]

    def __enter__(self) -> Self:
        try:
            if self._opener is not None:
                self._file = self._opener()
            else:
                self._file, self.size = _open(self.uri)
        except FileNotFoundError:
            raise NotFound(f"{self.uri} does not exist; check the path") from None
        except OSError as error:
            raise DataError(f"{self.uri} cannot be read ({error.strerror}); name a readable file") from None
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._file is not None:
            self._file.close()

    @property
    def file(self) -> IO[bytes]:
        """The stored bytes, from the beginning."""
        assert self._file is not None
        if self._file.tell():
            self._file.seek(0)
        self.position = 0
        return self._file

    def head(self, size: int) -> bytes:
        """The first bytes after unpacking, ``size`` of them or a little more, as stored text encoding has them."""
        found = b""
        try:
            for chunk in unpacked(self._chunks()):
                found += chunk
                if len(found) >= size:
                    break
        except Damaged:
            pass
        return found

    def text(self) -> Iterator[bytes]:
        """The file's text as UTF-8 in chunks; bytes that are no UTF-8 come as they are.

        Raises:
            DataError: the file is not text that can be read at all.
        """
        return as_utf8(unpacked(self._chunks()))

    def lines(self, limit: int = MAX_LINE, blank: bool = False) -> Iterator[Line]:
        """The lines, numbered from 1, without those that are blank unless ``blank``.

        Raises:
            DataError: the file is not text that can be read at all.
        """
        return split(line_ends(self.text()), limit, blank)

    def _chunks(self) -> Iterator[bytes]:
        file = self.file
        while chunk := file.read(CHUNK):
            self.position += len(chunk)
            yield chunk


def _open(uri: str) -> tuple[IO[bytes], int | None]:
    local = Path(uri)
    if "://" not in uri:
        return local.open("rb"), local.stat().st_size
    from mhc_core.artifacts.store import filesystem_of

    filesystem, path = filesystem_of(uri)
    opened: IO[bytes] = filesystem.open(path, "rb")
    size: Any = filesystem.size(path)
    return opened, size


def split(chunks: Iterable[bytes], limit: int = MAX_LINE, blank: bool = False) -> Iterator[Line]:
    """Cut chunks into lines; blank ones are left out unless ``blank``. Holds at most ``limit`` bytes and one chunk.

    A line over the limit comes as a problem with its length and hash; so does the rest of a damaged stream.
    """
    number = 1
    pending = bytearray()
    overlong: tuple[Any, int] | None = None  # running hash and length of a line over the limit

    def finish() -> Line | None:
        if overlong is not None:
            running, length = overlong
            return Line(number, b"", length, f"the line is longer than {limit:,} bytes", running.hexdigest())
        data = bytes(pending).rstrip(b"\r")
        return Line(number, data, len(data)) if blank or data.strip() else None

    damage: Damaged | None = None
    iterator = iter(chunks)
    while True:
        try:
            chunk = next(iterator, None)
        except Damaged as error:
            damage, chunk = error, None
        if chunk is None:
            break
        start = 0
        while True:
            end = chunk.find(b"\n", start)
            piece = memoryview(chunk)[start : end if end >= 0 else len(chunk)]
            if overlong is None and len(pending) + len(piece) > limit:
                running = hashlib.sha256(pending)
                overlong = (running, len(pending))
                pending.clear()
            if overlong is not None:
                overlong[0].update(piece)
                overlong = (overlong[0], overlong[1] + len(piece))
            else:
                pending += piece
            if end < 0:
                break
            if line := finish():
                yield line
            pending.clear()
            overlong = None
            number += 1
            start = end + 1
    last = finish() if pending or overlong or not blank else None
    if damage is None:
        if last:
            yield last
        return
    length, digest = (last.length, last.sha256) if last else (0, hashlib.sha256(b"").hexdigest())
    yield Line(number, b"", length, str(damage), digest)
