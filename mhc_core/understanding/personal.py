"""The labelled messages of the release as examples for the tagger of personal data."""

import re
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

from mhc_core.scrubbing.tagger.labelled import Labelled
from mhc_core.understanding.labelled import LabelledMessage
from mhc_core.understanding.result import SlotName

_LABELS = {SlotName.NAME: "PERSON", SlotName.PHONE: "PHONE", SlotName.ADDRESS: "ADDRESS"}
_TOWN = {SlotName.CITY, SlotName.ZIP}
_MARK = re.compile(r"\[(person|phone|address):([^]]*)\]")


def personal(gold: Sequence[LabelledMessage]) -> list[Labelled]:
    """Each message with its personal data: names, phone numbers, and addresses with the town that follows them."""
    named = _named()
    found = []
    for message in gold:
        spans: list[tuple[str, int, int]] = []
        for slot in message.slots:
            if slot.name in _LABELS:
                spans.append((_LABELS[slot.name], slot.start, slot.end))
            elif (
                slot.name in _TOWN
                and spans
                and spans[-1][0] == "ADDRESS"
                and message.text[spans[-1][2] : slot.start] in (" ", ", ", " in ")
            ):
                spans[-1] = ("ADDRESS", spans[-1][1], slot.end)
        more = [
            span
            for span in named.get(message.text, ())
            if not any(span[1] < end and start < span[2] for _, start, end in spans)
        ]
        found.append(Labelled(message.text, sorted([*spans, *more], key=lambda span: span[1])))
    return found


@cache
def _named() -> dict[str, list[tuple[str, int, int]]]:
    """Who is named in messages of the release without being its customer; no slot of understanding says so."""
    lines = files("mhc_core.understanding").joinpath("named.txt").read_text(encoding="utf-8").splitlines()
    found = {}
    for line in lines:
        if line.startswith("#"):
            continue
        text, spans, position = "", [], 0
        for match in _MARK.finditer(line):
            text += line[position : match.start()]
            spans.append((match[1].upper(), len(text), len(text) + len(match[2])))
            text += match[2]
            position = match.end()
        found[text + line[position:]] = spans
    return found
