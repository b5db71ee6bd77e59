"""Imports conversations: reads a file in constant memory, writes batches, reports what changed.

Importing the same file again changes no row; a file with longer versions of known conversations adds their new
messages. Each batch is committed, so that a killed import is finished by running it again.
"""

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from uuid import UUID

import sqlalchemy as sa

from mhc_core.collection.importing import csv_rows, incoming
from mhc_core.collection.importing.batches import store
from mhc_core.collection.importing.incoming import Format, Incoming
from mhc_core.collection.importing.readers import Source
from mhc_core.collection.importing.records import Parsed, Reading, parse
from mhc_core.collection.importing.reject import Rejected, RejectFile
from mhc_core.collection.importing.report import ImportReport, Progress, silent
from mhc_core.db.queries import conversations as queries
from mhc_core.db.queries import feedback as feedback_queries

BATCH_RECORDS = 500
BATCH_BYTES = 4_000_000  # of lines; whichever limit comes first

Entry = tuple[Incoming, Parsed]
Counts = tuple[queries.UpsertCounts, feedback_queries.FeedbackCounts]


def import_conversations(
    engine: sa.Engine,
    uri: str | Path,
    now: datetime,
    reject_path: Path,
    *,
    source: str | None = None,
    wanted: Format = "auto",
    date: datetime | None = None,
    progress: Progress = silent,
) -> ImportReport:
    """Bring in the conversations of one file or fsspec URI.

    Args:
        source: stands for the records' own ``source``; the id of a conversation is made of it and the record's id.
        date: the time given to conversations that have none; ``now`` when None.
        reject_path: where refused lines are listed; an older list is replaced or, with nothing refused, removed.

    Raises:
        NotFound: there is no such file.
        DataError: the file as a whole cannot be read as text, or its CSV header lacks a column.
        DatabaseUnavailable: the server went away; run the import again.
    """
    began = time.perf_counter()
    report = ImportReport(str(uri))
    reading = Reading(date or now, source)
    with Source(str(uri)) as opened, RejectFile(reject_path) as rejects:
        if incoming.format_of(opened, wanted) == "csv":
            records = csv_rows.conversations(opened, engine, report.notes, rejects)
        else:
            records = incoming.conversations(opened, wanted, report.notes, rejects)
        with ThreadPoolExecutor(1) as writer:  # one batch is written while the next is read
            writing: Future[None] | None = None
            for batch in _batches(_parsed(records, reading, report, rejects)):
                if writing is not None:
                    writing.result()
                    progress(opened.position, opened.size, report.stored + rejects.count)
                writing = writer.submit(_store, engine, batch, now, report, rejects)
            if writing is not None:
                writing.result()
        report.rejected = rejects.count
        report.read = report.stored + report.rejected + report.erased
        progress(opened.position, opened.size, report.read)
    report.reject_file, report.first_reject = (reject_path, rejects.first) if report.rejected else (None, None)
    report.seconds = time.perf_counter() - began
    return report


def _parsed(
    records: Iterator[Incoming], reading: Reading, report: ImportReport, rejects: RejectFile
) -> Iterator[Entry]:
    for item in records:
        try:
            yield item, parse(item.record, reading, report.notes)
        except Rejected as reason:
            item.reject(rejects, str(reason))


def _batches(entries: Iterator[Entry]) -> Iterator[list[Entry]]:
    """Batches within the limits, and with each conversation at most once: a later version comes in a later batch."""
    batch: list[Entry] = []
    seen: set[UUID] = set()
    size = 0
    for entry in entries:
        ident = entry[1].conversation.id
        if batch and (ident in seen or len(batch) >= BATCH_RECORDS or size + entry[0].length > BATCH_BYTES):
            yield batch
            batch, seen, size = [], set(), 0
        batch.append(entry)
        seen.add(ident)
        size += entry[0].length
    if batch:
        yield batch


def _store(engine: sa.Engine, batch: list[Entry], now: datetime, report: ImportReport, rejects: RejectFile) -> None:
    def write(connection: sa.Connection, part: Sequence[Entry]) -> Counts:
        counts = queries.upsert(
            connection,
            [parsed.conversation for _, parsed in part],
            [row for _, parsed in part for row in parsed.messages],
            now,
        )
        skipped = counts.erased | counts.refused | counts.outdated
        given = [row for _, parsed in part if parsed.conversation.id not in skipped for row in parsed.feedback]
        feedback = feedback_queries.upsert(connection, given, now)
        queries.touch(connection, feedback.conversations - counts.inserted, now)
        return counts, feedback

    def refuse(entry: Entry, reason: str) -> None:
        entry[0].reject(rejects, reason)

    for part, (counts, feedback) in store(engine, batch, write, refuse):
        changed = (counts.changed | feedback.conversations) - counts.inserted
        for item, parsed in part:
            if parsed.conversation.id in counts.refused:
                item.reject(rejects, "id: belongs to a conversation that did not come from an import; use --source")
        report.inserted += len(counts.inserted)
        report.updated += len(changed)
        report.erased += len(counts.erased)
        report.unchanged += len(part) - len(counts.inserted) - len(changed) - len(counts.refused) - len(counts.erased)
        report.messages_inserted += counts.messages_inserted
        report.messages_updated += counts.messages_updated
        report.feedback_inserted += feedback.inserted
        report.feedback_updated += feedback.updated
