"""Both scores beside what people said of conversations that nobody voted on, by source.

A source is scored by models that were trained without it; a file of conversations that were never trained on, by the
shipped ones. The people's opinion is no part of either score, and neither is the outcome where it is what is compared.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from mhc_core.db.rows.scoring import FinishedConversation, Score
from mhc_core.protocols import Embedder
from mhc_core.scoring.scorer import score_conversations
from mhc_core.scoring.sentiment import Reactions
from mhc_core.scoring.trained import Trained
from mhc_core.settings import ScoreWeights, Settings
from mhc_core.statistics.rank_agreement import agreement, resamples
from mhc_jobs.bench.scores.benchmark import rounded
from mhc_jobs.bench.scores.ratings import RatedTalk
from mhc_jobs.bench.scores.training import Source, train, usual_lengths

Floats = NDArray[np.float64]
NEUTRAL = 0.5
ENDED = {"booked": 3.0, "resolved": 2.0, "quoted": 2.0, "escalated": 1.0, "not_booked": 0.0, "abandoned": 0.0}
"""How well a conversation ended, as far as its outcome orders them."""


def kept_out(
    found: Sequence[Source], reacted: Reactions, embedder: Embedder, settings: Settings, seed: int
) -> dict[str, Any]:
    """Leave one source out: each is scored by models trained on all others."""
    report: dict[str, Any] = {}
    for source in found:
        others = [other for other in found if other is not source]
        models = train(others, reacted, embedder, {})
        report[source.name] = measure(source.rated, models, embedder, settings, seed)
        report[source.name]["trained_on"] = [other.name for other in others]
    return report


def measure(
    rated: Sequence[RatedTalk], models: Trained, embedder: Embedder, settings: Settings, seed: int
) -> dict[str, Any]:
    """Spearman of both scores and of the factors with ratings, and with outcomes where they are known."""
    report: dict[str, Any] = {"items": len(rated), "clusters": len({talk.cluster for talk in rated})}
    truth = np.array([float(np.mean(talk.raters)) for talk in rated])
    report["rating"] = _against(truth, rated, models, embedder, settings, seed)
    ended = [talk for talk in rated if talk.outcome in ENDED]
    if len({talk.outcome for talk in ended}) > 1:
        blind = [replace(talk, outcome=None) for talk in ended]
        truth = np.array([ENDED[talk.outcome or ""] for talk in ended])
        report["outcome"] = _against(truth, blind, models, embedder, settings, seed)
    return report


def _against(
    truth: Floats, rated: Sequence[RatedTalk], models: Trained, embedder: Embedder, settings: Settings, seed: int
) -> dict[str, Any]:
    draws = resamples([talk.cluster for talk in rated], seed)
    liked = truth > np.median(truth) if (truth > np.median(truth)).any() else truth >= np.median(truth)
    return {
        name: rounded(agreement(score, truth, liked, draws).spearman)
        for name, score in _scores(rated, models, embedder, settings).items()
    }


def _scores(
    rated: Sequence[RatedTalk], models: Trained, embedder: Embedder, settings: Settings
) -> Mapping[str, Floats]:
    finished = [
        FinishedConversation(UUID(int=number), talk.outcome, talk.turns, (), talk.task or None)
        for number, talk in enumerate(rated)
    ]
    found = dict(score_conversations(finished, embedder, settings, usual_lengths(rated), models=models))
    scores = [found.get(item.id) for item in finished]
    factors = [name for name in ScoreWeights.model_fields if name != "feedback"]
    return {
        "weighted": _values(scores, lambda score: score.value),
        "learned": _values(scores, lambda score: score.learned),
        **{name: _values(scores, lambda score, name=name: getattr(score.factors, name)) for name in factors},
    }


def _values(scores: Sequence[Score | None], part: Any) -> Floats:
    values = [part(score) if score else None for score in scores]
    return np.array([NEUTRAL if value is None else value for value in values], dtype=np.float64)
