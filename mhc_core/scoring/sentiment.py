"""Sentiment: how pleased the customer sounds once answered, and where that leads.

A turn's feeling is the mean of two readings: a classifier of reactions (pleased, neutral, displeased: "that is not
what I asked"), trained on how people talk to assistants, and the polarity of its words.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mhc_core.language.sentiment import polarity
from mhc_core.scoring.talks import Talk

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Reactions:
    """Softmax over unit vectors: ``weights`` (dimensions, 3) and ``bias`` (3) for displeased, neutral, pleased."""

    weights: Floats
    bias: Floats

    def __call__(self, vectors: NDArray[np.float32]) -> Floats:
        """Probabilities, shape (n, 3)."""
        odds = vectors.astype(np.float64) @ self.weights + self.bias
        raised = np.exp(odds - odds.max(axis=1, keepdims=True))
        shares: Floats = raised / raised.sum(axis=1, keepdims=True)
        return shares


@dataclass(frozen=True, slots=True)
class Course:
    """How a customer felt over the replies: each -1 (displeased) to 1 (pleased). ``replies`` may be 0."""

    replies: int
    whole: float
    end: float
    pleased: float
    displeased: float

    @property
    def share(self) -> float:
        """0..1: the whole and the end, which says what came of it, count alike."""
        return float(np.clip(0.5 + (self.whole + self.end) / 2, 0.0, 1.0))


def course(talk: Talk, reactions: Reactions | None) -> Course:
    """The course of a conversation; without ``reactions`` by the words alone.

    What is said before the first answer can be no opinion on it ("is parking free?" is not praise) and is left out.
    """
    places = talk.replies
    if not places:
        return Course(0, 0.0, 0.0, 0.0, 0.0)
    words = np.array([polarity(talk.turns[place].content) or 0.0 for place in places])
    shares = reactions(talk.vectors[places]) if reactions else np.zeros((len(places), 3))
    feeling = (words + shares[:, 2] - shares[:, 0]) / 2
    return Course(
        len(places),
        float(feeling.mean()),
        float(feeling[-2:].mean()),
        float(shares[:, 2].mean()),
        float(shares[:, 0].mean()),
    )
