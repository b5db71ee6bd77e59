"""What is kept with a customer's message of how it was read: places, labels, probabilities and plain values, no words.

Written in the turn, read in review and where bookings become examples.
"""

from collections.abc import Mapping
from datetime import date, time
from decimal import Decimal
from typing import Any

from mhc_core.understanding.labelled import CONFIRM, PERSON, LabelledMessage, LabelledSegment, LabelledSlot
from mhc_core.understanding.result import Act, DialogueContext, Slot, SlotName, Topic, Understood

READING = "reading"
"""Key of the notes in a message's metadata."""
CHARACTERS = "characters"
"""Key of the length of the text that was read: of an e-mail less is read than is stored."""
_VALUED = frozenset(
    {
        SlotName.ADULTS, SlotName.CHILDREN, SlotName.YOUNGEST, SlotName.AGE, SlotName.GUESTS, SlotName.DATE,
        SlotName.TIME, SlotName.COUNT, SlotName.MILES,
    }
)  # fmt: skip
"""Slots whose value tells nobody who the customer is."""
_DIGITS = 3


def reading_notes(understood: Understood, context: DialogueContext, text: str) -> dict[str, Any]:
    """How ``text`` was read after ``context``, as JSON under the key ``READING`` of a message's metadata.

    ``confidence`` is the probability of the least certain part, 0..1.
    """
    segments = understood.segments
    sure = [each.act_probability for each in segments] + [each.topic_probability for each in segments]
    sure += [slot.probability for slot in understood.slots]
    asked = {*context.asked, *([CONFIRM] if context.confirming else []), *([PERSON] if context.offered_person else [])}
    person = understood.person
    return {
        "model": understood.model_id,
        CHARACTERS: len(text),
        "confidence": round(min(sure, default=0.0), _DIGITS),
        "asked": sorted(asked),
        "person": None if person is None else {"reason": person.reason, "probability": round(person.probability, 3)},
        "segments": [
            {
                "start": each.start,
                "end": each.end,
                "act": each.act.value,
                "act_probability": round(each.act_probability, _DIGITS),
                "topic": each.topic.value,
                "topic_probability": round(each.topic_probability, _DIGITS),
                "slots": [_slot(slot) for slot in each.slots],
            }
            for each in segments
        ],
    }


def labelled_as_read(text: str, notes: Mapping[str, Any]) -> LabelledMessage:
    """The message with the labels that the notes hold; ``text`` is the message as it was read."""
    person = notes["person"]
    found = notes["segments"]
    return LabelledMessage(
        text,
        frozenset(notes["asked"]),
        tuple(
            LabelledSegment(
                each["start"],
                each["end"],
                Act(each["act"]),
                Topic(each["topic"]),
                person["reason"] if person and place == 0 else None,
            )
            for place, each in enumerate(found)
        ),
        tuple(
            LabelledSlot(SlotName(slot["name"]), slot["start"], slot["end"]) for each in found for slot in each["slots"]
        ),
    )


def _slot(slot: Slot) -> dict[str, Any]:
    noted: dict[str, Any] = {
        "name": slot.name.value,
        "start": slot.start,
        "end": slot.end,
        "probability": round(slot.probability, _DIGITS),
    }
    if slot.name in _VALUED and isinstance(slot.value, (int, Decimal, date, time)):
        noted["value"] = slot.value if isinstance(slot.value, int) else str(slot.value)
    return noted
