"""Reads lines from a file or any fsspec URI in constant memory: gzip, byte order marks and overlong lines included."""

import codecs
import hashlib
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from mhc_core.errors import DataError, NotFound

CHUNK = 1 << 18  # bytes read or decompressed at a time
MAX_LINE = 10_000_000  # bytes; a longer line is refused and streamed past
GZIP_MAGIC = b"\x1f\x8b"


class Damaged(DataError):
    """The stream cannot be read further; what came before is good."""


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

    Raises:
        NotFound: there is no such file.
    """

    def __init__(self, uri: str) -> None:
        self.uri = uri
        self.position = 0
        self.size: int | None = None
        self._file: IO[bytes] | None = None

    @property
    def name(self) -> str:
        """The file's name without folders."""
        return self.uri.rstrip("/").rpartition("/")[2]

    def __enter__(self) -> Self:
        try:
            self._file, self.size = _open(self.uri)
        except FileNotFoundError:
            raise NotFound(f"{self.uri} does not exist; check the path") from None
        except (IsADirectoryError, PermissionError) as error:
            raise DataError(f"{self.uri} cannot be read ({error.strerror}); name a readable file") from None
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._file is not None:
            self._file.close()

    def lines(self, limit: int = MAX_LINE) -> Iterator[Line]:
        """The lines that are not blank, numbered from 1.

        Raises:
            DataError: the file is not text that can be read at all.
        """
        return split(_as_utf8(_unpacked(self._chunks())), limit)

    def _chunks(self) -> Iterator[bytes]:
        assert self._file is not None
        while chunk := self._file.read(CHUNK):
            self.position += len(chunk)
            yield chunk


def _open(uri: str) -> tuple[IO[bytes], int | None]:
    local = Path(uri)
    if "://" not in uri:
        return local.open("rb"), local.stat().st_size
    import fsspec

    filesystem, path = fsspec.core.url_to_fs(uri)
    opened: IO[bytes] = filesystem.open(path, "rb")
    size: Any = filesystem.size(path)
    return opened, size


def _unpacked(chunks: Iterator[bytes]) -> Iterator[bytes]:
    first = next(chunks, b"")
    if not first.startswith(GZIP_MAGIC):
        yield first
        yield from chunks
        return
    member = zlib.decompressobj(wbits=31)
    data = first
    while True:
        before = member.copy()
        try:
            yield member.decompress(data, CHUNK)
        except zlib.error:
            yield _salvaged(before, data)
            raise Damaged("the gzip file is damaged from here on; fetch it again") from None
        if member.eof:
            data = (member.unused_data or next(chunks, b"")).lstrip(b"\0")
            while not data and (more := next(chunks, b"")):
                data = more.lstrip(b"\0")
            if not data:
                return
            member = zlib.decompressobj(wbits=31)
            continue
        data = member.unconsumed_tail or next(chunks, b"")
        if not data:
            yield member.flush()
            if member.eof:
                return
            raise Damaged("the gzip file ends in the middle (truncated); fetch it again")


def _salvaged(member: "zlib._Decompress", data: bytes) -> bytes:
    """What comes out of ``data`` before the byte that is wrong."""
    good = bytearray()
    try:
        for index in range(len(data)):
            good += member.decompress(data[index : index + 1], CHUNK)
            if len(good) > CHUNK:
                break
    except zlib.error:
        pass
    return bytes(good)


def _as_utf8(chunks: Iterator[bytes]) -> Iterator[bytes]:
    head = b""
    for chunk in chunks:
        head += chunk
        if len(head) >= 4:
            break
    if head.startswith(codecs.BOM_UTF8):
        head = head[len(codecs.BOM_UTF8) :]
    elif head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        decoder = codecs.getincrementaldecoder("utf-16")(errors="replace")
        yield decoder.decode(head).encode()
        for chunk in chunks:
            yield decoder.decode(chunk).encode()
        yield decoder.decode(b"", final=True).encode()
        return
    elif b"\0" in head[:4]:
        raise DataError(
            "the file is not UTF-8 text (it looks like UTF-16 without a mark); save it as UTF-8 and try again"
        )
    yield head
    yield from chunks


def split(chunks: Iterable[bytes], limit: int = MAX_LINE) -> Iterator[Line]:
    """Cut chunks into lines. Holds at most ``limit`` bytes and one chunk.

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
        return Line(number, data, len(data)) if data.strip() else None

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
    last = finish()
    if damage is None:
        if last:
            yield last
        return
    length, digest = (last.length, last.sha256) if last else (0, hashlib.sha256(b"").hexdigest())
    yield Line(number, b"", length, str(damage), digest)
