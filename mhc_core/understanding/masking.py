"""Personal data in labelled messages: placeholders where a message is kept, stand-ins where a model is taught by it.

A model that learned "[PHONE_1]" would know nothing of phone numbers, since no customer writes so. The stand-ins are
words of the same kind from the gold messages, which name nobody.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from mhc_core.errors import DataError
from mhc_core.scrubbing import Known, PiiType, Scrubber
from mhc_core.scrubbing.view import PLACEHOLDER
from mhc_core.understanding.labelled import LabelledMessage, parse_line, written
from mhc_core.understanding.result import SlotName

_PERSONAL = {
    SlotName.NAME: PiiType.PERSON,
    SlotName.PHONE: PiiType.PHONE,
    SlotName.EMAIL: PiiType.EMAIL,
    SlotName.ADDRESS: PiiType.ADDRESS,
}


class Piece(NamedTuple):
    """What takes the place of a slice of a message."""

    start: int
    end: int
    text: str


def scrubbed(scrubber: Scrubber, message: LabelledMessage, known: Sequence[Known] = ()) -> LabelledMessage:
    """The message on one line, with placeholders instead of the personal data that the scrubber or somebody found.

    Raises:
        ScrubRefused: the scrubber failed.
        DataError: an account-like number is left, or the message cannot be written in the line format.
    """
    result = scrubber.scrub(message.text, None, known)
    if not result.safe_for_training:
        raise DataError("an account-like number is left after scrubbing; mark it with `mhc review mark` first")
    found = replaced(message, [Piece(one.start, one.end, one.placeholder) for one in result.findings])
    found = replaced(found, [Piece(*one.span(), " ") for one in re.finditer(r"[^\S ]\s*|\s{2,}", found.text)])
    try:
        kept = parse_line(written(found)) == found
    except ValueError:
        kept = False
    if not kept:
        raise DataError("the message cannot be written in the line format; choose another one")
    return found


def masked(message: LabelledMessage) -> LabelledMessage:
    """The message as it may be kept: with a placeholder in every slot that names somebody, where the scrubber left the
    words."""
    pieces, taken = [], [int(one[2]) for one in PLACEHOLDER.finditer(message.text)]
    number = max(taken, default=0)
    for slot in message.slots:
        words = message.text[slot.start : slot.end]
        if slot.name in _PERSONAL and not PLACEHOLDER.search(words):
            number += 1
            pieces.append(Piece(slot.start, slot.end, f"[{_PERSONAL[slot.name]}_{number}]"))
    return replaced(message, pieces)


class StandIns:
    """Words that take the place of placeholders; the same message always gets the same ones."""

    def __init__(self, gold: Iterable[LabelledMessage]) -> None:
        found: dict[PiiType, set[str]] = {kind: set() for kind in _PERSONAL.values()}
        for message in gold:
            for slot in message.slots:
                if slot.name in _PERSONAL:
                    found[_PERSONAL[slot.name]].add(message.text[slot.start : slot.end])
        self._words: Mapping[str, Sequence[str]] = {kind.value: sorted(words) for kind, words in found.items()}

    def fill(self, message: LabelledMessage) -> LabelledMessage:
        """The message with invented words for its placeholders; kinds of which gold has none stay as they are."""
        return replaced(
            message,
            [
                Piece(*one.span(), self._word(one[1], f"{one[0]} in {message.text}"))
                for one in PLACEHOLDER.finditer(message.text)
                if self._words.get(one[1])
            ],
        )

    def _word(self, kind: str, place: str) -> str:
        words = self._words[kind]
        return words[int(hashlib.sha256(place.encode()).hexdigest(), 16) % len(words)]


def replaced(message: LabelledMessage, pieces: Sequence[Piece]) -> LabelledMessage:
    """The message with these slices replaced; a label that begins or ends inside one holds all that takes its place.

    Pieces do not overlap. Of two slots that lie in the same piece the first one stays.
    """
    ordered = sorted(pieces)
    parts, position = [], 0
    for piece in ordered:
        parts += [message.text[position : piece.start], piece.text]
        position = piece.end
    text = "".join([*parts, message.text[position:]])
    segments = tuple(
        replace(each, start=_moved(ordered, each.start, True), end=_moved(ordered, each.end, False))
        for each in message.segments
    )
    slots, reached = [], 0
    for slot in message.slots:
        start, end = _moved(ordered, slot.start, True), _moved(ordered, slot.end, False)
        if start >= reached:
            slots.append(replace(slot, start=start, end=end))
            reached = end
    return replace(message, text=text, segments=segments, slots=tuple(slots))


def _moved(pieces: Sequence[Piece], offset: int, begins: bool) -> int:
    shift = 0
    for piece in pieces:
        if offset <= piece.start:
            break
        if offset < piece.end:
            return piece.start + shift + (0 if begins else len(piece.text))
        shift += len(piece.text) - (piece.end - piece.start)
    return offset + shift
