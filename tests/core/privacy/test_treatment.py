"""Every table and every column that can hold words is declared, and the declaration is what is done."""

import re

import pytest
from sqlalchemy.dialects import postgresql

from mhc_core.db.queries import held, redaction
from mhc_core.db.tables import metadata
from mhc_core.privacy.treatment import TABLES, is_raw

WITHOUT_WORDS = {
    "BOOLEAN", "SMALLINT", "INTEGER", "BIGINT", "REAL", "DOUBLE", "NUMERIC", "DATE", "TIME", "TIMESTAMP", "UUID",
}  # fmt: skip
GO_WITH = {
    "event_surveys": "booking_requests",
    "webhook_deliveries": "handovers",
    "feedback_history": "feedback",
    "offer_codes": "campaign_touches",
}
POSTGRESQL = postgresql.dialect()  # type: ignore[no-untyped-call]
STORED = {table.name: table for table in metadata.sorted_tables}


def wordy(table: str) -> set[str]:
    """Columns of every type but plain numbers, times and ids."""
    return {
        column.name
        for column in STORED[table].columns
        if re.split(r"[ (]", str(column.type.compile(dialect=POSTGRESQL)))[0] not in WITHOUT_WORDS
    }


def test_every_table_is_declared() -> None:
    assert set(TABLES) == set(STORED), "say in mhc_core/privacy/treatment.py what the table holds of people"


@pytest.mark.parametrize("name", sorted(STORED))
def test_every_column_that_can_hold_words_is_declared_once(name: str) -> None:
    declared = TABLES[name]
    listed = [*declared.raw, *declared.scrubbed, *declared.plain]
    assert sorted(listed) == sorted(wordy(name)), f"declare the columns of {name} in mhc_core/privacy/treatment.py"


@pytest.mark.parametrize("name", sorted(STORED))
def test_what_is_declared_is_what_an_erasure_does(name: str) -> None:
    statement = redaction._ERASE.get(name, "")
    if name in GO_WITH:
        [key] = [key for key in STORED[name].foreign_keys if key.column.table.name == GO_WITH[name]]
        assert key.ondelete == "CASCADE"
        statement = redaction._ERASE[GO_WITH[name]]
    verb = {"": "kept", "delete": "deleted", "update": "emptied"}[statement.split()[0] if statement else ""]
    assert TABLES[name].erasure == verb


@pytest.mark.parametrize("name", sorted(name for name in TABLES if TABLES[name].raw))
def test_raw_words_never_outlive_their_person_or_their_time_and_are_shown_on_request(name: str) -> None:
    assert TABLES[name].erasure != "kept"
    assert TABLES[name].retention != "kept"
    assert name in held._HELD


def test_what_holds_customers_words_is_erased() -> None:
    assert [name for name in TABLES if TABLES[name].scrubbed and TABLES[name].erasure == "kept"] == []
    assert is_raw("messages", "content")
    assert not is_raw("messages", "role")
    assert not is_raw("unheard_of", "content")
