"""Three things worth doing: what waits or went wrong, by how many conversations it concerns."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from mhc_core.db.queries import alerts, article_figures, handover, review, weekly
from mhc_core.monitoring.unanswered import Group

AT_MOST = 3
_FEW = 3
"""Fewer like questions, hand-overs or dislikes are chance."""
_QUEUE = 1000


@dataclass(frozen=True, slots=True)
class Worth:
    """Something to do: why, how many conversations it concerns, and the page of the console where to do it."""

    title: str
    why: str
    concerns: int
    link: str


def worth_doing(
    connection: sa.Connection, questions: Sequence[Group], start: datetime, end: datetime, now: datetime
) -> list[Worth]:
    """At most three, those that concern most first."""
    found = [
        *_to_write(questions),
        *_to_look_into(connection, start, end),
        *_to_revise(connection, start),
        *_waiting(connection, now),
    ]
    return sorted(found, key=lambda one: -one.concerns)[:AT_MOST]


def _to_write(questions: Sequence[Group]) -> Iterator[Worth]:
    if questions and len(questions[0].questions) >= _FEW:
        count, about = len(questions[0].questions), questions[0].questions[0].intent
        yield Worth(
            f"Write an article about {about}",
            f"{count} like questions have no approved answer; the page shows them with a draft",
            count,
            "/knowledge",
        )


def _to_look_into(connection: sa.Connection, start: datetime, end: datetime) -> Iterator[Worth]:
    for one in weekly.handed_over(connection, start, end)[:1]:
        if one.escalated >= _FEW:
            yield Worth(
                f"Read what was handed over about {one.intent}",
                f"{one.escalated} of {one.conversations} conversations about it went to a person, more than of any "
                "other intent",
                one.escalated,
                "/inbox",
            )


def _to_revise(connection: sa.Connection, start: datetime) -> Iterator[Worth]:
    disliked = [one for one in article_figures.articles(connection, "day", start) if one.disliked >= _FEW]
    for one in sorted(disliked, key=lambda article: -article.disliked)[:1]:
        if one.disliked > one.liked:
            yield Worth(
                f"Revise article {one.id}",
                f"answers from it were disliked {one.disliked} times and liked {one.liked} times, of {one.used}",
                one.disliked,
                f"/knowledge/{one.id}",
            )


def _waiting(connection: sa.Connection, now: datetime) -> Iterator[Worth]:
    if pending := review.length(connection):
        yield Worth(
            f"Decide {pending:,} answers in the review", "nothing learns from them until then", pending, "/review"
        )
    if waiting := len(handover.waiting(connection, None, _QUEUE)):
        yield Worth(f"Answer {waiting:,} customers who wait for a person", "they were handed over", waiting, "/inbox")
    open_alerts = [one for one in alerts.unresolved(connection, now) if one.acknowledged_at is None]
    if open_alerts:
        yield Worth(f"Look at {len(open_alerts)} open alerts", open_alerts[0].title, _FEW * len(open_alerts), "/alerts")
