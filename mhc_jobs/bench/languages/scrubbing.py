"""How much personal data is found in messages in other languages than English, by language and kind.

The messages are written by hand: those of ``sets/dev`` were looked at while the taggers of these languages were made,
those of ``sets/test`` were written before and never opened again. Neither is taught to a tagger.
"""

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from importlib.resources import files
from typing import Any

from mhc_core.scrubbing.engine import Scrubber
from mhc_core.scrubbing.tagger.frozen import Annotated, Found, covered, parsed

LANGUAGES = ("es", "zh-Hans", "zh-Hant", "ja")
HALVES = {"seen": "dev", "unseen": "test"}


def messages(half: str) -> list[Annotated]:
    """The messages of a half, ``seen`` or ``unseen``; the kind of each is its language, with "clean" where nothing is
    personal."""
    file = files("mhc_jobs.bench.languages").joinpath("sets", HALVES[half], "scrubbing.jsonl")
    return parsed(file.read_text(encoding="utf-8"))


def measure(
    find: Callable[[str], Sequence[Found]] | None = None, halves: Sequence[str] = ("seen", "unseen")
) -> dict[str, Any]:
    """By half and language what ``find`` finds, the scrubber of the release without it, and how long a message takes.

    Returns:
        ``{half: {language: {"messages", "entities", "recall": {kind: share}, "found": {kind: "found/all"}, "precision",
        "clean", "clean_untouched", "ms_per_message"}}}``. Personal data counts as found when findings cover nine of ten
        of its letters and digits, a finding as right when half of it is personal data; shares are 0..1.
    """
    found = find or _released
    return {half: _by_language(messages(half), found) for half in halves}


def _released(text: str) -> Sequence[Found]:
    return Scrubber.load().scrub(text).findings


def _by_language(records: Sequence[Annotated], find: Callable[[str], Sequence[Found]]) -> dict[str, Any]:
    groups: defaultdict[str, list[Annotated]] = defaultdict(list)
    for record in records:
        groups[record.kind.split()[0]].append(record)
    return {language: _score(groups[language], find) for language in LANGUAGES}


def _score(records: Sequence[Annotated], find: Callable[[str], Sequence[Found]]) -> dict[str, Any]:
    gold: Counter[str] = Counter()
    hit: Counter[str] = Counter()
    given = right = clean = untouched = 0
    started = time.perf_counter()
    results = [find(record.text) for record in records]
    took = time.perf_counter() - started
    for record, findings in zip(records, results, strict=True):
        inside = {place for _, start, end in record.spans for place in range(start, end)}
        for kind, start, end in record.spans:
            gold[kind] += 1
            hit[kind] += covered(record.text, start, end, findings)
        given += len(findings)
        right += sum(
            2 * sum(place in inside for place in range(one.start, one.end)) >= one.end - one.start for one in findings
        )
        if not record.spans:
            clean += 1
            untouched += not findings
    return {
        "messages": len(records),
        "entities": sum(gold.values()),
        "recall": {kind: round(hit[kind] / count, 4) for kind, count in sorted(gold.items())},
        "found": {kind: f"{hit[kind]}/{count}" for kind, count in sorted(gold.items())},
        "precision": round(right / max(given, 1), 4),
        "clean": clean,
        "clean_untouched": round(untouched / max(clean, 1), 4),
        "ms_per_message": round(1000 * took / max(len(records), 1), 2),
    }
