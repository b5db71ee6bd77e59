"""Reads a week from the tables."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any, Self
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from mhc_core.db.queries import evaluation, versions, weekly
from mhc_core.db.queries.weekly import Learned, Move
from mhc_core.errors import DataError
from mhc_core.monitoring import unanswered
from mhc_core.monitoring.unanswered import Group
from mhc_core.monitoring.weekly import advice
from mhc_core.monitoring.weekly.advice import Worth
from mhc_core.monitoring.weekly.figures import Figure, Measured, figures, median_shares

_INTENTS = 5


@dataclass(frozen=True, slots=True)
class Week:
    """A week of the business, Monday to Sunday."""

    start: datetime
    end: datetime

    @classmethod
    def before(cls, now: datetime, zone: ZoneInfo) -> Self:
        """The last full week before ``now``."""
        today = now.astimezone(zone)
        monday = (today - timedelta(days=today.weekday())).replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
        return cls(monday - timedelta(days=7), monday)

    @classmethod
    def named(cls, name: str, zone: ZoneInfo) -> Self:
        """The week of a name such as 2026-W10.

        Raises:
            DataError: there is no such week.
        """
        try:
            monday = datetime.strptime(f"{name}-1", "%G-W%V-%u").replace(tzinfo=zone)
        except ValueError:
            raise DataError(f"{name!r} is no week; write one such as 2026-W10") from None
        return cls(monday, monday + timedelta(days=7))

    @property
    def name(self) -> str:
        """Such as 2026-W10."""
        year, number, _ = self.start.isocalendar()
        return f"{year}-W{number:02d}"


@dataclass(frozen=True, slots=True)
class Day:
    """One day, in ISO form, with its conversations and how many were handed over."""

    day: str
    conversations: int
    escalated: int


@dataclass(frozen=True, slots=True)
class Moved:
    """A version that went live, and whether that took another one back."""

    kind: str
    version: str
    by: str
    day: str
    rolled_back: bool


@dataclass(frozen=True, slots=True)
class Unanswered:
    """Questions without an approved answer about one thing."""

    intent: str
    questions: int


@dataclass(frozen=True, slots=True)
class Report:
    """A week. Days are the fourteen of this week and the one before; counts of both weeks stand side by side."""

    business: str
    week: str
    first: str
    last: str
    zone: str
    conversations: tuple[int, int]
    figures: Sequence[Figure]
    days: Sequence[Day]
    learned: tuple[Learned, Learned]
    moves: Sequence[Moved]
    live: dict[str, str]
    evaluation: str | None
    waiting_questions: int
    unanswered: Sequence[Unanswered]
    worth_doing: Sequence[Worth]

    def as_json(self) -> dict[str, Any]:
        """As it is kept."""
        return asdict(self) | {"learned": [one._asdict() for one in self.learned]}

    @classmethod
    def of_json(cls, kept: dict[str, Any]) -> Self:
        """A report that was kept."""
        return cls(
            **kept
            | {
                "conversations": tuple(kept["conversations"]),
                "figures": [
                    Figure(**one | {"this": Measured(**one["this"]), "before": Measured(**one["before"])})
                    for one in kept["figures"]
                ],
                "days": [Day(**one) for one in kept["days"]],
                "learned": tuple(Learned(**one) for one in kept["learned"]),
                "moves": [Moved(**one) for one in kept["moves"]],
                "unanswered": [Unanswered(**one) for one in kept["unanswered"]],
                "worth_doing": [Worth(**one) for one in kept["worth_doing"]],
            }
        )


def report(connection: sa.Connection, business: str, week: Week, now: datetime) -> Report:
    """The report of a week."""
    before = Week(datetime.combine(week.start.date() - timedelta(days=7), week.start.timetz()), week.start)
    sums = [weekly.sums(connection, each.start, each.end) for each in (week, before)]
    times = [
        weekly.answer_times(connection, each.start, each.end, median_shares(found.answers))
        for each, found in zip((week, before), sums, strict=True)
    ]
    latest = evaluation.latest(connection)
    questions = unanswered.groups(connection, unanswered.NEWEST)
    return Report(
        business=business,
        week=week.name,
        first=week.start.date().isoformat(),
        last=(week.end.date() - timedelta(days=1)).isoformat(),
        zone=str(week.start.tzinfo),
        conversations=(sums[0].conversations, sums[1].conversations),
        figures=figures(*sums, *times),
        days=[
            Day(one.day.isoformat(), one.conversations, one.escalated)
            for one in weekly.by_day(connection, before.start, week.end)
        ],
        learned=(
            weekly.learned(connection, week.start, week.end),
            weekly.learned(connection, before.start, before.end),
        ),
        moves=moved(weekly.moves(connection, week.end), week),
        live={kind: versions.live(connection, kind) or "none" for kind in ("model", "knowledge", "understanding")},
        evaluation=None
        if latest is None
        else f"{latest.verdict} for {latest.candidate_id}: difference {latest.difference:+.3f} "
        f"[{latest.interval_low:+.3f} to {latest.interval_high:+.3f}] on {latest.questions:,} questions",
        waiting_questions=sum(len(group.questions) for group in questions),
        unanswered=_by_intent(questions),
        worth_doing=advice.worth_doing(connection, questions, week.start, week.end, now),
    )


def _by_intent(groups: Sequence[Group]) -> list[Unanswered]:
    """What most of the questions are about."""
    counted = Counter(question.intent for group in groups for question in group.questions)
    return [Unanswered(intent, count) for intent, count in counted.most_common(_INTENTS)]


def moved(moves: Sequence[Move], week: Week) -> list[Moved]:
    """The moves of the week among all moves so far; the log of an alias is a stack (``db.queries.versions``)."""
    found: list[Moved] = []
    stacks: dict[tuple[str, str], list[str]] = {}
    for move in moves:
        stack = stacks.setdefault((move.kind, move.alias), [])
        back = len(stack) > 1 and stack[-2] == move.version_id
        if back:
            stack.pop()
        else:
            stack.append(move.version_id)
        if week.start <= move.moved_at < week.end:
            day: date = move.moved_at.astimezone(week.start.tzinfo).date()
            found.append(Moved(move.kind, move.version_id, move.moved_by, day.isoformat(), back))
    return found
