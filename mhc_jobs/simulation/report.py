"""What a simulated week came to, and how sure its share is."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from math import hypot
from typing import Any


@dataclass(frozen=True, slots=True)
class Example:
    """A question with the answer given, and whether it met the need."""

    question: str
    answer: str
    met: bool


@dataclass(frozen=True, slots=True)
class Candidate:
    """What was trained in a week and what became of it. ``gain`` is the difference in similarity and its interval."""

    model: str
    sabotaged: bool
    verdict: str
    questions: int
    gain: tuple[float, float, float]
    promoted: bool


@dataclass(frozen=True, slots=True)
class Reader:
    """The version of understanding trained in a week, and what became of it."""

    version: str
    sabotaged: bool
    verdict: str
    messages: int
    promoted: bool


@dataclass(frozen=True, slots=True)
class Read:
    """How the live version of understanding read a week's messages; ``right`` counts those without any fault.

    ``held_out`` are the measures of that version on the messages that versions are judged on, ``corrections`` those of
    all weeks so far, ``candidate`` what was learned from them afterwards.
    """

    version: str
    messages: int
    right: int
    slots_f1: float
    topics: float
    held_out: Mapping[str, float]
    corrections: int
    candidate: Reader | None


@dataclass(frozen=True, slots=True)
class Week:
    """One week: what customers met, under which model, and what the pipeline made of it afterwards."""

    number: int
    conversations: int
    met: int
    handed_over: int
    production: str
    articles: int
    approved_answers: int
    candidate: Candidate | None
    examples: Sequence[Example]
    seconds: float
    read: Read | None = None


def wilson(met: int, asked: int) -> tuple[float, float]:
    """The 95 % score interval of a share (Wilson 1927)."""
    from scipy.stats import binomtest

    found = binomtest(met, asked).proportion_ci(0.95, method="wilson")
    return float(found.low), float(found.high)


def difference(first: tuple[int, int], last: tuple[int, int]) -> tuple[float, float, float]:
    """Last minus first share, each as (met, asked), with its 95 % interval (Newcombe 1998, method 10)."""
    one, other = first[0] / first[1], last[0] / last[1]
    one_low, one_high = wilson(*first)
    other_low, other_high = wilson(*last)
    gain = other - one
    return gain, gain - hypot(other - other_low, one_high - one), gain + hypot(other_high - other, one - one_low)


def document(weeks: Sequence[Week], seed: int, customers: int) -> dict[str, Any]:
    """The whole report as JSON. ``sabotage`` is none while no spoiled candidate was offered."""
    first, last = weeks[0], weeks[-1]
    gain, low, high = difference((first.met, first.conversations), (last.met, last.conversations))
    offered = [week.candidate for week in weeks if week.candidate is not None and week.candidate.sabotaged]
    return {
        "seed": seed,
        "customers_a_week": customers,
        "weeks": [_shown(week) for week in weeks],
        "last_minus_first": {"difference": gain, "low": low, "high": high},
        "rises": low > 0,
        "sabotaged_candidate": {
            "offered": bool(offered),
            "passed": any(candidate.promoted or candidate.verdict == "promote" for candidate in offered),
        },
        "understanding": _understanding([week.read for week in weeks if week.read is not None]),
    }


def _understanding(weeks: Sequence[Read]) -> dict[str, Any] | None:
    """How reading changed from the first week to the last; None where no messages were read."""
    if not weeks:
        return None
    gain, low, high = difference(*((week.right, week.messages) for week in (weeks[0], weeks[-1])))
    offered = [week.candidate for week in weeks if week.candidate is not None and week.candidate.sabotaged]
    return {
        "last_minus_first": {"difference": gain, "low": low, "high": high},
        "rises": low > 0,
        "sabotaged_candidate": {
            "offered": bool(offered),
            "passed": any(found.promoted or found.verdict == "promote" for found in offered),
        },
    }


def _shown(week: Week) -> dict[str, Any]:
    low, high = wilson(week.met, week.conversations)
    return {**asdict(week), "share_met": week.met / week.conversations, "low": low, "high": high}
