"""Slots of restaurant bookings (RESTAURANTS-8K, Coope et al. 2020) by the same tagger, taught from that set alone."""

import gzip
import hashlib
import json
from collections import Counter
from pathlib import Path
from typing import Any

from mhc_core.understanding import tagger
from mhc_core.understanding.encoding import Encoded, TokenStates, encode, encode_all
from mhc_core.understanding.result import DialogueContext
from mhc_core.understanding.tagger import Example

TRAIN, TEST = "slots_restaurant8k_train.jsonl.gz", "slots_restaurant8k_test.jsonl.gz"
_HELD_OUT = 5
"""Without a test file, one text in so many is held out, by its hash."""


def measure(data: Path, embedder: TokenStates, seed: int) -> dict[str, Any] | None:
    """F1 of exact spans by slot and their mean; None where the folder holds no such file.

    With ``slots_restaurant8k_test.jsonl.gz`` beside the training file, all of the one is learned and the other scored.
    """
    if not (data / TRAIN).is_file():
        return None
    rows = _rows(data / TRAIN)
    if (data / TEST).is_file():
        taught, asked, held_out = rows, _rows(data / TEST), "test file"
    else:
        taught = [row for row in rows if _bucket(row)]
        asked, held_out = [row for row in rows if not _bucket(row)], "a fifth of the texts"
    embedder = embedder.first
    encoded = encode_all([row["text"] for row in taught], embedder)
    model = tagger.train([_example(*each) for each in zip(taught, encoded, strict=True)], seed)
    right, found, gold = Counter[str](), Counter[str](), Counter[str]()
    for row in asked:
        expected = {(span["slot"], span["start"], span["end"]) for span in row["spans"]}
        spans = model.spans(encode(row["text"], embedder), _context(row))
        seen = {(span.label, span.start, span.end) for span in spans}
        right.update(name for name, _, _ in expected & seen)
        found.update(name for name, _, _ in seen)
        gold.update(name for name, _, _ in expected)
    f1 = {name: round(2 * right[name] / (found[name] + gold[name]), 4) for name in sorted(gold)}
    return {
        "taught": len(taught),
        "asked": len(asked),
        "held_out": held_out,
        "f1": f1,
        "macro_f1": round(sum(f1.values()) / len(f1), 4),
    }


def _rows(path: Path) -> list[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def _bucket(row: dict[str, Any]) -> int:
    return int(hashlib.sha256(row["text"].lower().encode()).hexdigest(), 16) % _HELD_OUT


def _context(row: dict[str, Any]) -> DialogueContext:
    return DialogueContext(asked=frozenset(row["requested"]))


def _example(row: dict[str, Any], encoded: Encoded) -> Example:
    spans = [(span["slot"], span["start"], span["end"]) for span in row["spans"]]
    return Example(encoded, tagger.seen(encoded, _context(row)), spans)
