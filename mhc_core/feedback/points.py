"""What one piece of feedback is worth: every signal counts, and a worse one is never worth more (ADR 20).

Whether it is a dislike is not decided here but by the database, in ``ai.feedback.verdict``: counts, the review queue
and promotion read it there.
"""

from collections.abc import Iterator

from mhc_core.db.rows.feedback import FeedbackSignals
from mhc_core.settings import FeedbackPoints


def score(signals: FeedbackSignals, points: FeedbackPoints) -> float:
    """Sum of the points earned, clamped to 0..1. A comment's own words decide its sign."""
    return _unit(sum(earned for earned, _ in _marks(signals, points)) + _comment(signals, points))


def factor(signals: FeedbackSignals, points: FeedbackPoints) -> float | None:
    """The points relative to the best that the signals given could have earned, 0..1.

    A customer who leaves nothing but a thumbs up earns 0.3 of 1.0 points, yet has said all they were asked: as a factor
    of the conversation's score that must not weigh like a complaint (ADR 5). Nobody has to comment, so a comment is
    attainable only where it is all that was said. ``None`` when nothing was said.
    """
    attainable = sum(best for _, best in _marks(signals, points))
    if attainable > 0:
        return _unit(score(signals, points) / min(1.0, attainable))
    polarity = signals.comment_polarity or 0.0
    return None if polarity == 0 else float(polarity > 0)


def _marks(signals: FeedbackSignals, points: FeedbackPoints) -> Iterator[tuple[float, float]]:
    """Of each mark given, the points that it earns and the most that it could have.

    "Not helpful" and "not accurate" cost what their opposites earn.
    """
    if signals.vote is not None:
        yield (points.thumbs_up if signals.vote == "up" else points.thumbs_down), points.thumbs_up
    if signals.stars is not None:
        yield _stars(signals.stars, points), points.five_stars
    for said, worth in ((signals.helpful, points.helpful), (signals.accurate, points.accurate)):
        if said is not None:
            yield (worth if said else -worth), worth


def _comment(signals: FeedbackSignals, points: FeedbackPoints) -> float:
    if (signals.comment_polarity or 0.0) < 0:
        return -points.comment
    return points.comment * (signals.comment_chars >= points.comment_min_chars)


def _stars(stars: int, points: FeedbackPoints) -> float:
    if stars >= 5:
        return points.five_stars
    if stars == 4:
        return points.four_stars
    return points.two_stars_or_less if stars <= 2 else 0.0


def _unit(value: float) -> float:
    return min(1.0, max(0.0, value))
