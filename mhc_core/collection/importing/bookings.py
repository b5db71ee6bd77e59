"""Imports bookings that another system took, as JSON lines, CSV or Excel. What the concierge took is here already.

A record has an ``id`` of its own in its system, a status, ``booked_at``, and where known ``customer``, ``event_at``,
``guests``, ``value`` (USD), ``zip`` and ``region``. The same id again replaces what was stored: that is how a booking
is cancelled, completed or refunded.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, tzinfo
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, NamedTuple
from uuid import NAMESPACE_URL, UUID, uuid5

import sqlalchemy as sa
from pydantic import BaseModel, BeforeValidator, Field, ValidationError

from mhc_core.business.customers import Region
from mhc_core.collection.importing import flat_records
from mhc_core.collection.importing.batches import store
from mhc_core.collection.importing.fields import Key, Label, Moment, ShortLabel, Usd, When, folded
from mhc_core.collection.importing.head import Head
from mhc_core.collection.importing.incoming import Incoming
from mhc_core.collection.importing.readers import Source
from mhc_core.collection.importing.records import (
    DEFAULT_SOURCE,
    SHORTENED,
    from_spreadsheet,
    why,
)
from mhc_core.collection.importing.reject import Rejected, RejectFile
from mhc_core.collection.importing.report import ImportReport, Progress, Reason, silent
from mhc_core.collection.importing.times import Calendar
from mhc_core.db.queries import conversations as conversation_queries
from mhc_core.db.queries import imported_bookings as queries
from mhc_core.db.queries.imported_bookings import BookingCounts, BookingRow
from mhc_core.pseudonyms import person_id

BATCH = 5000
MOST_GUESTS = 10_000
SPELLINGS: dict[str, tuple[str, ...]] = {
    "id": ("booking_id", "reservation_id", "order_id", "reference"),
    "customer": ("customer_id", "customer_phone", "customer_email", "phone", "phone_number", "email", "contact_id"),
    "booked_at": ("booked_on", "created_at", "created", "ordered_at"),
    "event_at": ("event_on", "event_date", "party_date", "date"),
    "guests": ("party_size", "guest_count", "people"),
    "value": ("value_usd", "total", "total_usd", "amount", "price"),
    "status": ("state", "booking_status"),
    "zip": ("zip_code", "zipcode", "postal_code", "postcode"),
    "region": ("area",),
    "source": (),
}
NEEDED = ("id", "booked_at", "status")


class Status(StrEnum):
    """How a booking stands. ``cancelled``: the customer did; ``declined``: the team did; ``refunded``: it was paid, and
    the money went back."""

    REQUESTED = "requested"
    CONFIRMED = "confirmed"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    DECLINED = "declined"
    REFUNDED = "refunded"


STATUS_SPELLINGS = {
    **{status.value: status for status in Status},
    **dict.fromkeys(("new", "pending", "inquiry", "tentative"), Status.REQUESTED),
    **dict.fromkeys(("booked", "accepted", "approved", "scheduled"), Status.CONFIRMED),
    **dict.fromkeys(("complete", "done", "finished", "fulfilled"), Status.COMPLETED),
    **dict.fromkeys(("canceled", "withdrawn"), Status.CANCELLED),
    **dict.fromkeys(("rejected", "refused"), Status.DECLINED),
    "refund": Status.REFUNDED,
}


def _status(value: object) -> Status:
    found = STATUS_SPELLINGS.get(folded(value)) if isinstance(value, str) else None
    if found is None:
        raise ValueError(f"unknown status (known: {', '.join(Status)})")
    return found


def _zip(value: object) -> object:
    """Five digits; a number that lost its zeros gets them back, and what follows a hyphen goes."""
    text = str(value).strip().partition("-")[0] if isinstance(value, str | int) else value
    return (text.zfill(5) if text.isdigit() else text) or None if isinstance(text, str) else text


def _whole(value: object) -> object:
    return None if isinstance(value, str) and not value.strip() else value


class Record(BaseModel):
    """A booking as it comes. Keys that are not named here are left out: nothing more of a customer is kept."""

    id: Key
    source: ShortLabel = None
    customer: Label = None
    booked_at: When
    event_at: Moment = None
    guests: Annotated[Annotated[int, Field(ge=0, le=MOST_GUESTS)] | None, BeforeValidator(_whole)] = None
    value: Usd = None
    status: Annotated[Status, BeforeValidator(_status)]
    zip: Annotated[Annotated[str, Field(pattern=r"^\d{5}$")] | None, BeforeValidator(_zip)] = None
    region: ShortLabel = None


class _Times(NamedTuple):
    """What times need to know of the import; pydantic hands it through."""

    calendar: Calendar


Entry = tuple[Incoming, BookingRow]


def import_bookings(
    engine: sa.Engine,
    uri: str | Path,
    now: datetime,
    reject_path: Path,
    *,
    zone: tzinfo,
    regions: Mapping[str, Region],
    source: str | None = None,
    wanted: str = "auto",
    progress: Progress = silent,
) -> ImportReport:
    """Bring in the bookings of one file or fsspec URI, in batches; the same file again changes no row.

    Args:
        zone: of times that name none: the business's.
        regions: of the business file, for bookings that name none.
        source: of bookings that do not say theirs.
        wanted: ``csv`` or ``jsonl``; ``auto`` looks at the file.
        reject_path: where refused lines are listed; an older list is replaced or, with nothing refused, removed.

    Raises:
        NotFound: there is no such file.
        DataError: the file as a whole cannot be read, or its header lacks a column that is needed.
        DatabaseUnavailable: the server went away; run the import again.
    """
    began = time.perf_counter()
    report = ImportReport(str(uri))
    calendar = Calendar(zone)
    with Source(str(uri)) as opened, RejectFile(reject_path) as rejects:
        found = flat_records.records(Head.of(opened), wanted, SPELLINGS, (NEEDED,), "bookings", report, rejects)
        entries = _checked(found, source or DEFAULT_SOURCE, calendar, report, rejects)
        for batch in flat_records.batches(entries, lambda entry: entry[1].id, BATCH):
            _store(engine, batch, regions, now, report, rejects)
            progress(opened.position, opened.size, report.stored + rejects.count)
        report.rejected = rejects.count
        report.read = report.stored + report.rejected + report.erased
        progress(opened.position, opened.size, report.read)
        report.reasons = [Reason("", place.line, reason, count) for place, reason, count in rejects.reasons]
    report.reject_file = reject_path if report.rejected else None
    report.seconds = time.perf_counter() - began
    return report


def booking_id(source: str, source_id: str) -> UUID:
    """The id under which an imported booking is always stored."""
    return uuid5(uuid5(NAMESPACE_URL, "mhc:bookings:" + source), source_id)


def row(record: Mapping[str, Any], source: str, calendar: Calendar) -> BookingRow:
    """The booking in a record.

    Raises:
        Rejected: it does not fit; the reason names the field and quotes nothing.
    """
    try:
        given = Record.model_validate(_ours(record), context=_Times(calendar))
    except ValidationError as error:
        raise Rejected(why(error)) from None
    own = given.source or source
    return BookingRow(
        booking_id(own, given.id),
        own,
        given.id,
        person_id(given.customer) if given.customer else None,
        given.status,
        given.booked_at,
        given.event_at,
        given.guests,
        given.value,
        given.zip,
        given.region,
        given.customer,
    )


def _ours(record: Mapping[str, Any]) -> dict[str, Any]:
    """The record under our names of its keys, as a table's columns have them already."""
    found = dict(record)
    for name, others in SPELLINGS.items():
        spelled = next((other for other in others if other in found), None)
        if name not in found and spelled:
            found[name] = found[spelled]
    return found


def _checked(
    found: Iterator[Incoming], source: str, calendar: Calendar, report: ImportReport, rejects: RejectFile
) -> Iterator[Entry]:
    for item in found:
        try:
            made = row(item.record, source, calendar)
        except Rejected as reason:
            item.reject(rejects, str(reason))
            continue
        if made.customer_id is None:
            report.notes["bookings without a customer: they count for demand alone"] += 1
        if from_spreadsheet(made.source_id) or (made.customer_id and from_spreadsheet(made.customer_id)):
            report.notes[SHORTENED] += 1
        yield item, made


def _store(
    engine: sa.Engine,
    batch: list[Entry],
    regions: Mapping[str, Region],
    now: datetime,
    report: ImportReport,
    rejects: RejectFile,
) -> None:
    def write(connection: sa.Connection, part: Sequence[Entry]) -> BookingCounts:
        conversation_queries.lock_imports(connection)
        return queries.upsert(connection, [made for _, made in part], regions, now)

    def refuse(entry: Entry, reason: str) -> None:
        entry[0].reject(rejects, reason)

    for part, counts in store(engine, batch, write, refuse):
        report.inserted += counts.inserted
        report.updated += counts.updated
        report.erased += len(counts.erased)
        report.unchanged += len(part) - counts.inserted - counts.updated - len(counts.erased)
