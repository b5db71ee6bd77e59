"""How good a conversation was: five factors, each 0..1 with how sure it is, and their weighted mean."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from math import sqrt

import numpy as np

from mhc_core.db.rows.feedback import FeedbackSignals
from mhc_core.db.rows.scoring import Factors, Score
from mhc_core.feedback.points import factor
from mhc_core.scoring import cues
from mhc_core.scoring.certainty import TWO_IN_THREE, Estimate, Prior, estimate, never_better
from mhc_core.scoring.sentiment import Course
from mhc_core.scoring.talks import Talk
from mhc_core.settings import FeedbackPoints, ScoreScales, ScoreWeights
from mhc_core.vocabulary import Outcome

PRIORS = {
    "feedback": Prior(0.7, 0.5),
    "outcome": Prior(0.6, 0.5),
    "coherence": Prior(0.7, 1.0),
    "sentiment": Prior(0.6, 1.0),
    "efficiency": Prior(0.7, 1.0),
}
RECORDED = 4.0
"""Observations that an outcome on record counts for: a booking is known, how pleased somebody sounds is read."""
READ = 1.0
"""Observations that an outcome counts for which is only read off the last answers."""
USUAL_MESSAGES = 12.0
"""Messages of a conversation whose intent is not known to take fewer or more."""
USUAL_STRENGTH = 20
"""Conversations that ``USUAL_MESSAGES`` counts for beside those of an intent."""


@dataclass(frozen=True, slots=True)
class Estimates:
    """The factors with how sure they are; ``None`` where there is no evidence."""

    feedback: Estimate | None
    outcome: Estimate | None
    coherence: Estimate | None
    sentiment: Estimate | None
    efficiency: Estimate | None

    @property
    def values(self) -> Factors:
        found = {each.name: getattr(self, each.name) for each in fields(self)}
        return Factors(**{name: part.mean if part else None for name, part in found.items()})


def combine(estimates: Estimates, weights: ScoreWeights) -> Score:
    """Weighted mean of the factors present; a missing factor's weight is spread in proportion over the others.

    Errors of the factors are taken as independent. When no factor with a positive weight is present, the score may be
    anything: it stands in the middle, so that the conversation is not asked for again.
    """
    parts: dict[str, Estimate] = {
        name: part for name in ScoreWeights.model_fields if (part := getattr(estimates, name)) is not None
    }
    total = sum(getattr(weights, name) for name in parts)
    if total <= 0:
        return Score(0.5, 0.0, 1.0, estimates.values, {})
    spread = {name: getattr(weights, name) / total for name in parts}
    value = min(1.0, max(0.0, sum(spread[name] * part.mean for name, part in parts.items())))
    margin = TWO_IN_THREE * sqrt(sum(spread[name] ** 2 * part.variance for name, part in parts.items()))
    return Score(
        value,
        max(0.0, value - margin),
        min(1.0, value + margin),
        estimates.values,
        {name: round(weight, 6) for name, weight in spread.items()},
    )


def feedback_factor(given: Sequence[FeedbackSignals], points: FeedbackPoints) -> Estimate | None:
    """The mean of what people said, each relative to the best they could have said."""
    opinions = [value for signals in given if (value := factor(signals, points)) is not None]
    return never_better(float(np.mean(opinions)), len(opinions), PRIORS["feedback"]) if opinions else None


def outcome_factor(outcome: str | None, asked: bool, talk: Talk, scales: ScoreScales) -> Estimate | None:
    """How the conversation ended for the business.

    ``None`` when nothing was asked: there was nothing to resolve. A conversation that was closed without more counts as
    resolved on record, so that says little, and neither does no record: then the last answers are read as well.
    """
    prior = PRIORS["outcome"]
    if outcome and outcome != Outcome.RESOLVED:
        return estimate(scales.outcomes[Outcome(outcome)], RECORDED, prior)
    if not asked or not talk.answers:
        return None
    last = [talk.turns[place].content for place in talk.answers[-3:]]
    seen = any(map(cues.reports_success, last)) - any(map(cues.apologises, last))
    observed = [scales.outcomes[Outcome.RESOLVED]] if outcome else []
    if seen or not outcome:
        observed.append((seen + 1) / 2)
    return estimate(float(np.mean(observed)), READ * len(observed), prior)


def coherence_factor(coherent: Sequence[float]) -> Estimate | None:
    """The share of answers that address what was asked, by the chance that each does."""
    return estimate(float(np.mean(coherent)), len(coherent), PRIORS["coherence"]) if len(coherent) else None


def sentiment_factor(course: Course) -> Estimate | None:
    """The customer's course over the replies."""
    return estimate(course.share, course.replies, PRIORS["sentiment"]) if course.replies else None


def efficiency_factor(length: float, asked: bool, scales: ScoreScales) -> Estimate | None:
    """1 up to the usual length, falling in a straight line to 0; ``None`` when nothing was asked.

    Args:
        length: messages as a multiple of the usual number.
    """
    if not asked:
        return None
    observed = float(np.clip((scales.efficiency_zero_length - length) / (scales.efficiency_zero_length - 1), 0.0, 1.0))
    return estimate(observed, 2.0, PRIORS["efficiency"])


def usual_length(intent: str | None, known: Mapping[str, tuple[float, int]]) -> float:
    """Messages that an intent usually takes, by the median and number of its conversations; drawn to all others'."""
    median, count = known.get(intent or "", (USUAL_MESSAGES, 0))
    overall, everybody = known.get("", (USUAL_MESSAGES, 0))
    general = (everybody * overall + USUAL_STRENGTH * USUAL_MESSAGES) / (everybody + USUAL_STRENGTH)
    return (count * median + USUAL_STRENGTH * general) / (count + USUAL_STRENGTH)
