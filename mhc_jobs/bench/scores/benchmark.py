"""The platform's conversation score, feedback score and confidence predictor beside what people said."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from functools import partial
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from mhc_core.db.rows.feedback import FeedbackSignals
from mhc_core.db.rows.scoring import FinishedConversation, Score
from mhc_core.feedback import points as feedback
from mhc_core.protocols import Embedder
from mhc_core.scoring.scorer import score_conversations
from mhc_core.settings import Settings
from mhc_core.statistics.rank_agreement import Interval, agreement, auc, auc_gain, resamples
from mhc_jobs.bench.scores.ratings import RatedTalk

Floats = NDArray[np.float64]
NEUTRAL = 0.5
"""What a score that has nothing to go on is counted as."""
LIKED_FROM = 4.0


def conversation_score(talks: Sequence[RatedTalk], embedder: Embedder, settings: Settings, seed: int) -> dict[str, Any]:
    """Agreement of the conversation score, made without the people's opinion, and of simple baselines."""
    scores = _scores(talks, [()] * len(talks), embedder, settings)
    measured = {
        "conversation_score": _values(scores),
        "constant": np.full(len(talks), NEUTRAL),
        "answer_length": np.array([float(len(talk.turns[-1].content)) for talk in talks]),
        "turn_count": np.array([float(-len(talk.turns)) for talk in talks]),
        "sentiment_alone": np.array([_or_neutral(score.factors.sentiment if score else None) for score in scores]),
        "coherence_alone": np.array([_or_neutral(score.factors.coherence if score else None) for score in scores]),
    }
    return _report(talks, measured, "conversation_score", seed)


def feedback_score(talks: Sequence[RatedTalk], embedder: Embedder, settings: Settings, seed: int) -> dict[str, Any]:
    """Agreement of one person's feedback, scored as the platform does, with what all others said of the same answer.

    The first rater fills in what a customer could: a thumb only, or stars with "helpful" and "accurate". The other
    raters' mean is the truth, so no opinion is compared with itself.
    """
    thumbs, forms = [], []
    for talk in talks:
        thumb = "up" if talk.raters[0] >= LIKED_FROM else "down"
        thumbs.append(FeedbackSignals(vote=thumb))
        forms.append(
            FeedbackSignals(
                vote=thumb,
                stars=round(talk.raters[0]),
                helpful=talk.appropriateness[0] >= LIKED_FROM,
                accurate=talk.accuracy[0] >= LIKED_FROM,
            )
        )
    others = [_others(talk) for talk in talks]
    points = settings.feedback_points
    with_thumb = _scores(talks, [(signals,) for signals in thumbs], embedder, settings)
    measured = {
        "feedback_score": np.array([feedback.score(signals, points) for signals in forms]),
        "feedback_score_thumb_only": np.array([feedback.score(signals, points) for signals in thumbs]),
        "conversation_score_with_thumb": _values(with_thumb),
        "constant": np.full(len(talks), NEUTRAL),
        "raw_mark": np.array([talk.raters[0] for talk in talks]),
        "answer_length": np.array([float(len(talk.turns[-1].content)) for talk in talks]),
    }
    return _report(others, measured, "feedback_score", seed)


def reporting(talks: Sequence[RatedTalk]) -> list[RatedTalk]:
    """The half to report on. On the other half the factors of the score were chosen; clusters are never cut."""
    return [talk for talk in talks if hashlib.sha256(f"half:{talk.cluster}".encode()).digest()[0] >= 128]


def sample(talks: Sequence[RatedTalk], clusters: int, seed: int) -> list[RatedTalk]:
    """The talks of at most so many clusters, drawn at random."""
    names = sorted({talk.cluster for talk in talks})
    drawn = np.random.default_rng(seed).permutation(len(names))[:clusters]
    chosen = {names[index] for index in drawn}
    return [talk for talk in talks if talk.cluster in chosen]


def fewer_liked(talks: Sequence[RatedTalk], liked: int, seed: int) -> list[RatedTalk]:
    """All disliked talks and so many liked ones, drawn at random: AUC does not depend on the share of liked ones."""
    positions = [index for index, talk in enumerate(talks) if talk.liked]
    drawn = np.random.default_rng(seed).permutation(len(positions))[:liked]
    chosen = {positions[index] for index in drawn}
    return [talk for index, talk in enumerate(talks) if not talk.liked or index in chosen]


def rounded(interval: Interval) -> list[float | None]:
    """Value, lower and upper end, as a report shows them."""
    return [round(part, 3) if np.isfinite(part) else None for part in asdict(interval).values()]


def by_task(talks: Sequence[RatedTalk], measure: Callable[[NDArray[np.bool_]], float]) -> dict[str, float | None]:
    """A measure of the talks of each task alone."""
    tasks = np.array([talk.task for talk in talks])
    found = {task: measure(tasks == task) for task in sorted({talk.task for talk in talks})}
    return {task: round(value, 3) if np.isfinite(value) else None for task, value in found.items()}


def _report(talks: Sequence[RatedTalk], measured: Mapping[str, Floats], ours: str, seed: int) -> dict[str, Any]:
    liked = np.array([talk.liked for talk in talks])
    rating = np.array([np.mean(talk.raters) for talk in talks])
    draws = resamples([talk.cluster for talk in talks], seed)
    several_tasks = len({talk.task for talk in talks}) > 1
    rows: dict[str, Any] = {}
    for name, score in measured.items():
        found = agreement(score, rating, liked, draws)
        rows[name] = {
            "spearman": rounded(found.spearman),
            "kendall": round(found.kendall, 3),
            "auc": rounded(found.auc),
        }
        if several_tasks:
            rows[name]["auc_by_task"] = by_task(talks, partial(_auc_of, score, liked))
    return {
        "items": len(talks),
        "clusters": len({talk.cluster for talk in talks}),
        "liked_share": round(float(liked.mean()), 3),
        "liked_share_by_task": by_task(talks, lambda part: float(liked[part].mean())) if several_tasks else {},
        "scores": rows,
        "auc_gain": {
            name: rounded(auc_gain(measured[ours], score, liked, draws))
            for name, score in measured.items()
            if name != ours
        },
    }


def _auc_of(score: Floats, liked: NDArray[np.bool_], part: NDArray[np.bool_]) -> float:
    return auc(score[part], liked[part])


def _scores(
    talks: Sequence[RatedTalk],
    given: Sequence[tuple[FeedbackSignals, ...]],
    embedder: Embedder,
    settings: Settings,
) -> list[Score | None]:
    finished = [
        FinishedConversation(UUID(int=number), talk.outcome, talk.turns, signals)
        for number, (talk, signals) in enumerate(zip(talks, given, strict=True))
    ]
    found = dict(score_conversations(finished, embedder, settings))
    return [found.get(item.id) for item in finished]


def _values(scores: Sequence[Score | None]) -> Floats:
    return np.array([score.value if score else NEUTRAL for score in scores])


def _or_neutral(value: float | None) -> float:
    return NEUTRAL if value is None else value


def _others(talk: RatedTalk) -> RatedTalk:
    """The talk as all but the first rater saw it."""
    accuracy, fitting = talk.accuracy[1:], talk.appropriateness[1:]
    liked = min(sum(accuracy) / len(accuracy), sum(fitting) / len(fitting)) >= LIKED_FROM
    return RatedTalk(talk.turns, talk.outcome, talk.raters[1:], liked, talk.cluster, talk.task, accuracy, fitting)
