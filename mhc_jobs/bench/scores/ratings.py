"""Public human ratings as the benchmark reads them. Files stay where they are; nothing is kept.

- ``feedback_answer_ratings_*.jsonl.gz``: one answer to one question, rated 1 to 5 for accuracy and appropriateness by
  several people. Rows without a question are left out: a conversation score needs both sides.
- ``feedback_votes_taskmaster*.jsonl.gz``: one step of an assistant (words or a tool call) with the talk before it and
  one person's thumb.
- ``conversations_star*.jsonl.gz``: whole conversations with their outcome and the customer's closing verdict.
- any other file: conversations in the format of ``mhc import``, with a satisfaction, stars, a vote or a verdict.
"""

import gzip
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from mhc_core.collection.importing.fields import ROLE_SPELLINGS, outcome_of, text_of
from mhc_core.errors import DataError
from mhc_core.protocols import Turn
from mhc_core.vocabulary import Outcome


@dataclass(frozen=True, slots=True)
class RatedTalk:
    """A talk and what people said of it.

    ``raters`` holds one overall mark a person, 1 to 5 where marks were given, 0 or 1 where a thumb or a yes or no was;
    ``accuracy`` and ``appropriateness`` the two marks it is the mean of, where there are two. Talks of one ``cluster``
    depend on each other; ``task`` is what the customers came for, empty where it makes no difference. ``pleased`` is
    what was said as a share, 0 to 1; with the outcome, where people rarely say no.
    """

    turns: tuple[Turn, ...]
    outcome: str | None
    raters: tuple[float, ...]
    liked: bool
    cluster: str
    task: str
    accuracy: tuple[float, ...] = ()
    appropriateness: tuple[float, ...] = ()
    pleased: float = 0.0


def answers(path: Path) -> list[RatedTalk]:
    """Rated answers, clustered by question. Liked is a mean of at least 4 in accuracy and in appropriateness."""
    found = []
    for row in rows(path):
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
                    sum(min(one, other) >= 4 for one, other in zip(accuracy, fitting, strict=True)) / len(overall),
                )
            )
    return found


def votes(path: Path) -> list[RatedTalk]:
    """Voted steps with the talk before them, the voted step last.

    The file has no conversation ids. All steps whose talk has the same task and the same first customer message are one
    cluster: talks that only begin alike are held together too, no talk is ever cut in two.
    """
    found = []
    for row in rows(path):
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
                    pleased=float(liked),
                )
            )
    return found


def verdicts(path: Path) -> list[RatedTalk]:
    """Finished conversations with the customer's yes or no at the end, clustered by customer."""
    found = []
    for row in rows(path):
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
                    pleased=(float(helpful) + (outcome_of(row.get("outcome")) in _ENDED_WELL)) / 2,
                )
            )
    return found


def conversations(path: Path) -> dict[str, list[RatedTalk]]:
    """The rated conversations of a file in the format of ``mhc import``, by source; others are left out.

    The rating is the satisfaction (any number), else stars, else whether a vote or verdict was good.

    Raises:
        DataError: the file cannot be read.
    """
    found: dict[str, list[RatedTalk]] = {}
    for row in rows(path):
        with _explained(path):
            rating = _rating(row)
            turns = tuple(
                Turn("user" if ROLE_SPELLINGS.get(turn["role"]) == "user" else "assistant", text_of(turn["content"]))
                for turn in row["messages"]
                if ROLE_SPELLINGS.get(turn["role"]) != "system" and text_of(turn.get("content")).strip()
            )
            if rating is None or not turns:
                continue
            talk = RatedTalk(
                turns,
                outcome_of(row.get("outcome")),
                (rating,),
                rating >= (4 if rating > 1 else 1),
                row.get("customer_id") or str(row["id"]),
                row["intent"] if isinstance(row.get("intent"), str) else "",
            )
            found.setdefault(str(row.get("source") or path.name), []).append(talk)
    return found


def _rating(row: Mapping[str, Any]) -> float | None:
    given = row.get("feedback") or {}
    for mark in (row.get("satisfaction"), given.get("satisfaction"), given.get("stars"), row.get("stars")):
        if isinstance(mark, int | float) and not isinstance(mark, bool):
            return float(mark)
        if isinstance(mark, list) and mark:
            return sum(map(float, mark)) / len(mark)
        if isinstance(mark, str) and mark.strip():
            return float(mark)
    if given.get("vote") is not None:
        return float(given["vote"] == "up")
    verdicts = [given[name] for name in ("helpful", "accurate") if given.get(name) is not None]
    return float(all(verdicts)) if verdicts else None


_ENDED_WELL = (Outcome.BOOKED, Outcome.RESOLVED)


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


def rows(path: Path) -> Iterator[dict[str, Any]]:
    """The records of a file of JSON lines, gzipped or not.

    Raises:
        DataError: it is no such file.
    """
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            for line in file:
                yield orjson.loads(line)
    except (OSError, EOFError, orjson.JSONDecodeError):
        raise DataError(f"{path.name} cannot be read as JSON lines; fetch it again") from None


class _explained:
    """Turns a record of another shape into an error that names the file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> None:
        return

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None and issubclass(kind, (KeyError, TypeError, ValueError, AttributeError)):
            raise DataError(f"{self._path.name} holds a record of another shape; fetch it again") from None
