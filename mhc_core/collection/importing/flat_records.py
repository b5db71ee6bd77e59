"""Files in which each JSON object, or each row of a table, is a record of its own: feedback and bookings."""

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from typing import TypeVar

from mhc_core.collection.importing import json_values, tables
from mhc_core.collection.importing.head import Head
from mhc_core.collection.importing.incoming import Incoming
from mhc_core.collection.importing.reject import RejectFile
from mhc_core.collection.importing.report import ImportReport
from mhc_core.collection.importing.tables import Spellings
from mhc_core.errors import DataError

Entry = TypeVar("Entry")


def records(
    head: Head,
    wanted: str,
    spellings: Spellings,
    needed: Sequence[Sequence[str]],
    noun: str,
    report: ImportReport,
    rejects: RejectFile,
) -> Iterator[Incoming]:
    """The records of a file.

    Args:
        wanted: ``csv`` or ``jsonl``; ``auto`` looks at the file.
        spellings: our names of columns, with others for each.
        needed: sets of columns of which a table's header must have one.
        noun: what the records are, for the error.

    Raises:
        DataError: it is no table and no JSON, or its header has none of what is needed.
    """
    if wanted == "jsonl" or (wanted == "auto" and head.is_json):
        yield from json_values.objects(head.source, report.notes, rejects)
        return
    known = frozenset([*spellings, *(other for others in spellings.values() for other in others)])
    sheets = tables.sheets(head, known)
    headers = [
        (sheet, header) for sheet in sheets for names in needed if (header := tables.header(sheet, spellings, names))
    ]
    if not headers and head.data.strip():
        told = f": {sheets[0].told}" if sheets else ""
        listed = [", ".join(names[:-1]) + " and " + names[-1] if len(names) > 1 else names[0] for names in needed]
        wants = listed[0] if len(listed) == 1 else f"one of {', '.join(listed)}"
        raise DataError(f"{head.unknown}: no {noun} can be read from it{told}; it needs {wants}")
    for sheet, header in headers[:1]:
        for row, record in tables.records(sheet, header, lambda cells: len(cells) > 1, report.notes):
            if row.problem is not None:
                rejects.add(row.place, row.problem)
            else:
                yield Incoming(row.place, record)


def batches(entries: Iterable[Entry], key: Callable[[Entry], Hashable], size: int) -> Iterator[list[Entry]]:
    """At most ``size`` at a time, and none twice with one key: of two the later stands in a later batch."""
    batch: list[Entry] = []
    seen: set[Hashable] = set()
    for entry in entries:
        own = key(entry)
        if len(batch) >= size or own in seen:
            yield batch
            batch, seen = [], set()
        batch.append(entry)
        seen.add(own)
    if batch:
        yield batch
