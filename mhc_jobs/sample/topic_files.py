"""What customers ask and how it is answered, read from ``topics/*.toml`` (one file an intent)."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from mhc_core.vocabulary import Intent
from mhc_jobs.sample.wording import Template, templates


@dataclass(frozen=True, slots=True)
class WrongAnswer:
    """A plausible mistake, and what kind of mistake a colleague would call it."""

    text: Template
    why: str


@dataclass(frozen=True, slots=True)
class FollowUp:
    """A question that only makes sense after the one before; ``change`` names what is different now."""

    asks: tuple[Template, ...]
    answers: tuple[Template, ...]
    change: str


@dataclass(frozen=True, slots=True)
class Topic:
    """One thing customers ask about. ``escalate`` is the hand-over reason where a person must take it."""

    key: str
    intent: Intent
    weight: float
    asks: tuple[Template, ...]
    answers: tuple[Template, ...]
    wrong: tuple[WrongAnswer, ...]
    follow_ups: tuple[FollowUp, ...]
    agent: tuple[Template, ...]
    party: str
    escalate: str
    sales: bool
    identity: bool


@cache
def topics() -> tuple[Topic, ...]:
    """All topics, in the order of the files."""
    folder = Path(__file__).parent / "topics"
    return tuple(
        _topic(Intent(file.stem), raw)
        for file in sorted(folder.glob("*.toml"))
        for raw in tomllib.loads(file.read_text("utf-8"))["topic"]
    )


def _topic(intent: Intent, raw: dict[str, Any]) -> Topic:
    return Topic(
        key=raw["key"],
        intent=intent,
        weight=raw["weight"],
        asks=templates(raw["asks"]),
        answers=templates(raw["answers"]),
        wrong=tuple(WrongAnswer(Template(item["text"]), item["why"]) for item in raw.get("wrong", ())),
        follow_ups=tuple(
            FollowUp(templates(item["asks"]), templates(item["answers"]), item.get("change", ""))
            for item in raw.get("follow", ())
        ),
        agent=templates(raw.get("agent", ())),
        party=raw.get("party", ""),
        escalate=raw.get("escalate", ""),
        sales=raw.get("sales", False),
        identity=raw.get("identity", False),
    )
