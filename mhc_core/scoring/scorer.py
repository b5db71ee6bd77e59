"""Scores many conversations at once: what each shows, its factors, and the learned score beside them."""

from collections.abc import Mapping, Sequence
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from mhc_core.db.rows.scoring import FinishedConversation, Score
from mhc_core.language.cleaning import cleaned
from mhc_core.protocols import Embedder, Turn
from mhc_core.scoring import factors, satisfaction, talks, trained
from mhc_core.scoring.coherence import CUES, exchange_cues
from mhc_core.scoring.sentiment import course
from mhc_core.scoring.talks import Talk
from mhc_core.scoring.trained import Trained
from mhc_core.settings import Settings
from mhc_core.statistics.monotone import MonotoneLogit

Floats = NDArray[np.float64]
UsualLengths = Mapping[str, tuple[float, int]]
"""Median number of messages and number of conversations of each intent; of all of them under the empty name."""


def scorer_version(embedder: Embedder) -> str:
    """What a score was made with; scores of another version are made again."""
    return f"5:{embedder.id}"


def score_conversations(
    pending: Sequence[FinishedConversation],
    embedder: Embedder,
    settings: Settings,
    usual: UsualLengths | None = None,
    pleased: MonotoneLogit | None = None,
    models: Trained | None = None,
) -> list[tuple[UUID, Score]]:
    """Score many conversations, each of them.

    Args:
        usual: how long conversations usually are; the platform's own guess where nothing is known.
        pleased: the learned score; the shipped one where none is given.
        models: what reads answers and reactions; the shipped ones where none are given.
    """
    models = models or trained.shipped()
    said = [[Turn(turn.role, cleaned(turn.content, item.channel)) for turn in item.turns] for item in pending]
    read = talks.read(said, embedder)
    coherent = coherence_of(read, models)
    reactions = models.reactions if embedder.id == models.embedder else None
    found: list[tuple[UUID, Score]] = []
    seen: list[list[float]] = []
    for item, talk, fit in zip(pending, read, coherent, strict=True):
        felt = course(talk, reactions)
        length = len(talk.turns) / factors.usual_length(item.intent, usual or {})
        estimates = factors.Estimates(
            feedback=factors.feedback_factor(item.feedback, settings.feedback_points),
            outcome=factors.outcome_factor(item.outcome, item.asked, talk, settings.score_scales),
            coherence=factors.coherence_factor(fit.tolist()),
            sentiment=factors.sentiment_factor(felt),
            efficiency=factors.efficiency_factor(length, item.asked, settings.score_scales),
        )
        found.append((item.id, factors.combine(estimates, settings.score_weights)))
        seen.append(satisfaction.features(talk, fit, felt))
    if not found:
        return []
    learned = (pleased or models.satisfaction)(np.array(seen))
    return [
        (identifier, with_learned(score, float(chance), row))
        for (identifier, score), chance, row in zip(found, learned, seen, strict=True)
    ]


def with_learned(score: Score, learned: float, features: Sequence[float]) -> Score:
    """The score with the learned one beside it."""
    return Score(score.value, score.low, score.high, score.factors, score.weights, learned, features)


def coherence_of(read: Sequence[Talk], models: Trained) -> list[Floats]:
    """Of each talk's exchanges, the chance that the answer addresses the question."""
    rows = [exchange_cues(talk) for talk in read]
    chances = models.coherence(np.vstack([*rows, np.zeros((0, len(CUES)))]))
    return np.split(chances, np.cumsum([len(part) for part in rows])[:-1]) if rows else []
