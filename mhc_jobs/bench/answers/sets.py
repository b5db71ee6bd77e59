"""The sets of ``mhc bench answers``: questions with the facts that a right answer holds, and answers with paraphrases.

``dev`` was looked at while the platform was built; ``test`` is only measured.
"""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from mhc_core.errors import DataError

SETS = Path(__file__).parent / "sets"
HALVES = ("dev", "test")
Expected = Literal["answer", "person", "unknown"]


@dataclass(frozen=True, slots=True)
class Asked:
    """A customer's first message. A right answer meets one phrase of each of ``facts`` and holds none of ``never``."""

    text: str
    topic: str
    expect: Expected
    facts: Sequence[Sequence[str]] = ()
    never: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Paraphrased:
    """An approved answer with ways to ask for it; the first ``TAUGHT`` are taught, the others asked."""

    answer: str
    asked: Sequence[str]


@dataclass(frozen=True, slots=True)
class NearMiss:
    """Two questions that look alike and want different answers: what is kept for one must not answer the other."""

    taught: str
    asked: str


@dataclass(frozen=True, slots=True)
class Paraphrases:
    """Approved answers, near-misses, and strangers: questions that none of the answers answers."""

    groups: Sequence[Paraphrased]
    near_misses: Sequence[NearMiss]
    strangers: Sequence[str]


TAUGHT = 4


def questions(path: Path) -> list[Asked]:
    """The questions of a file.

    Raises:
        DataError: an entry lacks something or says what is not known.
    """
    found = []
    for number, raw in enumerate(_read(path).get("question", ()), 1):
        try:
            asked = Asked(raw["text"], raw["topic"], raw["expect"], raw.get("facts", ()), raw.get("never", ()))
        except KeyError as error:
            raise DataError(f"{path.name}: question {number} lacks {error}; add it") from None
        if asked.expect not in ("answer", "person", "unknown") or (asked.expect == "answer" and not asked.facts):
            raise DataError(f"{path.name}: question {number} needs expect = answer with facts, person or unknown")
        found.append(asked)
    return found


def paraphrases(path: Path) -> Paraphrases:
    """The groups, near-misses and strangers of a file.

    Raises:
        DataError: an entry lacks something, or a group has no question left to ask.
    """
    raw = _read(path)
    try:
        groups = [Paraphrased(one["answer"], one["asked"]) for one in raw["group"]]
        near = [NearMiss(one["taught"], one["asked"]) for one in raw.get("near_miss", ())]
        strangers = [one["text"] for one in raw.get("stranger", ())]
    except KeyError as error:
        raise DataError(f"{path.name}: an entry lacks {error}; add it") from None
    if any(len(group.asked) <= TAUGHT for group in groups):
        raise DataError(f"{path.name}: a group needs more than {TAUGHT} questions; the first {TAUGHT} are taught")
    return Paraphrases(groups, near, strangers)


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise DataError(f"{path}: {error}; give a TOML file of this kind") from None
