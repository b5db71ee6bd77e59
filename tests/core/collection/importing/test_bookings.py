"""Bookings of other systems: once each, replaced by a later export, refused with a reason, and never of the erased."""

import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from mhc_core.business import pricing
from mhc_core.collection.importing import bookings, example
from mhc_core.collection.importing.bookings import STATUS_SPELLINGS, import_bookings
from mhc_core.collection.importing.reject import Rejected
from mhc_core.collection.importing.report import ImportReport
from mhc_core.collection.importing.times import Calendar
from mhc_core.db import engine as engines
from mhc_core.db.queries import installation, privacy
from mhc_core.errors import DataError
from mhc_core.pseudonyms import customer_hash

RULES = pricing.load()
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
HEADER = "id,customer,booked_at,event_at,guests,value,status,zip,region"
ROWS = """
1,dana@example.com,2026-01-05 14:20,2026-02-14 18:00,12,"1,690.00",completed,95630,
2,(510) 555-0177,2026-02-20,2026-05-09,24,1320,Confirmed,94611-1234,North
3,,2026-02-21T10:00:00Z,,,,cancelled,1234,
"""


@pytest.fixture
def engine(fresh_database_url: str) -> Iterator[sa.Engine]:
    engine = engines.create(fresh_database_url, zone=RULES.contact.timezone)
    yield engine
    engine.dispose()


def bring(engine: sa.Engine, path: Path, data: str, now: datetime = NOW, **more: Any) -> ImportReport:
    path.write_text(data)
    said: dict[str, Any] = {"zone": RULES.contact.zone, "regions": RULES.regions, "source": "till"} | more
    report = import_bookings(engine, path, now, path.with_suffix(".rejects"), **said)
    assert report.read == report.stored + report.rejected + report.erased
    return report


def counts(report: ImportReport) -> tuple[int, int, int, int]:
    return report.inserted, report.updated, report.unchanged, report.rejected


def rows(engine: sa.Engine) -> list[dict[str, Any]]:
    with engine.connect() as connection:
        return [dict(r) for r in connection.execute(sa.text("select * from ai.bookings order by source_id")).mappings()]


def test_a_table_is_read_in_the_zone_of_the_business_and_again_changes_nothing(
    engine: sa.Engine, tmp_path: Path
) -> None:
    report = bring(engine, tmp_path / "b.csv", HEADER + ROWS)
    assert counts(report) == (3, 0, 0, 0)
    assert [*report.notes] == ["bookings without a customer: they count for demand alone"]
    dana, phone, nobody = before = rows(engine)
    assert (dana["customer_id"], dana["guests"], dana["value_usd"]) == ("dana@example.com", 12, 1690)
    assert dana["event_at"] == datetime(2026, 2, 15, 2, tzinfo=UTC)
    assert (dana["region"], phone["region"], nobody["region"]) == ("Sacramento", "North", None)
    assert (phone["customer_id"], phone["zip"], nobody["zip"]) == ("+15105550177", "94611", "01234")
    assert phone["event_at"] == datetime(2026, 5, 9, 7, tzinfo=UTC), "a day begins where the business is"
    assert counts(bring(engine, tmp_path / "b.csv", HEADER + ROWS, NOW + timedelta(days=1))) == (0, 0, 3, 0)
    assert rows(engine) == before


def test_a_later_export_replaces_and_json_lines_are_the_same(engine: sa.Engine, tmp_path: Path) -> None:
    bring(engine, tmp_path / "b.csv", HEADER + ROWS)
    records = [
        {"booking_id": 2, "customer_id": "+1 510 555 0177", "booked_at": "2026-02-20", "event_date": "2026-05-09",
         "party_size": "24", "total": 1320, "status": "refund", "zip": 94611, "area": "North"},
        {"booking_id": 9, "booked_at": "2026-02-20", "status": "requested"},
    ]  # fmt: skip
    data = "".join(json.dumps(record) + "\n" for record in records)
    report = bring(engine, tmp_path / "b.jsonl", data, NOW)
    assert counts(report) == (1, 1, 0, 0)
    changed = rows(engine)[1]
    assert changed["status"] == "refunded"
    assert changed["updated_at"] > NOW, "of two changes at one moment it is known which came last"
    assert changed["created_at"] == NOW


def test_what_does_not_fit_is_listed_with_its_line_and_the_rest_goes_in(engine: sa.Engine, tmp_path: Path) -> None:
    bad = [
        "11,a,yesterday,,,,confirmed,,",
        "12,a,2026-02-20,,-1,,confirmed,,",
        "13,a,2026-02-20,,,,paid up,,",
        '14,a,2026-02-20,,,"1.250,00",confirmed,,',
        ",a,2026-02-20,,,,confirmed,,",
        "15,a,2026-02-20,,,,confirmed,95A,",
    ]
    report = bring(engine, tmp_path / "b.csv", HEADER + ROWS + "\n".join(bad) + "\n")
    assert counts(report) == (3, 0, 0, 6)
    assert report.reject_file is not None
    listed = [orjson.loads(line) for line in report.reject_file.read_bytes().splitlines()]
    assert [entry["line"] for entry in listed] == [5, 6, 7, 8, 9, 10]
    fields = ["booked_at", "guests", "status", "value", "id", "zip"]
    assert all(entry["reason"].startswith(name) for entry, name in zip(listed, fields, strict=True))
    assert "paid up" not in str(listed)


def test_a_file_without_the_columns_is_refused_whole(engine: sa.Engine, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"no bookings can be read from it.* it needs id, booked_at and status"):
        bring(engine, tmp_path / "b.csv", "id,customer\n1,a\n")


def test_one_id_twice_in_a_file_is_its_last_state(engine: sa.Engine, tmp_path: Path) -> None:
    data = f"{HEADER}\n1,a,2026-01-05,,,,confirmed,,\n1,a,2026-01-05,,,,cancelled,,\n"
    assert counts(bring(engine, tmp_path / "b.csv", data)) == (1, 1, 0, 0)
    assert [row["status"] for row in rows(engine)] == ["cancelled"]


def test_many_go_in_batches(engine: sa.Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bookings, "BATCH", 7)
    data = "\n".join([HEADER, *(f"{n},c{n % 9},2026-01-05,,,,confirmed,," for n in range(50))])
    said: list[int] = []
    report = bring(engine, tmp_path / "b.csv", data, progress=lambda position, size, records: said.append(records))
    assert report.inserted == 50
    assert said[:3] == [7, 14, 21]


def test_the_erased_and_what_is_past_its_time_stay_away(engine: sa.Engine, tmp_path: Path) -> None:
    bring(engine, tmp_path / "b.csv", HEADER + ROWS)
    with engine.begin() as connection:
        salt = installation.salt(connection)
        privacy.request(connection, customer_hash(salt, "+15105550177"), "Ann", NOW)
        connection.execute(sa.text("delete from ai.bookings where source_id = '2'"))
        connection.execute(sa.text("update ai.bookings set redacted = true, customer_id = 'x' where source_id = '1'"))
    report = bring(engine, tmp_path / "b.csv", HEADER + ROWS)
    assert (report.erased, report.unchanged) == (2, 1)
    assert [row["customer_id"] for row in rows(engine)] == ["x", None]


def test_the_example_goes_in(engine: sa.Engine, tmp_path: Path) -> None:
    assert counts(bring(engine, tmp_path / "b.csv", example.text("bookings"))) == (2, 0, 0, 0)


_WORDS = st.one_of(
    st.none(), st.text("ab019-:./$, T", max_size=12), st.integers(), st.floats(), st.booleans(), st.lists(st.integers())
)


@given(st.dictionaries(st.sampled_from([*bookings.SPELLINGS, "party_size", "total", "state"]), _WORDS))
def test_any_record_is_a_booking_or_refused_with_a_field(record: dict[str, Any]) -> None:
    try:
        made = bookings.row(record, "till", Calendar(RULES.contact.zone))
    except Rejected as reason:
        told = str(reason)
        assert any(name in told for name in bookings.SPELLINGS)
    else:
        assert made.status in set(STATUS_SPELLINGS.values())
        assert made.booked_at.tzinfo is UTC


def test_shuffled_keys_make_the_same_row() -> None:
    record = {"id": "1", "customer": "A@example.com", "booked_at": "2026-01-05", "status": "done", "value": "$12.50"}
    shuffled = random.Random(1).sample([*record.items()], len(record))
    calendar = Calendar(RULES.contact.zone)
    assert bookings.row(record, "till", calendar) == bookings.row(dict(shuffled), "till", calendar)
