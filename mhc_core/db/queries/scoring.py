"""Feedback scores and conversation scores."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa

from mhc_core.db.queries.days import END, within
from mhc_core.db.queries.privacy import REDACTED
from mhc_core.db.rows.feedback import FeedbackSignals
from mhc_core.db.rows.scoring import FinishedConversation, RatedFeatures, Score
from mhc_core.db.tables import conversation_scores, conversations, feedback, messages
from mhc_core.protocols import Turn
from mhc_core.vocabulary import Intent


class FeedbackRow(NamedTuple):
    """One piece of feedback. ``comment`` is raw text."""

    id: UUID
    signals: FeedbackSignals
    comment: str | None


class FeedbackScore(NamedTuple):
    """What a piece of feedback is worth, 0..1, and how pleased its comment sounds, -1..1."""

    id: UUID
    score: float
    comment_polarity: float | None


def _signals(row: Any) -> FeedbackSignals:
    return FeedbackSignals(row.vote, row.stars, row.helpful, row.accurate, row.comment_chars, row.comment_polarity)


_SIGNAL_COLUMNS = (
    feedback.c.vote,
    feedback.c.stars,
    feedback.c.helpful,
    feedback.c.accurate,
    sa.func.coalesce(sa.func.length(feedback.c.comment), 0).label("comment_chars"),
    feedback.c.comment_polarity,
)


def feedback_of_day(connection: sa.Connection, day: date) -> list[FeedbackRow]:
    """Feedback given on a day."""
    rows = connection.execute(
        sa.select(feedback.c.id, feedback.c.comment, *_SIGNAL_COLUMNS).where(within(feedback.c.given_at, day))
    )
    return [FeedbackRow(row.id, _signals(row), row.comment) for row in rows]


def save_feedback_scores(connection: sa.Connection, scores: Sequence[FeedbackScore]) -> int:
    """Write scores; returns how many rows changed.

    A conversation is scored again when the words of a comment on it turn out to say something.
    """
    if not scores:
        return 0
    return int(
        connection.execute(
            sa.text("""
                with new as (
                    select * from unnest(cast(:ids as uuid[]), cast(:scores as real[]), cast(:polarities as real[]))
                        n(id, score, polarity)
                ), changed as (
                    update ai.feedback f set score = n.score, comment_polarity = n.polarity
                    from new n, ai.feedback before
                    where f.id = n.id and before.id = n.id
                      and (f.score, f.comment_polarity) is distinct from (n.score, n.polarity)
                    returning f.conversation_id, f.comment_polarity is distinct from before.comment_polarity as heard
                ), told as (
                    update ai.conversation_scores s set scorer = ''
                    where s.conversation_id in (select conversation_id from changed where heard)
                )
                select count(*) from changed
            """),
            {
                "ids": [row.id for row in scores],
                "scores": [row.score for row in scores],
                "polarities": [row.comment_polarity for row in scores],
            },
        ).scalar_one()
    )


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
        sa.select(conversations.c.id, conversations.c.outcome, conversations.c.intent, conversations.c.channel)
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
    wanted_something: dict[UUID, str] = {}
    for message in connection.execute(
        sa.select(messages.c.conversation_id, messages.c.role, messages.c.content, messages.c.intent)
        .where(messages.c.conversation_id == wanted)
        .order_by(messages.c.conversation_id, messages.c.position)
    ):
        turns[message.conversation_id].append(Turn(message.role, message.content))
        if message.role == "user" and message.intent != Intent.SMALLTALK:
            wanted_something.setdefault(message.conversation_id, message.intent or Intent.OTHER)
    for row in connection.execute(
        sa.select(feedback.c.conversation_id, *_SIGNAL_COLUMNS)
        .where(feedback.c.conversation_id == wanted)
        .order_by(feedback.c.id)
    ):
        signals[row.conversation_id].append(_signals(row))
    return [
        FinishedConversation(
            row.id,
            row.outcome,
            tuple(turns[row.id]),
            tuple(signals[row.id]),
            row.intent or wanted_something.get(row.id),
            row.id in wanted_something,
            row.channel,
        )
        for row in rows
    ]


def usual_lengths(connection: sa.Connection, day: date) -> dict[str, tuple[float, int]]:
    """Median messages and number of the latest 2,000 finished conversations of each intent before a day's end.

    Those of all intents stand under the empty name.
    """
    rows = connection.execute(
        sa.text(f"""
            with latest as (
                select id, intent from ai.conversations where started_at < {END} and status <> 'active'
                order by started_at desc, id limit 2000
            ), counted as (
                select coalesce(l.intent, (array_agg(m.intent order by m.position) filter (
                           where m.role = 'user' and m.intent <> 'smalltalk'))[1]) as intent,
                       count(*) as messages
                from latest l join ai.messages m on m.conversation_id = l.id
                group by l.id, l.intent
            )
            select coalesce(intent, ''), percentile_cont(0.5) within group (order by messages), count(*)
            from counted group by grouping sets ((intent), ()) having grouping(intent) = 1 or intent is not null
        """),
        {"day": day},
    )
    return {row[0]: (float(row[1]), int(row[2])) for row in rows if row[2]}  # of nothing at all there is one row


def rated(connection: sa.Connection, limit: int) -> list[RatedFeatures]:
    """The latest conversations that customers rated, oldest first, with what the learned score sees of them.

    They are looked for among the latest ``4 * limit`` ratings, however many there are.

    What was said is the mean of stars and verdicts, the lower of both for each person, 0 to 1. ``unrated_score`` is the
    weighted score without the people's opinion.
    """
    rows = connection.execute(
        sa.text("""
            with newest as (
                select distinct conversation_id from (
                    select conversation_id from ai.feedback where verdict is not null or stars is not null
                    order by given_at desc limit 4 * :limit) f
            ), said as (
                select f.conversation_id, max(f.given_at) as at,
                       avg(least((f.stars - 1) / 4.0, case f.verdict when 'up' then 1.0 when 'down' then 0.0 end))
                           as truth
                from newest join ai.feedback f on f.conversation_id = newest.conversation_id
                where f.verdict is not null or f.stars is not null group by f.conversation_id
            ), latest as (
                select coalesce(c.customer_id, cast(c.id as text)) as customer, s.*, said.truth, said.at
                from said
                join ai.conversation_scores s on s.conversation_id = said.conversation_id and s.features <> '{}'
                join ai.conversations c on c.id = said.conversation_id
                order by said.at desc, c.id limit :limit
            )
            select customer, features, cast(truth as float8), case when weights ? 'feedback'
                       and cast(weights ->> 'feedback' as float8) < 1
                   then (score - cast(weights ->> 'feedback' as float8) * feedback)
                        / (1 - cast(weights ->> 'feedback' as float8))
                   else score end
            from latest order by at, conversation_id
        """),
        {"limit": limit},
    )
    return [RatedFeatures(*row) for row in rows]


def save_scores(connection: sa.Connection, scores: Sequence[tuple[UUID, Score]], scorer: str, now: datetime) -> None:
    """Insert or replace conversation scores."""
    if not scores:
        return
    connection.execute(
        sa.text("""
            insert into ai.conversation_scores as stored
                (conversation_id, score, low, high, learned, features, feedback, outcome, coherence, sentiment,
                 efficiency, weights, scorer, scored_at)
            select n.id, n.score, n.low, n.high, n.learned, n.features, n.feedback, n.outcome, n.coherence,
                   n.sentiment, n.efficiency, n.weights, :scorer, :now
            from jsonb_to_recordset(cast(:scores as jsonb))
                 n(id uuid, score real, low real, high real, learned real, features real[], feedback real,
                   outcome real, coherence real, sentiment real, efficiency real, weights jsonb)
            on conflict (conversation_id) do update set
                score = excluded.score, low = excluded.low, high = excluded.high, learned = excluded.learned,
                features = excluded.features, feedback = excluded.feedback, outcome = excluded.outcome,
                coherence = excluded.coherence, sentiment = excluded.sentiment, efficiency = excluded.efficiency,
                weights = excluded.weights, scorer = excluded.scorer, scored_at = excluded.scored_at
        """),
        {
            "scorer": scorer,
            "now": now,
            "scores": json.dumps(
                [
                    {
                        "id": str(found),
                        "score": score.value,
                        "low": score.low,
                        "high": score.high,
                        "learned": score.learned,
                        "features": list(score.features),
                        "weights": dict(score.weights),
                        **asdict(score.factors),
                    }
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


def promotes(learned: bool) -> sa.ColumnElement[float]:
    """What is compared with the quality threshold: the lower end of the weighted score, or the learned one."""
    c = conversation_scores.c
    return c.learned if learned else sa.func.coalesce(c.low, c.score)


def summary(connection: sa.Connection, day: date, threshold: float, learned: bool = False) -> ScoreSummary:
    """Counts over the finished conversations of a day."""
    score = conversation_scores.c.score
    row = connection.execute(
        sa.select(
            sa.func.count(),
            sa.func.count(score),
            sa.func.count().filter(sa.or_(score < 0, score > 1, score == sa.text("'NaN'::real"))),
            sa.func.avg(score),
            sa.func.count().filter(promotes(learned) >= threshold),
        )
        .select_from(conversations)
        .outerjoin(conversation_scores, conversation_scores.c.conversation_id == conversations.c.id)
        .where(within(conversations.c.started_at, day), conversations.c.status != "active")
    ).one()
    return ScoreSummary(*row)
