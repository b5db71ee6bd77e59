"""The objects of a JSON file, one at a time, however they are written: one a line, in an array, over many lines, or in
the list inside a system's envelope. Each comes with the lines it stood on.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from mhc_core.collection.importing import json_documents
from mhc_core.collection.importing.decoding import decode
from mhc_core.collection.importing.incoming import Incoming
from mhc_core.collection.importing.json_documents import Value
from mhc_core.collection.importing.readers import Line, Source
from mhc_core.collection.importing.reject import Place, Rejected, RejectFile


def objects(source: Source, notes: Counter[str], rejects: RejectFile) -> Iterator[Incoming]:
    """Every JSON object of the file; what cannot be read goes to ``rejects``."""
    for value in _values(source):
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
    for value in _values(source):
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
        return source.head(1 << 10).lstrip(b"\xef\xbb\xbf \r\n\t")[:1] not in (b"[", b"{")
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


def _values(source: Source) -> Iterator[Value]:
    return map(_of_line, source.lines()) if is_lines(source) else json_documents.values(source.text())


def _of_line(line: Line) -> Value:
    return Value(Place(0, line.number, line.number, line.length, line.sha256), line.data, line.problem)


def _opened(value: Any) -> list[dict[str, Any]]:
    """The records in a value: itself, or those of the list in its envelope."""
    if isinstance(value, list):
        if value and all(isinstance(item, dict) for item in value):
            return value
        raise Rejected("not a JSON object")
    if not isinstance(value, dict):
        raise Rejected("not a JSON object")
    if not json_documents.OF_RECORDS.isdisjoint(value):
        return [value]
    for path in json_documents.ENVELOPES:
        inside: Any = value
        for key in path:
            inside = inside.get(key) if isinstance(inside, dict) else None
        if isinstance(inside, list) and inside and all(isinstance(item, dict) for item in inside):
            return inside
    return [value]
