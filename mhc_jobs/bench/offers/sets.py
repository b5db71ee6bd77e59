"""The dialogues of ``mhc bench offers``: written before what they measure.

``dev`` was looked at while the offers were built; ``test`` is only measured.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from mhc_core.errors import DataError

SETS = Path(__file__).parent / "sets"
HALVES = ("dev", "test")
KINDS = ("after", "before", "typo", "negation", "silence", "fine", "mention")


@dataclass(frozen=True, slots=True)
class Dialogue:
    """A customer's messages. ``states`` are needs by the number of the message that states them, from 1; ``offer`` is
    the only one there is to make; nothing may be suggested to a ``silent`` one.

    Kinds: the need is told ``after`` the offer or ``before``, with a ``typo``, beside a ``negation``; the customer
    wants ``silence``; a suggestion is ``fine``, also where a food is only a ``mention``.
    """

    kind: str
    language: str
    turns: Sequence[str]
    states: Sequence[tuple[int, str]]
    offer: str | None = None
    silent: bool = False


def dialogues(folder: Path) -> list[Dialogue]:
    """The dialogues of a folder, of ``dialogues.jsonl``.

    Raises:
        DataError: a line is not JSON, lacks something or is of another kind.
    """
    file = folder / "dialogues.jsonl"
    return [_dialogue(file.name, number, line) for number, line in enumerate(file.read_bytes().splitlines(), 1)]


def _dialogue(name: str, number: int, line: bytes) -> Dialogue:
    try:
        raw: dict[str, Any] = orjson.loads(line)
        states = [(int(turn), str(need)) for turn, need in raw["states"]]
        found = Dialogue(
            raw["kind"], raw["language"], tuple(raw["turns"]), states, raw.get("offer"), raw.get("silent", False)
        )
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError) as error:
        raise DataError(f"{name}, line {number}: {error}; correct it") from error
    if found.kind not in KINDS or not found.turns:
        raise DataError(f"{name}, line {number}: no turns, or kind {found.kind!r}, which is none of {', '.join(KINDS)}")
    return found
