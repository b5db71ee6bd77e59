"""Bookings teach: where the record shows that a reading was right, the message becomes an example."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from fakes.stored import NOW, say, talk

from mhc_core.db.queries import understanding as queries
from mhc_core.db.tables import booking_requests, understanding_examples
from mhc_core.scrubbing import Scrubber
from mhc_core.understanding import examples
from mhc_core.understanding.labelled import as_understood, parse_line
from mhc_core.understanding.notes import READING, reading_notes
from mhc_core.understanding.result import SlotName, SlotValue

LINE = "inform/book: [adults:12 adults] and [children:3 kids] on [date:june 14], im [name:Irene Grove]"
VALUES: Mapping[SlotName, SlotValue] = {
    SlotName.ADULTS: 12, SlotName.CHILDREN: 3, SlotName.DATE: date(2026, 6, 14), SlotName.TIME: time(18),
}  # fmt: skip


@pytest.fixture(scope="module")
def scrubber() -> Scrubber:
    return Scrubber.load()


def asked(line: str, sure: float = 0.9, values: Mapping[SlotName, SlotValue] = VALUES) -> dict[str, Any]:
    message = parse_line(line)
    read = as_understood(message)
    valued = [
        replace(each, act_probability=sure, slots=[replace(slot, value=values.get(slot.name)) for slot in each.slots])
        for each in read.segments
    ]
    return say(
        "user",
        message.text,
        message_metadata={READING: reading_notes(replace(read, segments=valued), message.context, message.text)},
    )


def taught(connection: sa.Connection, scrubber: Scrubber, said: dict[str, Any], **record: Any) -> list[str]:
    """What a booking with this record teaches of a message."""
    conversation, _ = talk(connection, said)
    booked = {
        "id": uuid4(), "conversation_id": conversation, "requested_at": NOW, "updated_at": NOW, "adults": 12,
        "children": 2, "under_six": 1, "event_on": date(2026, 6, 14), "starts_at": time(18),
    }  # fmt: skip
    connection.execute(sa.insert(booking_requests).values(booked | record))
    examples.gather(connection, [], scrubber, NOW)
    return list(connection.scalars(sa.select(understanding_examples.c.line)))


def test_a_reading_that_agrees_with_the_record_becomes_an_example(
    connection: sa.Connection, scrubber: Scrubber
) -> None:
    assert taught(connection, scrubber, asked(LINE)) == [LINE.replace("Irene Grove", "[PERSON_1]")]
    assert examples.gather(connection, [], scrubber, NOW).bookings == 0


@pytest.mark.parametrize(
    ("said", "record"),
    [
        (asked(LINE), {"adults": 13}),
        (asked(LINE), {"event_on": date(2026, 6, 15)}),
        (asked(LINE), {"status": "withdrawn"}),
        (asked(LINE, sure=0.6), {}),
        (asked("inform/book: i love [dish:gyoza]"), {}),
        (asked("inform/book !severe allergy: [adults:12 adults], one could die"), {}),
        (say("user", "12 adults"), {}),
    ],
    ids=["adults", "date", "withdrawn", "unsure", "nothing proven", "a person needed", "not read"],
)
def test_what_the_record_does_not_prove_teaches_nothing(
    connection: sa.Connection, scrubber: Scrubber, said: dict[str, Any], record: dict[str, Any]
) -> None:
    assert taught(connection, scrubber, said, **record) == []


def test_what_was_said_after_the_request_is_not_measured_by_it(connection: sa.Connection, scrubber: Scrubber) -> None:
    assert taught(connection, scrubber, asked(LINE), requested_at=datetime(2026, 1, 1, tzinfo=UTC)) == []


def test_a_correction_takes_the_place_of_what_a_booking_taught(
    connection: sa.Connection, scrubber: Scrubber, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(examples, "is_held_out", lambda name: False)
    [line] = taught(connection, scrubber, asked(LINE))
    assert [one.origin for one in queries.to_train(connection)] == ["booking"]
    [booked] = connection.execute(sa.select(understanding_examples)).all()
    read = queries.read(connection, booked.message_id)
    assert read is not None
    queries.save(connection, [examples.example(read, parse_line(line), "correction", b"salt", "Ann")], NOW)
    assert [one.origin for one in queries.to_train(connection)] == ["correction"]


def test_what_bookings_taught_judges_no_version(
    connection: sa.Connection, scrubber: Scrubber, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(examples, "is_held_out", lambda name: True)
    assert taught(connection, scrubber, asked(LINE)) != []
    assert queries.held_out(connection) == []
    assert queries.to_train(connection) == []
