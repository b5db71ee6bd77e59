"""Labelled messages and the line format that people write them in.

One message a line: ``@asked act/topic !reason: words || act/topic: words with [slot:a slot] in them``. ``@`` names what
the answer before asked for (several joined by ``+``), ``!`` why a person must answer; both may be missing, and so may
the topic of acts that have none of their own. Lines that begin with ``#`` are comments.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from mhc_core.errors import DataError
from mhc_core.understanding.result import (
    Act,
    DialogueContext,
    PersonNeed,
    Segment,
    Slot,
    SlotName,
    Topic,
    Understood,
)

_ASKED = re.compile(r"@(\S+) ")
_SEGMENT = re.compile(r"(?P<act>[a-z]+)(?:/(?P<topic>[a-z_]+))?(?: !(?P<reason>[a-z ]+?))?: (?P<words>\S.*)", re.DOTALL)
_SLOT = re.compile(
    r"\[(?P<name>[a-z]+):(?P<words>(?:[^\[\]]|\[[A-Z_]+_\d+\])+)\]"
)  # words may hold the scrubber's "[PHONE_1]"
CONFIRM, PERSON = "confirm", "person"
"""What may stand after ``@`` beside slots: the request was to be confirmed, a person was offered."""


@dataclass(frozen=True, slots=True)
class LabelledSlot:
    """A slot's place in the message (characters, end exclusive)."""

    name: SlotName
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class LabelledSegment:
    """A part of the message with what is done in it; ``reason`` says why a person must answer."""

    start: int
    end: int
    act: Act
    topic: Topic
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class LabelledMessage:
    """A message as it should be read. ``asked`` is what the answer before asked for, ``writer`` whose words these are,
    where that is known: people differ more than their messages do."""

    text: str
    asked: frozenset[str]
    segments: tuple[LabelledSegment, ...]
    slots: tuple[LabelledSlot, ...]
    writer: str = field(default="", compare=False)

    @property
    def reason(self) -> str | None:
        """Why a person must answer, of the first segment that says so."""
        return next((segment.reason for segment in self.segments if segment.reason), None)

    @property
    def context(self) -> DialogueContext:
        """What it is read after."""
        return DialogueContext(
            asked=self.asked - {CONFIRM, PERSON},
            confirming=CONFIRM in self.asked,
            offered_person=PERSON in self.asked,
        )


def parse(lines: Iterable[str], source: str, writer: str = "") -> list[LabelledMessage]:
    """The messages of a file of one writer, in its order.

    Raises:
        DataError: a line is not in the format; names ``source``, the line and what is wrong.
    """
    found = []
    for number, line in enumerate(lines, 1):
        line = line.rstrip("\n")
        if line.strip() and not line.startswith("#"):
            try:
                found.append(replace(parse_line(line), writer=writer))
            except ValueError as error:
                raise DataError(f"{source}, line {number}: {error}") from error
    return found


def parse_line(line: str) -> LabelledMessage:
    """One message.

    Raises:
        ValueError: the line is not in the format.
    """
    asked = _ASKED.match(line)
    text, segments, slots = "", [], []
    for part in line[asked.end() if asked else 0 :].split(" || "):
        head = _SEGMENT.fullmatch(part)
        if head is None:
            raise ValueError(f"{part[:60]!r} does not begin with an act and a colon")
        act = Act(head["act"])
        topic = Topic(head["topic"]) if head["topic"] else Topic.OTHER if act is Act.PERSON else Topic.SMALLTALK
        text += " " if text else ""
        start, read = len(text), 0
        for slot in _SLOT.finditer(head["words"]):
            text += head["words"][read : slot.start()]
            slots.append(LabelledSlot(SlotName(slot["name"]), len(text), len(text) + len(slot["words"])))
            text += slot["words"]
            read = slot.end()
        text += head["words"][read:]
        segments.append(LabelledSegment(start, len(text), act, topic, head["reason"]))
    return LabelledMessage(
        text, frozenset(asked[1].split("+")) if asked else frozenset(), tuple(segments), tuple(slots)
    )


def written(message: LabelledMessage) -> str:
    """The message as a line; ``parse_line`` gives it back."""
    parts = []
    for segment in message.segments:
        words, read = "", segment.start
        for slot in message.slots:
            if segment.start <= slot.start < segment.end:
                words += f"{message.text[read : slot.start]}[{slot.name}:{message.text[slot.start : slot.end]}]"
                read = slot.end
        words += message.text[read : segment.end]
        reason = f" !{segment.reason}" if segment.reason else ""
        parts.append(f"{segment.act}/{segment.topic}{reason}: {words}")
    asked = f"@{'+'.join(sorted(message.asked))} " if message.asked else ""
    return asked + " || ".join(parts)


def as_understood(message: LabelledMessage) -> Understood:
    """What a faultless model reads in the message, the slots without values."""
    segments = [
        Segment(
            part.start,
            part.end,
            message.text[part.start : part.end],
            part.act,
            1.0,
            part.topic,
            1.0,
            tuple(
                Slot(slot.name, slot.start, slot.end, message.text[slot.start : slot.end], None)
                for slot in message.slots
                if part.start <= slot.start < part.end
            ),
        )
        for part in message.segments
    ]
    return Understood(segments, PersonNeed(message.reason, 1.0) if message.reason else None, "labelled")
