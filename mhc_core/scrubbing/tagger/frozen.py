"""Messages with their personal data, written by hand.

Those in ``sets/dev`` were looked at while the tagger was made, and are taught to it. Those in ``sets/test`` were
written by others, are read by no person and taught to no model: versions are compared on them, and figures of them are
honest.
"""

import json
from collections.abc import Callable, Sequence
from functools import cache
from importlib.resources import files
from typing import NamedTuple, Protocol


class Found(Protocol):
    """A finding in a text."""

    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...


class Annotated(NamedTuple):
    """A message of a kind with the places (label, start, end) of its personal data."""

    id: str
    kind: str
    text: str
    spans: Sequence[tuple[str, int, int]]


class Measured(NamedTuple):
    """Shares: personal data that is found, findings that are right, and clean messages without any finding."""

    recall: float
    precision: float
    clean: float


@cache
def seen() -> tuple[Annotated, ...]:
    """The messages that were looked at."""
    return _read("dev")


@cache
def unseen() -> tuple[Annotated, ...]:
    """The messages that nobody looked at. Only measure with them."""
    return _read("test")


def _read(name: str) -> tuple[Annotated, ...]:
    folder = files("mhc_core.scrubbing.tagger").joinpath("sets", name)
    sets = sorted((file for file in folder.iterdir() if file.name.endswith(".jsonl")), key=lambda file: file.name)
    return tuple(one for file in sets for one in parsed(file.read_text(encoding="utf-8")))


def parsed(lines: str) -> list[Annotated]:
    """Messages of JSON lines ``{"id", "kind", "text", "entities": [{"type", "text"}]}``, entities in their order."""
    found = []
    for line in lines.splitlines():
        record = json.loads(line)
        spans, reached = [], 0
        for entity in record["entities"]:
            start = record["text"].find(entity["text"], reached)
            start = start if start >= 0 else record["text"].index(entity["text"])
            spans.append((entity["type"], start, start + len(entity["text"])))
            reached = start + len(entity["text"])
        found.append(Annotated(record["id"], record["kind"], record["text"], tuple(spans)))
    return found


def covered(text: str, start: int, end: int, findings: Sequence[Found]) -> bool:
    """Whether findings cover nine of ten letters and digits of a slice."""
    letters = [place for place in range(start, end) if text[place].isalnum()]
    return sum(any(one.start <= place < one.end for one in findings) for place in letters) >= 0.9 * len(letters)


def measure(find: Callable[[str], Sequence[Found]]) -> Measured:
    """What ``find`` finds in the unseen messages."""
    gold = hit = given = right = clean = silent = 0
    for message in unseen():
        findings = find(message.text)
        inside = {place for _, start, end in message.spans for place in range(start, end)}
        gold += len(message.spans)
        hit += sum(covered(message.text, start, end, findings) for _, start, end in message.spans)
        given += len(findings)
        right += sum(
            2 * sum(place in inside for place in range(one.start, one.end)) >= one.end - one.start for one in findings
        )
        if not message.spans:
            clean += 1
            silent += not findings
    return Measured(round(hit / gold, 4), round(right / max(given, 1), 4), round(silent / max(clean, 1), 4))
