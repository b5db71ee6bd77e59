"""The records of a file, whatever its format, each with the lines it stood on."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from mhc_core.collection.importing import openai_chat
from mhc_core.collection.importing.decoding import decode
from mhc_core.collection.importing.readers import Line, Source
from mhc_core.collection.importing.reject import Rejected, RejectFile

Format = Literal["auto", "jsonl", "openai", "csv"]


@dataclass(frozen=True, slots=True)
class Incoming:
    """One record and its place in the file; ``length`` is in bytes."""

    line: int
    last_line: int
    length: int
    sha256: str
    record: dict[str, Any]

    def reject(self, rejects: RejectFile, reason: str) -> None:
        rejects.add(self.line, reason, self.length, self.sha256, self.last_line)


def format_of(source: Source, wanted: Format) -> Format:
    """``csv`` by its file name, else what is wanted."""
    if wanted == "auto" and source.name.lower().removesuffix(".gz").endswith((".csv", ".tsv")):
        return "csv"
    return wanted


def json_lines(source: Source, notes: Counter[str], rejects: RejectFile) -> Iterator[Incoming]:
    """Every line that holds a JSON object; the others go to ``rejects``."""
    for line in source.lines():
        if line.problem is not None:
            rejects.add(line.number, line.problem, line.length, line.sha256)
            continue
        try:
            record = decode(line.data, notes)
        except Rejected as reason:
            rejects.add(line.number, str(reason), line.length, line.sha256)
            continue
        yield _incoming(line, record)


def conversations(source: Source, wanted: Format, notes: Counter[str], rejects: RejectFile) -> Iterator[Incoming]:
    """The conversations of a JSONL file. ``auto`` takes the first record's shape for all."""
    as_openai = {"jsonl": False, "openai": True}.get(wanted)
    for item in json_lines(source, notes, rejects):
        if as_openai is None:
            as_openai = openai_chat.looks_like(item.record)
        if not as_openai:
            yield item
            continue
        try:
            converted = openai_chat.convert(item.record)
        except Rejected as reason:
            item.reject(rejects, str(reason))
            continue
        yield Incoming(item.line, item.last_line, item.length, item.sha256, converted)


def _incoming(line: Line, record: dict[str, Any]) -> Incoming:
    return Incoming(line.number, line.number, line.length, line.sha256, record)
