"""The learned satisfaction score: the chance that the customer was pleased, from what a conversation shows.

It sees neither the ratings nor the outcome of a conversation: the one is what it is learned from, the other is what it
is also judged by.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mhc_core.scoring import cues
from mhc_core.scoring.sentiment import Course
from mhc_core.scoring.talks import Talk
from mhc_core.statistics import monotone
from mhc_core.statistics.monotone import MonotoneLogit

Floats = NDArray[np.float64]

FEATURES = {
    "coherence": 1.0,
    "customer's feeling": 1.0,
    "customer's feeling at the end": 1.0,
    "pleased replies": 1.0,
    "displeased replies": -1.0,
    "success reported": 1.0,
    "success reported at the end": 1.0,
    "apologies": -1.0,
    "apology at the end": -1.0,
    "answers given before": -1.0,
    "customer repeats": -1.0,
    "turns without an answer": -1.0,
}
"""Each feature with its direction: 1 where more of it is never worse, -1 where it is never better."""
SIGNS = np.array(list(FEATURES.values()))
LAST_ANSWERS = 3
RIDGE = 10_000.0
TOWARD = 0.2
"""Weights start alike and are held there by the ridge: on sources kept out of training, weights that were free to
follow their own sources agreed worse with people (Spearman with STAR's outcomes 0.23 against 0.34)."""


def features(talk: Talk, coherent: Floats, course: Course) -> list[float]:
    """What is seen of one conversation; ``coherent`` is the chance of each exchange that its answer fits.

    Not the length: on every source here it went with success the other way round than efficiency would have it.
    """
    answers = [talk.turns[place].content for place in talk.answers]
    success = [cues.reports_success(text) for text in answers]
    sorry = [cues.apologises(text) for text in answers]
    asked = [place for place in talk.asked if len(cues.telling_words(talk.turns[place].content)) > 2]
    return [
        _mean(coherent, 0.5),
        course.whole,
        course.end,
        course.pleased,
        course.displeased,
        _mean(success),
        float(any(success[-LAST_ANSWERS:])),
        _mean(sorry),
        float(any(sorry[-LAST_ANSWERS:])),
        1 - len(set(answers)) / len(answers) if answers else 0.0,
        _mean([_nearest(talk, place, asked[max(0, n - 20) : n]) for n, place in enumerate(asked) if n]),
        1 - len(talk.exchanges) / max(1, len(talk.asked)),
    ]


def _nearest(talk: Talk, place: int, before: Sequence[int]) -> float:
    return max(talk.cosine(earlier, place) for earlier in before)


def _mean(values: Sequence[float] | Floats, nothing: float = 0.0) -> float:
    return float(np.mean(values)) if len(values) else nothing


def fit(seen: Floats, truth: Floats, weight: Floats) -> MonotoneLogit:
    """The model behind the score: no weight may have the wrong sign, and all are alike until people say otherwise.

    Args:
        seen: features, one conversation a row.
        truth: how pleased its customer was, 0..1.
    """
    return monotone.fit(seen, truth, weight, SIGNS, RIDGE, TOWARD)
