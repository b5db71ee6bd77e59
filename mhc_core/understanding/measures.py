"""How well messages are read, message by message, so that two models can be compared on the same ones."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mhc_core.understanding.labelled import LabelledMessage
from mhc_core.understanding.result import Segment, Understood


@dataclass(frozen=True, slots=True)
class Marks:
    """One message as one model read it, each 0 to 1, higher is better.

    ``slots`` is the F1 of its slots (name and exact place; 1 where there are none and none was seen). ``acts`` and
    ``topics`` are the shares of its segments that are read so, each segment as the one that lies at its middle.
    ``person_seen`` is for messages that need a person whether that was seen, ``person_spared`` for all others whether
    none was called; each None for the other kind. ``hits``, ``expected`` and ``found`` count slots.
    """

    slots: float
    acts: float
    topics: float
    person_seen: float | None
    person_spared: float | None
    hits: int
    expected: int
    found: int

    @property
    def right(self) -> bool:
        """Whether all of the message was read as it should be."""
        person = self.person_seen if self.person_seen is not None else self.person_spared
        return self.slots == self.acts == self.topics == person == 1.0


def mark(message: LabelledMessage, read: Understood) -> Marks:
    """How well a message was read."""
    expected = {(slot.name, slot.start, slot.end) for slot in message.slots}
    found = {(slot.name, slot.start, slot.end) for slot in read.slots}
    hits = len(expected & found)
    pairs = [(part, _at(read.segments, (part.start + part.end) // 2)) for part in message.segments]
    acts = [other is not None and part.act is other.act for part, other in pairs]
    topics = [other is not None and part.topic is other.topic for part, other in pairs]
    called, needed = read.person is not None, message.reason is not None
    return Marks(
        slots=2 * hits / (len(expected) + len(found)) if expected or found else 1.0,
        acts=sum(acts) / len(acts),
        topics=sum(topics) / len(topics),
        person_seen=float(called) if needed else None,
        person_spared=None if needed else float(not called),
        hits=hits,
        expected=len(expected),
        found=len(found),
    )


def totals(marks: Sequence[Marks]) -> dict[str, float]:
    """Over all messages: F1 of all slots together, and means of the rest; a measure without messages is 1."""
    slots = sum(one.expected + one.found for one in marks)
    return {
        "messages": float(len(marks)),
        "slots_f1": 2 * sum(one.hits for one in marks) / slots if slots else 1.0,
        "acts": _mean(one.acts for one in marks),
        "topics": _mean(one.topics for one in marks),
        "person_recall": _mean(one.person_seen for one in marks if one.person_seen is not None),
        "false_person": 1 - _mean(one.person_spared for one in marks if one.person_spared is not None),
        "all_right": _mean(float(one.right) for one in marks),
    }


def _at(segments: Sequence[Segment], place: int) -> Segment | None:
    return next((each for each in segments if each.start <= place < each.end), None)


def _mean(values: Iterable[float]) -> float:
    found = list(values)
    return sum(found) / len(found) if found else 1.0
