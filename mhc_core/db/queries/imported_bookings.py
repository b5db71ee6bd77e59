"""SQL of bookings that come in from other systems. A later import of a booking replaces what was stored of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa

from mhc_core.business.customers import Region
from mhc_core.db.queries import every_booking, privacy, staging


class BookingRow(NamedTuple):
    """One booking to store. ``region`` as its system names it, else it is found by the zip code.

    ``customer_as_written`` is the customer's id before it took its one form; it is not stored.
    """

    id: UUID
    source: str
    source_id: str
    customer_id: str | None
    status: str
    booked_at: datetime
    event_at: datetime | None
    guests: int | None
    value_usd: Decimal | None
    zip: str | None
    region: str | None
    customer_as_written: str | None = None


@dataclass(frozen=True, slots=True)
class BookingCounts:
    """What one batch did. ``erased`` are ids of bookings that may not come back."""

    inserted: int
    updated: int
    erased: frozenset[Any]


_COLUMNS = (
    ("id", "uuid"), ("source", "text"), ("source_id", "text"), ("customer_id", "text"), ("status", "text"),
    ("booked_at", "timestamptz"), ("event_at", "timestamptz"), ("guests", "integer"), ("value_usd", "numeric"),
    ("zip", "text"), ("region", "text"),
)  # fmt: skip
_CHANGING = ("customer_id", "status", "booked_at", "event_at", "guests", "value_usd", "zip", "region")
# Times of change rise, so that of two changes at one moment it is known which came last.
_UPSERT = f"""
    insert into ai.bookings as stored (id, source, source_id, {", ".join(_CHANGING)}, created_at, updated_at)
    select s.id, s.source, s.source_id, s.customer_id, s.status, s.booked_at, s.event_at, s.guests, s.value_usd, s.zip,
           coalesce(s.region, by_zip.name), :now, :now
      from pg_temp.import_bookings s {every_booking.BY_ZIP.format("s")}
     order by s.id
    on conflict (id) do update set {", ".join(f"{name} = excluded.{name}" for name in _CHANGING)},
        updated_at = greatest(excluded.updated_at, stored.updated_at + interval '1 microsecond')
     where ({", ".join(f"stored.{name}" for name in _CHANGING)})
        is distinct from ({", ".join(f"excluded.{name}" for name in _CHANGING)})
    returning xmax = 0 as inserted
"""


def upsert(
    connection: sa.Connection, rows: Sequence[BookingRow], regions: Mapping[str, Region], now: datetime
) -> BookingCounts:
    """Write bookings. Ids must be unique within one call; rows that would not change are not written.

    Raises:
        psycopg.Error, sqlalchemy.exc.DBAPIError: the server refuses a value; the transaction is then lost.
    """
    staging.fill(connection, "import_bookings", _COLUMNS, (row[:-1] for row in rows))
    named = [(row.id, name) for row in rows for name in (row.customer_id, row.customer_as_written) if name]
    erased = privacy.drop_erased_bookings(connection, named)
    values = {"zips": every_booking.places(regions)["zips"], "now": now}
    written = connection.execute(sa.text(_UPSERT), values).all()
    inserted = sum(1 for row in written if row.inserted)
    return BookingCounts(inserted, len(written) - inserted, erased)
