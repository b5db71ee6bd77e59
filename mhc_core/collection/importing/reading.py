"""From files to parsed conversations: which file is of which format, and what of it can be taken."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

import sqlalchemy as sa

from mhc_core.collection.importing import formats
from mhc_core.collection.importing.containers import files
from mhc_core.collection.importing.context import Context, Reading
from mhc_core.collection.importing.formats import Format
from mhc_core.collection.importing.grouping import Grouping
from mhc_core.collection.importing.head import Head
from mhc_core.collection.importing.incoming import Incoming, Piece
from mhc_core.collection.importing.readers import Source
from mhc_core.collection.importing.recording import Recording
from mhc_core.collection.importing.records import DEFAULT_SOURCE, Parsed, parse
from mhc_core.collection.importing.reject import Rejected
from mhc_core.collection.importing.report import ImportReport
from mhc_core.errors import DataError

Entry = tuple[Incoming, Parsed]


class Reader:
    """Reads the files behind one name into parsed conversations.

    Files of whole conversations come one after the other; those whose messages must be put together come at the end,
    all at once, since a conversation may lie in several of them.
    """

    def __init__(
        self, uri: str, wanted: str, context: Context, connection: sa.Connection, report: ImportReport
    ) -> None:
        self._uri = uri
        self._wanted = wanted
        self._recording = Recording(connection) if context.reading.calls is not None else None
        self._context = context
        self._grouping = Grouping(connection, context.rejects, context.notes)
        self._report = report
        self._reading: Source | None = None
        self._formats: list[Format | None] = []
        self._names: list[str] = []
        self._beside: list[tuple[str, str, str]] = []  # name, why it cannot be read, and what it is

    def name(self, number: int) -> str:
        """The name of a file by its number in the import (from 1); empty when there is only one."""
        return self._names[number - 1] if len(self._names) > 1 else ""

    @property
    def place(self) -> tuple[int, int | None]:
        """How many bytes of the present file were read, and of how many."""
        return (self._reading.position, self._reading.size) if self._reading else (0, None)

    def entries(self) -> Iterator[Entry]:
        """Every conversation that can be taken."""
        for source in files(self._uri):
            with source:
                self._names.append(source.uri.removeprefix(self._uri).strip("/") or source.name)
                self._formats.append(self._format(source))
        self._tell_of_what_lies_beside()
        sources = {each.source for each in self._formats if each is not None}
        for default in sorted(sources):
            whole = (item for item in self._items(default, pieces=False) if isinstance(item, Incoming))
            yield from self._parsed(whole, self._context.reading, default)
        if any(each is not None and each.pieces for each in self._formats):
            pieces = (item for item in self._items(None, pieces=True) if isinstance(item, Piece))
            reading = self._context.reading
            for item in self._grouping.conversations(pieces):
                if reading.date_order is None and len(self._grouping.orders) == 1:
                    reading = replace(reading, date_order=next(iter(self._grouping.orders)))
                yield from self._parsed([item], reading, DEFAULT_SOURCE)

    def _format(self, source: Source) -> Format | None:
        head = Head.of(source)
        if not head.data.strip():
            return None
        if self._recording is not None and self._recording.detect(head):
            self._report.formats[self._recording.name] += 1
            return self._recording
        try:
            found = formats.of(head, self._wanted)
        except DataError as error:
            self._beside.append((self._names[-1], str(error), head.unknown))
            return None
        self._report.formats[found.name] += 1
        return found

    def _tell_of_what_lies_beside(self) -> None:
        """Exports hold pictures, pages and lists of people beside the conversations."""
        known = [each for each in self._formats if each is not None]
        for name, reason, what in self._beside:
            listed = any(name.rpartition("/")[2] in getattr(each, "beside", ()) for each in known)
            if known and (listed or what.startswith(formats.ATTACHED)):
                self._report.notes["files beside the conversations (pictures, sounds, pages, lists), left out"] += 1
            else:
                self._report.skipped.append((name, reason))

    def _items(self, of_source: str | None, pieces: bool) -> Iterator[Incoming | Piece]:
        for number, (source, found) in enumerate(zip(files(self._uri), self._formats, strict=True), 1):
            if found is None or found.pieces != pieces or (of_source is not None and found.source != of_source):
                continue
            self._context.rejects.file = number
            with source:
                self._reading = source
                try:
                    for item in found.read(Head.of(source), self._context):
                        place = replace(item.place, file=number)
                        if isinstance(item, Incoming):
                            yield replace(item, place=place)
                        else:
                            key = None if item.conversation is None else f"{found.source}:{item.conversation}"
                            record = {**item.record, "source": item.record.get("source") or found.source}
                            yield replace(item, place=place, conversation=key, record=record)
                except DataError as error:
                    self._report.skipped.append((self._names[number - 1], str(error)))
                    self._report.formats[found.name] -= 1
                    self._grouping.unread.add(number)

    def _parsed(self, items: Iterable[Incoming], reading: Reading, default_source: str) -> Iterator[Entry]:
        for item in items:
            try:
                yield item, parse(item.record, reading, self._report.notes, default_source)
            except Rejected as reason:
                item.reject(self._context.rejects, str(reason))
