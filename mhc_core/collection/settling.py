"""Collecting: a day of conversations is settled so that the stages after it see it as it stays."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from mhc_core.db.queries import collection as queries
from mhc_core.db.queries import days
from mhc_core.db.queries import scoring as scores
from mhc_core.feedback.points import score
from mhc_core.language import intents
from mhc_core.language.cleaning import cleaned
from mhc_core.language.sentiment import polarity
from mhc_core.settings import Settings


def undatable(connection: sa.Connection, settings: Settings, now: datetime) -> int:
    """Conversations that no daily run collects, since they are dated before ``MHC_FIRST_DAY`` or after today."""
    return queries.outside(connection, settings.first_day, days.at(connection, now))


def settle_day(connection: sa.Connection, settings: Settings, day: date, now: datetime) -> queries.DaySummary:
    """Close what is idle and tag what has no intent, for conversations started on a day."""
    queries.close_idle(connection, day, now - timedelta(hours=settings.idle_hours), now)
    untagged = queries.untagged(connection, day)
    tagged = [(message, intents.tag(cleaned(content, channel)).value) for message, content, channel in untagged]
    queries.save_intents(connection, tagged)
    return queries.summary(connection, day)


def score_feedback(connection: sa.Connection, settings: Settings, day: date) -> tuple[int, int]:
    """Score the feedback given on a day; returns how many pieces there are and how many scores changed."""
    given = scores.feedback_of_day(connection, day)
    changed = scores.save_feedback_scores(connection, [_scored(row, settings) for row in given])
    return len(given), changed


def _scored(row: scores.FeedbackRow, settings: Settings) -> scores.FeedbackScore:
    heard = polarity(row.comment) if row.comment else None
    worth = score(replace(row.signals, comment_polarity=heard), settings.feedback_points)
    return scores.FeedbackScore(row.id, worth, heard)
