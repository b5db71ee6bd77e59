"""Feedback scores and conversation scores."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa

from mhc_core.db.queries.days import within
from mhc_core.db.queries.privacy import REDACTED
from mhc_core.db.rows.feedback import FeedbackSignals
from mhc_core.db.rows.scoring import FinishedConversation, Score
from mhc_core.db.tables import conversation_scores, conversations, feedback, messages
from mhc_core.protocols import Turn


class FeedbackRow(NamedTuple):
    """One piece of feedback, without its comment's text."""

    id: UUID
    conversation_id: UUID
    signals: FeedbackSignals


def _signals(row: Any) -> FeedbackSignals:
    return FeedbackSignals(row.vote, row.stars, row.helpful, row.accurate, row.comment_chars)


_SIGNAL_COLUMNS = (
    feedback.c.vote,
    feedback.c.stars,
    feedback.c.helpful,
    feedback.c.accurate,
    sa.func.coalesce(sa.func.length(feedback.c.comment), 0).label("comment_chars"),
)


def feedback_of_day(connection: sa.Connection, day: date) -> list[FeedbackRow]:
    """Feedback given on a day."""
    rows = connection.execute(
        sa.select(feedback.c.id, feedback.c.conversation_id, *_SIGNAL_COLUMNS).where(within(feedback.c.given_at, day))
    )
    return [FeedbackRow(row.id, row.conversation_id, _signals(row)) for row in rows]


def save_feedback_scores(connection: sa.Connection, scores: Sequence[tuple[UUID, float]]) -> int:
    """Write scores by feedback id; returns how many rows changed."""
    if not scores:
        return 0
    new = (
        sa.func.unnest(
            sa.bindparam("ids", [identifier for identifier, _ in scores], sa.ARRAY(sa.UUID)),
            sa.bindparam("scores", [value for _, value in scores], sa.ARRAY(sa.REAL)),
        )
        .table_valued(sa.column("id", sa.UUID), sa.column("score", sa.REAL))
        .render_derived()
    )
    changed = connection.execute(
        sa.update(feedback)
        .values(score=new.c.score)
        .where(feedback.c.id == new.c.id, feedback.c.score.is_distinct_from(new.c.score))
    )
    return changed.rowcount


def pending(connection: sa.Connection, day: date, scorer: str) -> list[FinishedConversation]:
    """Finished conversations started on a day that have no score of ``scorer`` newer than all they rest on."""
    given = (
        sa.select(feedback.c.conversation_id, sa.func.max(feedback.c.created_at).label("at"))
        .join(conversations, conversations.c.id == feedback.c.conversation_id)
        .where(within(conversations.c.started_at, day))
        .group_by(feedback.c.conversation_id)
        .cte("given")
    )
    rows = connection.execute(
        sa.select(conversations.c.id, conversations.c.outcome)
        .outerjoin(conversation_scores, conversation_scores.c.conversation_id == conversations.c.id)
        .outerjoin(given, given.c.conversation_id == conversations.c.id)
        .where(
            within(conversations.c.started_at, day),
            conversations.c.status != "active",
            ~conversations.c.channel_metadata.has_key(REDACTED),
            sa.or_(
                conversation_scores.c.scored_at.is_(None),
                conversation_scores.c.scorer != scorer,
                conversation_scores.c.scored_at < conversations.c.updated_at,
                conversation_scores.c.scored_at < given.c.at,
            ),
        )
        .order_by(conversations.c.id)
    ).all()
    ids = [row.id for row in rows]
    turns: dict[UUID, list[Turn]] = {identifier: [] for identifier in ids}
    signals: dict[UUID, list[FeedbackSignals]] = {identifier: [] for identifier in ids}
    wanted = sa.any_(sa.bindparam("ids", ids, sa.ARRAY(sa.UUID)))
    for message in connection.execute(
        sa.select(messages.c.conversation_id, messages.c.role, messages.c.content)
        .where(messages.c.conversation_id == wanted)
        .order_by(messages.c.conversation_id, messages.c.position)
    ):
        turns[message.conversation_id].append(Turn(message.role, message.content))
    for row in connection.execute(
        sa.select(feedback.c.conversation_id, *_SIGNAL_COLUMNS)
        .where(feedback.c.conversation_id == wanted)
        .order_by(feedback.c.id)
    ):
        signals[row.conversation_id].append(_signals(row))
    return [FinishedConversation(row.id, row.outcome, tuple(turns[row.id]), tuple(signals[row.id])) for row in rows]


def save_scores(connection: sa.Connection, scores: Sequence[tuple[UUID, Score]], scorer: str, now: datetime) -> None:
    """Insert or replace conversation scores."""
    if not scores:
        return
    connection.execute(
        sa.text("""
            insert into ai.conversation_scores as stored
                (conversation_id, score, feedback, outcome, coherence, sentiment, efficiency, weights, scorer,
                 scored_at)
            select n.id, n.score, n.feedback, n.outcome, n.coherence, n.sentiment, n.efficiency, n.weights,
                   :scorer, :now
            from jsonb_to_recordset(cast(:scores as jsonb))
                 n(id uuid, score real, feedback real, outcome real, coherence real, sentiment real, efficiency real,
                   weights jsonb)
            on conflict (conversation_id) do update set
                score = excluded.score, feedback = excluded.feedback, outcome = excluded.outcome,
                coherence = excluded.coherence, sentiment = excluded.sentiment, efficiency = excluded.efficiency,
                weights = excluded.weights, scorer = excluded.scorer, scored_at = excluded.scored_at
        """),
        {
            "scorer": scorer,
            "now": now,
            "scores": json.dumps(
                [
                    {"id": str(found), "score": score.value, "weights": dict(score.weights), **asdict(score.factors)}
                    for found, score in scores
                ]
            ),
        },
    )


class ScoreSummary(NamedTuple):
    """The scores of one day."""

    conversations: int
    scored: int
    out_of_range: int
    mean: float | None
    at_threshold: int


def summary(connection: sa.Connection, day: date, threshold: float) -> ScoreSummary:
    """Counts over the finished conversations of a day."""
    score = conversation_scores.c.score
    row = connection.execute(
        sa.select(
            sa.func.count(),
            sa.func.count(score),
            sa.func.count().filter(sa.or_(score < 0, score > 1, score == sa.text("'NaN'::real"))),
            sa.func.avg(score),
            sa.func.count().filter(score >= threshold),
        )
        .select_from(conversations)
        .outerjoin(conversation_scores, conversation_scores.c.conversation_id == conversations.c.id)
        .where(within(conversations.c.started_at, day), conversations.c.status != "active")
    ).one()
    return ScoreSummary(*row)
