"""Imports conversations: reads files in constant memory, writes batches, reports what changed.

Importing the same file again changes no row; a file with longer versions of known conversations adds their new
messages. Each batch is committed, so that a killed import is finished by running it again.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from uuid import UUID

import sqlalchemy as sa

from mhc_core.collection.importing import matching
from mhc_core.collection.importing.batches import store
from mhc_core.collection.importing.context import Context, Reading
from mhc_core.collection.importing.reading import Entry, Reader
from mhc_core.collection.importing.reject import RejectFile
from mhc_core.collection.importing.report import ImportReport, Progress, Reason, silent
from mhc_core.db.queries import calls
from mhc_core.db.queries import conversations as queries
from mhc_core.db.queries import feedback as feedback_queries
from mhc_core.errors import DataError

BATCH_RECORDS = 500
BATCH_BYTES = 4_000_000  # of lines; whichever limit comes first

Counts = tuple[queries.UpsertCounts, feedback_queries.FeedbackCounts, Mapping[UUID, str], frozenset[UUID]]
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
        reader = Reader(str(uri), wanted, context, connection, report)
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
        called = calls.upsert(
            connection,
            [parsed.call for parsed in fitting if parsed.call and parsed.conversation.id not in skipped],
            now,
        )
        queries.touch(connection, (feedback.conversations | called) - counts.inserted, now)
        return counts, feedback, foreign, called

    def refuse(entry: Entry, reason: str) -> None:
        entry[0].reject(rejects, reason)

    for part, (counts, feedback, foreign, called) in store(engine, batch, write, refuse):
        changed = (counts.changed | feedback.conversations | called) - counts.inserted
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
