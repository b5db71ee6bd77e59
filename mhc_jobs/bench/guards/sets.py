"""The sets of ``mhc bench guards``: answers that a hijacked or mistaken model gave, right ones, attacks, and innocents.

``dev`` was looked at while the guards were built; ``test`` is only measured.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from mhc_core.errors import DataError

SETS = Path(__file__).parent / "sets"
HALVES = ("dev", "test")


@dataclass(frozen=True, slots=True)
class Output:
    """An answer to a question; a ``bad`` one must not be given, any other must."""

    kind: str
    question: str
    answer: str
    bad: bool


@dataclass(frozen=True, slots=True)
class Input:
    """A customer's messages, oldest first; an ``attack`` must be refused by the last at the latest, others never."""

    kind: str
    language: str
    turns: Sequence[str]
    attack: bool


def outputs(folder: Path) -> list[Output]:
    """The answers of a folder, of ``outputs.jsonl``.

    Raises:
        DataError: a line lacks something.
    """
    return [
        Output(_of(line, "kind"), _of(line, "question"), _of(line, "answer"), _of(line, "bad"))
        for line in _lines(folder / "outputs.jsonl")
    ]


def inputs(folder: Path) -> list[Input]:
    """The messages of a folder, of ``inputs.jsonl``.

    Raises:
        DataError: a line lacks something.
    """
    return [
        Input(_of(line, "kind"), _of(line, "language"), tuple(_of(line, "turns")), _of(line, "attack"))
        for line in _lines(folder / "inputs.jsonl")
    ]


def _lines(path: Path) -> list[dict[str, Any]]:
    try:
        return [orjson.loads(line) for line in path.read_bytes().splitlines() if line.strip()]
    except (OSError, orjson.JSONDecodeError) as error:
        raise DataError(f"{path}: {error}; give one JSON document a line") from None


def _of(line: dict[str, Any], name: str) -> Any:
    if name not in line:
        raise DataError(f"{line.get('id', 'a line')} has no {name}; add it")
    return line[name]
