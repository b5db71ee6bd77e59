"""The values of a JSON document, one at a time, with the lines they stand on.

They are the items of an array, values one after the other, or, where an object is long, the items of the list in a
system's envelope. Memory holds one of them.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from mhc_core.collection.importing.readers import MAX_LINE
from mhc_core.collection.importing.reject import Place

MAX_DOCUMENT = 64_000_000  # bytes of one object that is no line and no item of a list
ENVELOPES = (("conversations",), ("data", "payload"), ("payload",), ("tickets",), ("records",), ("results",), ("data",),
             ("items",))  # fmt: skip
"""Where systems put their list of things."""
OF_RECORDS = frozenset({"messages", "id"})
"""An object with one of these keys is a thing itself."""
_LONG = 1 << 20  # bytes of an object from which the list in it is looked into before the object ends
_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*"|[{}\[\]]|"', re.DOTALL)
_NOWHERE = 1 << 30  # a depth that no value has: the rest of an envelope holds none
_TOO_LARGE = "one JSON value is too large; export it as JSON lines, one record a line"


class Value(NamedTuple):
    """The bytes of a value. With a ``problem`` it could not be read and ``data`` is empty."""

    place: Place
    data: bytes
    problem: str | None


class _List(NamedTuple):
    """Where the list of an envelope begins."""

    scanned: int
    line: int
    depth: int


def values(chunks: Iterable[bytes]) -> Iterator[Value]:
    """The values of a document that comes in chunks of UTF-8."""
    return _Scanner().values(chunks)


class _Scanner:
    def __init__(self) -> None:
        self._data = bytearray()
        self._scanned = 0
        self._line = 1
        self._depth = 0
        self._base = 0  # the depth at which values lie
        self._opened = False
        self._start: int | None = None  # where the present value begins in the data
        self._begun = 1
        self._dropped: tuple[Any, int] | None = None  # running hash and length of a value over the limit
        self._key = ("", 0)  # the last text of the upper levels, and where it ends
        self._path: list[str] = []  # under which keys lies what is open there
        self._list: _List | None = None
        self._is_record = False

    def values(self, chunks: Iterable[bytes]) -> Iterator[Value]:
        for chunk in chunks:
            self._data += chunk
            yield from self._scan()
            if self._list is not None and len(self._data) > _LONG:
                self._look_inside(self._list)
                yield from self._scan()
            if self._start is None:
                self._forget(self._scanned)
            elif self._dropped or len(self._data) - self._start > (MAX_LINE if self._base else MAX_DOCUMENT):
                self._drop()
        if self._start is not None:
            yield self._made(len(self._data), "the JSON ends in the middle (truncated), or a bracket is missing")

    def _scan(self) -> Iterator[Value]:
        while True:
            token = _TOKEN.search(self._data, self._scanned)
            if token is None or token[0] == b'"' or (len(token[0]) > 1 and token.end() + 2 > len(self._data)):
                self._go_to(len(self._data) if token is None else token.start())  # a text: what comes next tells more
                return
            self._go_to(token.end())
            if len(token[0]) > 1:
                self._read(token[0])
            elif token[0] in (b"{", b"["):
                self._open(token[0])
            elif self._close():
                yield self._made(self._scanned, None)

    def _go_to(self, place: int) -> None:
        self._line += self._data.count(b"\n", self._scanned, place)
        self._scanned = place

    def _read(self, text: bytes) -> None:
        if self._base == 0 and self._depth <= 2:
            self._key = (text[1:-1].decode("utf-8", "replace"), self._scanned)
            follows = self._data[self._scanned : self._scanned + 2].lstrip()[:1]
            self._is_record |= self._depth == 1 and self._key[0] in OF_RECORDS and follows == b":"

    def _open(self, sign: bytes) -> None:
        if not self._opened and sign == b"[":
            self._base = 1
        self._opened = True
        if self._depth == self._base and self._start is None:
            self._start, self._begun = self._scanned - 1, self._line
            self._list, self._is_record = None, False
        elif self._base == 0 and 1 <= self._depth <= 2:
            key, end = self._key
            self._path[self._depth - 1 :] = [key if self._data[end : self._scanned - 1].strip() == b":" else ""]
            if sign == b"[" and not self._list and not self._is_record and tuple(self._path) in ENVELOPES:
                self._list = _List(self._scanned, self._line, self._depth + 1)
        self._depth += 1

    def _close(self) -> bool:
        """Whether the present value ends here."""
        self._depth -= 1
        if self._start is not None:
            return self._depth == self._base
        if self._depth <= 0:
            self._depth, self._base, self._opened = 0, 0, False  # what follows stands for itself
        elif self._depth < self._base:
            self._base = _NOWHERE
        return False

    def _look_inside(self, found: _List) -> None:
        """The present object is an envelope: values are the items of its list from now on."""
        follows = self._data[found.scanned : found.scanned + 1000].lstrip()[:1]
        if follows == b"{":
            self._scanned, self._line, self._depth = found
            self._base, self._start = found.depth, None
            self._forget(found.scanned)
        if follows:
            self._list = None

    def _made(self, end: int, problem: str | None) -> Value:
        data = bytes(self._data[self._start : end])
        self._forget(end)
        if self._dropped is not None:
            running, length = self._dropped
            running.update(data)
            place = Place(0, self._begun, self._line, length + len(data), running.hexdigest())
            problem = _TOO_LARGE
        else:
            place = Place(0, self._begun, self._line, len(data), hashlib.sha256(data).hexdigest())
        self._start = self._dropped = self._list = None
        return Value(place, b"" if problem else data, problem)

    def _drop(self) -> None:
        running, length = self._dropped or (hashlib.sha256(), 0)
        gone = self._data[self._start : self._scanned]
        running.update(gone)
        self._dropped = (running, length + len(gone))
        self._start = 0
        self._forget(self._scanned)

    def _forget(self, end: int) -> None:
        del self._data[:end]
        self._scanned -= end
