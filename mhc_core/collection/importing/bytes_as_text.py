"""Chunks of a file become chunks of UTF-8 text: unpacked, decoded, with one kind of line end."""

import codecs
import re
import zlib
from collections.abc import Iterator

from mhc_core.errors import DataError

CHUNK = 1 << 18  # bytes read or decompressed at a time
_LINE_END = re.compile(rb"\r\n|\r|\n")
GZIP_MAGIC = b"\x1f\x8b"


class Damaged(DataError):
    """The stream cannot be read further; what came before is good."""


def unpacked(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """The bytes without gzip, which is known by its first bytes and may have several members.

    Raises:
        Damaged: after all that can be saved.
    """
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


def as_utf8(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """UTF-16 as UTF-8, and UTF-8 without its mark; bytes of any other encoding as they are."""
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


def line_ends(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Lines that end in CR alone, as old Mac programs write them, end in LF; the first line end decides for all."""
    first = next(chunks, b"")
    while (found := _LINE_END.search(first)) is None or found.end() == len(first):
        more = next(chunks, b"")
        if not more:
            break
        first += more
    if found is None or found[0] != b"\r":
        yield first
        yield from chunks
        return
    yield first.replace(b"\r", b"\n")
    for chunk in chunks:
        yield chunk.replace(b"\r", b"\n")
