"""Labelled messages from a file: what is kept, what is refused, and that they teach and judge."""

from collections.abc import Sequence

import pytest
import sqlalchemy as sa
from fakes.stored import NOW

from mhc_core.db.queries import understanding as queries
from mhc_core.db.tables import audit_log, understanding_examples
from mhc_core.errors import DataError
from mhc_core.scrubbing import Scrubber
from mhc_core.understanding.importing import Imported, import_lines

REASONS = ("severe allergy", "request for a person")


@pytest.fixture(scope="module")
def scrubber() -> Scrubber:
    return Scrubber.load()


def imported(connection: sa.Connection, scrubber: Scrubber, lines: Sequence[str]) -> Imported:
    encoded = [line.encode() for line in lines]
    return import_lines(connection, scrubber, REASONS, encoded, "party.jsonl", "Ann", NOW)


def stored(connection: sa.Connection) -> list[str]:
    return list(
        connection.execute(sa.select(understanding_examples.c.line).order_by(understanding_examples.c.line)).scalars()
    )


def test_a_file_is_stored_scrubbed_once_and_teaches_under_its_writers(
    connection: sa.Connection, scrubber: Scrubber
) -> None:
    lines = [
        '{"line": "@contact inform/book: call me at [phone:916-555-0133]", "writer": "lee"}',
        "",
        *(f'{{"line": "inform/book: for [guests:{count}] on the patio"}}' for count in range(10, 40)),
    ]
    found = imported(connection, scrubber, lines)
    assert (found.messages, found.changed) == (31, 31)
    assert 0 < found.held_out < 15
    assert "@contact inform/book: call me at [phone:[PHONE_1]]" in stored(connection)
    again = imported(connection, scrubber, lines)
    assert (again.messages, again.changed) == (31, 0)
    taught, judged = queries.to_train(connection), queries.held_out(connection)
    assert len(judged) == found.held_out
    assert len(taught) + len(judged) == 31
    assert {one.writer for one in taught + judged} == {"imported:lee", "imported:party.jsonl"}
    assert "understanding.imported" in connection.execute(sa.select(audit_log.c.action)).scalars().all()


def test_the_newest_label_of_the_same_words_counts(connection: sa.Connection, scrubber: Scrubber) -> None:
    imported(connection, scrubber, ['{"line": "ask/menu: got noodles"}'])
    assert imported(connection, scrubber, ['{"line": "ask/allergy: got noodles"}']).changed == 1
    assert stored(connection) == ["ask/allergy: got noodles"]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("inform/book: for 12", "it is no JSON object"),
        ('["inform/book: for 12"]', 'no object with a text under "line"'),
        ('{"line": "for 12 people"}', "does not begin with an act and a colon"),
        ('{"line": "inform/party: for 12"}', "'party' is not a valid Topic"),
        ('{"line": "ask/menu !bored: got rice"}', "'bored' is no reason for a person; take one of: severe allergy"),
        ('{"line": "@mood ask/menu: got rice"}', "@mood is nothing that can be asked for"),
        ('{"line": "ask/menu: got rice", "label": "x"}', '"label" is not known'),
        ('{"line": "ask/menu: got rice", "writer": 3}', '"writer" is a name'),
    ],
)
def test_a_file_with_a_fault_is_refused_as_a_whole(
    connection: sa.Connection, scrubber: Scrubber, line: str, told: str
) -> None:
    with pytest.raises(DataError, match=r"party\.jsonl was not imported, mend it.*: line 2: ") as refused:
        imported(connection, scrubber, ['{"line": "ask/menu: got tofu"}', line])
    assert told in str(refused.value)
    assert stored(connection) == []


def test_many_faults_are_counted_and_an_empty_file_is_told(connection: sa.Connection, scrubber: Scrubber) -> None:
    with pytest.raises(DataError, match=r"line 5: .* \(and 2 more\)$"):
        imported(connection, scrubber, ["?"] * 7)
    with pytest.raises(DataError, match=r"party\.jsonl holds no labelled message"):
        imported(connection, scrubber, ["", " "])
