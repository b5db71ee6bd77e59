"""The objects of a JSON file, one at a time, however they are written: one a line, in an array, over many lines, or in
the list inside a system's envelope. Each comes with the lines it stood on.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import orjson

from mhc_core.collection.importing.decoding import decode
from mhc_core.collection.importing.incoming import Incoming
from mhc_core.collection.importing.readers import MAX_LINE, Line, Source
from mhc_core.collection.importing.reject import Place, Rejected, RejectFile

MAX_DOCUMENT = 64_000_000  # bytes of one object that is no line and no item of an array
ENVELOPES = (("conversations",), ("data", "payload"), ("payload",), ("tickets",), ("records",), ("results",), ("data",),
             ("items",))  # fmt: skip
"""Where systems put their list of things."""
_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*"|[{}\[\]]|"', re.DOTALL)


class _Value(NamedTuple):
    place: Place
    data: bytes
    problem: str | None


def objects(source: Source, notes: Counter[str], rejects: RejectFile) -> Iterator[Incoming]:
    """Every JSON object of the file; what cannot be read goes to ``rejects``."""
    for value in _lines(source) if is_lines(source) else _document(source):
        if value.problem is not None:
            rejects.add(value.place, value.problem)
            continue
        try:
            decoded = decode(value.data, notes)
            found = _opened(decoded)
        except Rejected as reason:
            rejects.add(value.place, str(reason))
            continue
        for record in found:
            yield Incoming(value.place, record)


def first(source: Source) -> Mapping[str, Any]:
    """The first object that can be read, or an empty one."""
    for value in _lines(source) if is_lines(source) else _document(source):
        if value.problem is None:
            try:
                for record in _opened(decode(value.data, Counter())):
                    return record
            except Rejected:
                continue
    return {}


def is_lines(source: Source) -> bool:
    """Whether each line is a record: the first line is whole JSON, or a second one begins like a record too."""
    lines = source.lines()
    begin = next(lines, None)
    if begin is None:
        return True
    if begin.problem is not None:
        return source.head(1 << 10).lstrip(b"\xef\xbb\xbf \r\n\t")[:1] != b"["
    opening = begin.data.lstrip()[:1]
    follows = next(lines, None)
    after = follows.data.lstrip()[:2] if follows else b""
    if opening == b"[" or opening == b"{":
        try:
            orjson.loads(begin.data)
            return opening == b"{" or follows is not None
        except orjson.JSONDecodeError:
            return after[:1] == b"{" and opening == b"{" and begin.data.rstrip()[-1:] not in (b"{", b"[", b",")
    return True


def _lines(source: Source) -> Iterator[_Value]:
    for line in source.lines():
        yield _Value(_place(line), line.data, line.problem)


def _place(line: Line) -> Place:
    return Place(0, line.number, line.number, line.length, line.sha256)


def _opened(value: Any) -> list[dict[str, Any]]:
    """The records in a value: itself, or those of the list in its envelope."""
    if isinstance(value, list):
        if value and all(isinstance(item, dict) for item in value):
            return value
        raise Rejected("not a JSON object")
    if not isinstance(value, dict):
        raise Rejected("not a JSON object")
    if "messages" in value or "id" in value:
        return [value]
    for path in ENVELOPES:
        inside: Any = value
        for key in path:
            inside = inside.get(key) if isinstance(inside, dict) else None
        if isinstance(inside, list) and inside and all(isinstance(item, dict) for item in inside):
            return inside
    return [value]


def _document(source: Source) -> Iterator[_Value]:
    """Items of a top-level array, or top-level values one after the other; memory holds one at a time."""
    line, depth, base = 1, 0, 0
    start: int | None = None  # where the current value begins in ``data``
    begun = 1
    data = bytearray()
    scanned = 0

    def made(raw: bytes, ended: int, problem: str | None = None) -> _Value:
        place = Place(0, begun, ended, len(raw), hashlib.sha256(raw).hexdigest())
        return _Value(place, b"" if problem else raw, problem)

    opened = False
    for chunk in source.text():
        data += chunk
        while True:
            token = _TOKEN.search(data, scanned)
            if token is None or token[0] == b'"':  # a text that ends in a later chunk is looked at again with it
                held = token.start() if token is not None else len(data)
                line += data.count(b"\n", scanned, held)
                scanned = held
                break
            line += data.count(b"\n", scanned, token.end())
            scanned = token.end()
            sign = token[0]
            if sign in (b"{", b"["):
                if not opened and sign == b"[":
                    opened, base = True, 1
                opened = True
                if depth == base and start is None:
                    start, begun = token.start(), line
                depth += 1
            elif sign in (b"}", b"]"):
                depth -= 1
                if depth == base and start is not None:
                    yield made(bytes(data[start : token.end()]), line)
                    del data[: token.end()]
                    scanned, start = 0, None
                elif depth < base:
                    depth = base = 0  # the array ended: what follows stands for itself
                    opened = False
        if start is None:
            del data[:scanned]
            scanned = 0
        elif len(data) - start > (MAX_DOCUMENT if base == 0 else MAX_LINE):
            yield made(
                bytes(data[start:]), line, "one JSON value is too large; export it as JSON lines, one record a line"
            )
            return
    if start is not None:
        yield made(bytes(data[start:]), line, "the JSON ends in the middle (truncated), or a bracket is missing")
