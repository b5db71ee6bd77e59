"""What is kept of a reading: enough to label the message again, and none of its words."""

from dataclasses import replace
from datetime import date

import orjson
import pytest

from mhc_core.understanding.labelled import as_understood, parse_line, written
from mhc_core.understanding.notes import labelled_as_read, reading_notes
from mhc_core.understanding.result import DialogueContext, Slot, SlotName, Understood

LINES = (
    "@confirm+date deny/smalltalk: no || correct/book: make it [date:the 14th], call [name:Irene Grove] on "
    "[phone:916-555-0142]",
    "ask/allergy !severe allergy: my [whom:daughter]'s [severity:throat closes up] from [allergen:shrimp]",
    "@person affirm/smalltalk: yes please",
)


@pytest.mark.parametrize("line", LINES)
def test_a_message_can_be_labelled_again_from_its_notes(line: str) -> None:
    message = parse_line(line)
    notes = orjson.loads(orjson.dumps(reading_notes(as_understood(message), message.context, message.text)))
    assert written(labelled_as_read(message.text, notes)) == line


def test_notes_hold_none_of_the_words_and_no_value_that_names_somebody() -> None:
    message = parse_line(LINES[0])
    read = as_understood(message)
    known = {SlotName.DATE: date(2026, 6, 14), SlotName.NAME: "Irene Grove", SlotName.PHONE: "+19165550142"}
    valued = replace(read, segments=[replace(each, slots=_valued(each.slots, known)) for each in read.segments])
    kept = orjson.dumps(reading_notes(valued, message.context, message.text)).decode()
    assert "2026-06-14" in kept
    assert not any(word in kept for word in ("Irene", "Grove", "555", "make it", "the 14th"))


def test_confidence_is_that_of_the_least_certain_part() -> None:
    read = as_understood(parse_line("inform/book: [adults:14 adults] on [date:june 14]"))
    [segment] = read.segments
    unsure = replace(segment, slots=[segment.slots[0], replace(segment.slots[1], probability=0.4)])
    assert reading_notes(replace(read, segments=[unsure]), DialogueContext(), "")["confidence"] == 0.4
    assert reading_notes(Understood([], None, "m"), DialogueContext(), "")["confidence"] == 0.0


def _valued(slots: object, known: dict[SlotName, object]) -> list[Slot]:
    assert isinstance(slots, (list, tuple))
    return [replace(slot, value=known[slot.name]) for slot in slots]
