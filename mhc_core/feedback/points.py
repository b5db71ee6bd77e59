"""What one piece of feedback is worth."""

from mhc_core.db.rows.feedback import FeedbackSignals
from mhc_core.settings import FeedbackPoints


def score(signals: FeedbackSignals, points: FeedbackPoints) -> float:
    """Sum of the points earned, clamped to 0..1."""
    total = 0.0
    if signals.vote is not None:
        total += points.thumbs_up if signals.vote == "up" else points.thumbs_down
    if signals.stars is not None:
        total += _stars(signals.stars, points)
    total += points.helpful * bool(signals.helpful)
    total += points.accurate * bool(signals.accurate)
    total += points.comment * (signals.comment_chars >= points.comment_min_chars)
    return min(1.0, max(0.0, total))


def factor(signals: FeedbackSignals, points: FeedbackPoints) -> float | None:
    """The score relative to the best one that the signals given could have reached, 0..1.

    A customer who leaves nothing but a thumbs up earns 0.3 of 1.0 points, yet has said all they were asked: as a factor
    of the conversation's score that must not weigh like a complaint (ADR 0005). ``None`` when nothing was said.
    """
    attainable = (
        points.thumbs_up * (signals.vote is not None)
        + points.five_stars * (signals.stars is not None)
        + points.helpful * (signals.helpful is not None)
        + points.accurate * (signals.accurate is not None)
    )
    if attainable <= 0:
        return None
    return min(1.0, score(signals, points) / min(1.0, attainable))


def _stars(stars: int, points: FeedbackPoints) -> float:
    if stars >= 5:
        return points.five_stars
    if stars == 4:
        return points.four_stars
    return points.two_stars_or_less if stars <= 2 else 0.0
