"""Public human ratings as the benchmark reads them. Files stay where they are; nothing is kept.

- ``feedback_answer_ratings_*.jsonl.gz``: one answer to one question, rated 1 to 5 for accuracy and appropriateness by
  several people. Rows without a question are left out: a conversation score needs both sides.
- ``feedback_votes_taskmaster*.jsonl.gz``: one step of an assistant (words or a tool call) with the talk before it and
  one person's thumb.
- ``conversations_star*.jsonl.gz``: whole conversations with their outcome and the customer's closing verdict.
"""

import gzip
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from mhc_core.collection.importing.fields import outcome_of
from mhc_core.errors import DataError
from mhc_core.protocols import Turn


@dataclass(frozen=True, slots=True)
class RatedTalk:
    """A talk and what people said of it.

    ``raters`` holds one overall mark a person, 1 to 5 where marks were given, 0 or 1 where a thumb or a yes or no was;
    ``accuracy`` and ``appropriateness`` the two marks it is the mean of, where there are two. Talks of one ``cluster``
    depend on each other; ``task`` is what the customers came for, empty where it makes no difference.
    """

    turns: tuple[Turn, ...]
    outcome: str | None
    raters: tuple[float, ...]
    liked: bool
    cluster: str
    task: str
    accuracy: tuple[float, ...] = ()
    appropriateness: tuple[float, ...] = ()


def answers(path: Path) -> list[RatedTalk]:
    """Rated answers, clustered by question. Liked is a mean of at least 4 in accuracy and in appropriateness."""
    found = []
    for row in _rows(path):
        with _explained(path):
            if row["question"] is None:
                continue
            accuracy = tuple(float(mark) for mark in row["ratings"]["accuracy"])
            fitting = tuple(float(mark) for mark in row["ratings"]["appropriateness"])
            overall = tuple((one + other) / 2 for one, other in zip(accuracy, fitting, strict=True))
            found.append(
                RatedTalk(
                    (Turn("user", row["question"]), Turn("assistant", row["answer"])),
                    None,
                    overall,
                    min(sum(accuracy) / len(accuracy), sum(fitting) / len(fitting)) >= 4,
                    row["item"],
                    row["source"],
                    accuracy,
                    fitting,
                )
            )
    return found


def votes(path: Path) -> list[RatedTalk]:
    """Voted steps with the talk before them, the voted step last.

    The file has no conversation ids. All steps whose talk has the same task and the same first customer message are one
    cluster: talks that only begin alike are held together too, no talk is ever cut in two.
    """
    found = []
    for row in _rows(path):
        with _explained(path):
            context = tuple(Turn(turn["role"], said(turn)) for turn in row["context"])
            liked = {"up": True, "down": False}[row["vote"]]
            found.append(
                RatedTalk(
                    (*context, Turn("assistant", said(row["response"]))),
                    None,
                    (float(liked),),
                    liked,
                    f"{row['domain']}: {opening(context) or row['id']}",
                    row["domain"],
                )
            )
    return found


def verdicts(path: Path) -> list[RatedTalk]:
    """Finished conversations with the customer's yes or no at the end, clustered by customer."""
    found = []
    for row in _rows(path):
        with _explained(path):
            helpful = (row.get("feedback") or {}).get("helpful")
            if helpful is None:
                continue
            found.append(
                RatedTalk(
                    tuple(Turn(turn["role"], turn["content"]) for turn in row["messages"]),
                    outcome_of(row.get("outcome")),
                    (float(helpful),),
                    bool(helpful),
                    row.get("customer_id") or row["id"],
                    "",
                )
            )
    return found


def opening(turns: Sequence[Turn]) -> str:
    """The words of the first customer message, in lower case; empty where there is none."""
    first = next((turn.content for turn in turns if turn.role == "user"), "")
    return " ".join(re.findall(r"\w+", first.lower()))


def said(turn: Mapping[str, Any]) -> str:
    """What a turn says; a tool call or its result as the words it is made of."""
    return turn.get("content") or _flat(turn.get("tool_call") or turn.get("tool_result") or "")


def _flat(value: Any) -> str:
    if isinstance(value, Mapping):
        return " ".join(f"{name} {_flat(part)}" for name, part in value.items())
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(_flat(part) for part in value)
    return str(value)


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    try:
        with gzip.open(path) as file:
            for line in file:
                yield orjson.loads(line)
    except (OSError, EOFError, orjson.JSONDecodeError):
        raise DataError(f"{path.name} cannot be read as gzipped JSON lines; fetch it again") from None


class _explained:
    """Turns a record of another shape into an error that names the file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> None:
        return

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None and issubclass(kind, (KeyError, TypeError, ValueError, AttributeError)):
            raise DataError(f"{self._path.name} holds a record of another shape; fetch it again") from None
