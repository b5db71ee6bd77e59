"""Reads lines from a file or any fsspec URI in constant memory: gzip, UTF-16, overlong lines and old Mac line ends."""

import codecs
import hashlib
import zlib
from collections.abc import Callable, Iterable, Iterator
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
            for chunk in _unpacked(self._chunks()):
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
        return _as_utf8(_unpacked(self._chunks()))

    def lines(self, limit: int = MAX_LINE, blank: bool = False) -> Iterator[Line]:
        """The lines, numbered from 1, without those that are blank unless ``blank``.

        Raises:
            DataError: the file is not text that can be read at all.
        """
        return split(_line_ends(self.text()), limit, blank)

    def _chunks(self) -> Iterator[bytes]:
        file = self.file
        while chunk := file.read(CHUNK):
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
        yield head[len(codecs.BOM_UTF8) :]
        yield from chunks
        return
    if encoding := wide_encoding(head):
        decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
        yield decoder.decode(head).encode("utf-8", "replace")
        for chunk in chunks:
            yield decoder.decode(chunk).encode("utf-8", "replace")
        yield decoder.decode(b"", final=True).encode("utf-8", "replace")
        return
    yield head
    yield from chunks


def wide_encoding(head: bytes) -> str | None:
    """The encoding of text in two bytes a character, by its mark or by its first two characters being ASCII."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    zeros = [byte == 0 for byte in head[:4]]
    if zeros == [False, True, False, True]:
        return "utf-16-le"
    return "utf-16-be" if zeros == [True, False, True, False] else None


def _line_ends(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Lines that end in CR alone, as old Mac programs write them, end in LF."""
    first = next(chunks, b"")
    while b"\r" not in first and b"\n" not in first and len(first) < CHUNK and (more := next(chunks, b"")):
        first += more
    if b"\n" in first or b"\r" not in first:
        yield first
        yield from chunks
        return
    if first.endswith(b"\r"):  # its LF may lie in the next chunk
        first += next(chunks, b"")
    if b"\n" in first:
        yield first
        yield from chunks
        return
    yield first.replace(b"\r", b"\n")
    for chunk in chunks:
        yield chunk.replace(b"\r", b"\n")


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
