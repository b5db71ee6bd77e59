"""Scores a scrubber on annotated texts.

A gold span counts as found when 90 % of its letters and digits are covered by findings, whatever their label. A finding
is right when half of its characters lie in gold spans.
"""

import gzip
import json
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mhc_core.scrubbing.tagger import frozen

Detect = Callable[[str], list[tuple[str, int, int]]]
"""Text in; type, start and end of what was found out."""


_TITLE = re.compile(r"(?:(?:mrs?|ms|miss|dr|doctor|prof|chef|sir)\b\.?\s+)+", re.IGNORECASE)
_DEGREE = re.compile(r"(?:,?\s(?:MD|M\.D\.|DDS|LCSW|PhD|OD|RN)\b\.?)+$", re.IGNORECASE)
TIMED = 1000
"""Messages of a set that are read a second time, for the time they take and to see whether the result is the same."""


@dataclass(frozen=True, slots=True)
class Annotated:
    """A text with its gold spans (label, start, end)."""

    id: str
    text: str
    spans: tuple[tuple[str, int, int], ...]


def read(path: Path) -> Iterator[Annotated]:
    """The records of a gzipped JSON-lines file ``{"id", "text", "spans": [{"start", "end", "label"}]}``."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            record = json.loads(line)
            spans = tuple(
                (span["label"], *_named(record["text"], span["label"], span["start"], span["end"]))
                for span in record["spans"]
            )
            yield Annotated(str(record["id"]), record["text"], spans)


def _named(text: str, label: str, start: int, end: int) -> tuple[int, int]:
    """A person without title and degree, which some sets count and which tell nobody apart."""
    if label != "PERSON":
        return start, end
    before, after = _TITLE.match(text, start, end), _DEGREE.search(text[start:end])
    return before.end() if before else start, start + after.start() if after else end


def of_the_release() -> dict[str, list[Annotated]]:
    """The release's sets by who saw them and what they hold: "seen chat", "unseen noisy", "unseen clean" and so on."""
    sets: dict[str, list[Annotated]] = {}
    for name, messages in (("seen", frozen.seen()), ("unseen", frozen.unseen())):
        for one in messages:
            sets.setdefault(f"{name} {one.kind}", []).append(Annotated(one.id, one.text, tuple(one.spans)))
    return sets


def score(records: list[Annotated], detect: Detect) -> dict[str, Any]:
    """Recall by gold label, precision by found type, share of clean texts with a hit, and messages per second."""
    gold: Counter[str] = Counter()
    found: Counter[str] = Counter()
    given: Counter[str] = Counter()
    right: Counter[str] = Counter()
    clean = alarmed = 0
    detected = [detect(record.text) for record in records]
    sample = records[:TIMED]
    cpu, wall = time.process_time(), time.perf_counter()
    again = [detect(record.text) for record in sample]
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    for record, findings in zip(records, detected, strict=True):
        covered = {position for _, start, end in findings for position in range(start, end)}
        marked = {position for _, start, end in record.spans for position in range(start, end)}
        for label, start, end in record.spans:
            letters = [position for position in range(start, end) if record.text[position].isalnum()]
            gold[label] += 1
            found[label] += sum(position in covered for position in letters) >= 0.9 * len(letters)
        for label, start, end in findings:
            given[label] += 1
            right[label] += 2 * sum(position in marked for position in range(start, end)) >= end - start
        if not record.spans:
            clean += 1
            alarmed += bool(findings)
    return {
        "messages": len(records),
        "recall": {label: _share(found[label], count) for label, count in sorted(gold.items())},
        "gold": dict(sorted(gold.items())),
        "precision": {label: _share(right[label], count) for label, count in sorted(given.items())},
        "findings": dict(sorted(given.items())),
        "clean_messages": clean,
        "clean_with_false_hit": _share(alarmed, clean) if clean else None,
        "repeatable": again == detected[: len(sample)],
        "messages_per_second": round(len(sample) / wall, 1),
        "cpu_ms_per_message": round(1000 * cpu / len(sample), 3),
    }


def _share(part: int, whole: int) -> float:
    return round(part / whole, 4)
