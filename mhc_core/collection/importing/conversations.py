"""Imports conversations: reads files in constant memory, writes batches, reports what changed.

Importing the same file again changes no row; a file with longer versions of known conversations adds their new
messages. Each batch is committed, so that a killed import is finished by running it again.
"""

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from uuid import UUID

import sqlalchemy as sa

from mhc_core.collection.importing import formats, matching
from mhc_core.collection.importing.batches import store
from mhc_core.collection.importing.containers import files
from mhc_core.collection.importing.context import Context, Reading
from mhc_core.collection.importing.formats import Format
from mhc_core.collection.importing.grouping import Grouping
from mhc_core.collection.importing.head import Head
from mhc_core.collection.importing.incoming import Incoming, Piece
from mhc_core.collection.importing.readers import Source
from mhc_core.collection.importing.records import DEFAULT_SOURCE, Parsed, parse
from mhc_core.collection.importing.reject import Rejected, RejectFile
from mhc_core.collection.importing.report import ImportReport, Progress, Reason, silent
from mhc_core.db.queries import conversations as queries
from mhc_core.db.queries import feedback as feedback_queries
from mhc_core.errors import DataError

BATCH_RECORDS = 500
BATCH_BYTES = 4_000_000  # of lines; whichever limit comes first

Entry = tuple[Incoming, Parsed]
Counts = tuple[queries.UpsertCounts, feedback_queries.FeedbackCounts, Mapping[UUID, str]]
NOT_IMPORTED = "id: belongs to a conversation that did not come from an import; use --source"


def import_conversations(
    engine: sa.Engine,
    uri: str | Path,
    now: datetime,
    reject_path: Path,
    *,
    source: str | None = None,
    reading: Reading | None = None,
    wanted: str = "auto",
    progress: Progress = silent,
) -> ImportReport:
    """Bring in the conversations of one file, folder, zip archive or fsspec URI.

    Args:
        source: stands for the records' own, where no ``reading`` does.
        reading: what was said about the files; without one the records say everything.
        wanted: the name of a module of ``formats`` that reads every file, or ``auto``.
        reject_path: where refused lines are listed; an older list is replaced or, with nothing refused, removed.

    Raises:
        NotFound: there is no such file.
        DataError: no file can be read as a whole; for one file among several the report says so.
        DatabaseUnavailable: the server went away; run the import again.
    """
    began = time.perf_counter()
    report = ImportReport(str(uri))
    with RejectFile(reject_path) as rejects, engine.connect() as connection, ThreadPoolExecutor(1) as writer:
        context = Context(reading or Reading(now, source), report.notes, rejects)
        reader = _Reader(str(uri), wanted, context, connection, report)
        writing: Future[None] | None = None  # one batch is written while the next is read
        for batch in _batches(reader.entries()):
            if writing is not None:
                writing.result()
                progress(*reader.place, report.stored + rejects.count)
            writing = writer.submit(_store, engine, batch, now, report, rejects)
        if writing is not None:
            writing.result()
        report.rejected = rejects.count
        report.read = report.stored + report.rejected + report.erased
        progress(*reader.place, report.read)
        report.reasons = [
            Reason(reader.name(place.file), place.line, reason, count) for place, reason, count in rejects.reasons
        ]
    report.reject_file = reject_path if report.rejected else None
    report.seconds = time.perf_counter() - began
    if report.skipped and not report.read and len(report.skipped) == 1:
        raise DataError(report.skipped[0][1])
    return report


class _Reader:
    """Reads the files behind one name into parsed conversations.

    Files of whole conversations come one after the other; those whose messages must be put together come at the end,
    all at once, since a conversation may lie in several of them.
    """

    def __init__(
        self, uri: str, wanted: str, context: Context, connection: sa.Connection, report: ImportReport
    ) -> None:
        self._uri = uri
        self._wanted = wanted
        self._context = context
        self._grouping = Grouping(connection, context.rejects)
        self._report = report
        self._reading: Source | None = None
        self._formats: list[Format | None] = []
        self._names: list[str] = []

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
        try:
            found = formats.of(head, self._wanted)
        except DataError as error:
            self._report.skipped.append((self._names[-1], str(error)))
            return None
        self._report.formats[found.name] += 1
        return found

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


def _batches(entries: Iterator[Entry]) -> Iterator[list[Entry]]:
    """Batches within the limits, and with each conversation at most once: a later version comes in a later batch."""
    batch: list[Entry] = []
    seen: set[UUID] = set()
    size = 0
    for entry in entries:
        ident = entry[1].conversation.id
        length = entry[0].place.length
        if batch and (ident in seen or len(batch) >= BATCH_RECORDS or size + length > BATCH_BYTES):
            yield batch
            batch, seen, size = [], set(), 0
        batch.append(entry)
        seen.add(ident)
        size += length
    if batch:
        yield batch


def _store(engine: sa.Engine, batch: list[Entry], now: datetime, report: ImportReport, rejects: RejectFile) -> None:
    def write(connection: sa.Connection, part: Sequence[Entry]) -> Counts:
        queries.lock_imports(connection)
        fitting, foreign = matching.with_stored(connection, [parsed for _, parsed in part])
        counts = queries.upsert(
            connection,
            [parsed.conversation for parsed in fitting],
            [row for parsed in fitting for row in parsed.messages],
            now,
        )
        skipped = counts.erased | counts.refused | counts.outdated
        given = [row for parsed in fitting if parsed.conversation.id not in skipped for row in parsed.feedback]
        feedback = feedback_queries.upsert(connection, given, now)
        queries.touch(connection, feedback.conversations - counts.inserted, now)
        return counts, feedback, foreign

    def refuse(entry: Entry, reason: str) -> None:
        entry[0].reject(rejects, reason)

    for part, (counts, feedback, foreign) in store(engine, batch, write, refuse):
        changed = (counts.changed | feedback.conversations) - counts.inserted
        refused = {**foreign, **dict.fromkeys(counts.refused, NOT_IMPORTED)}
        for item, parsed in part:
            if parsed.conversation.id in refused:
                item.reject(rejects, refused[parsed.conversation.id])
        report.inserted += len(counts.inserted)
        report.updated += len(changed)
        report.erased += len(counts.erased)
        report.unchanged += len(part) - len(counts.inserted) - len(changed) - len(refused) - len(counts.erased)
        report.messages_inserted += counts.messages_inserted
        report.messages_updated += counts.messages_updated
        report.feedback_inserted += feedback.inserted
        report.feedback_updated += feedback.updated
