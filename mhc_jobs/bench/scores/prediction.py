"""The confidence predictor on votes it has not seen: held out by opening, with nothing alike left in its training."""

import hashlib
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mhc_core.protocols import Embedder
from mhc_core.review import vote_predictor
from mhc_core.review.vote_features import Exchange, Seen, extract
from mhc_core.statistics.calibration import expected_calibration_error
from mhc_core.statistics.rank_agreement import agreement, auc, auc_gain, auc_within, resamples
from mhc_jobs.bench.scores.benchmark import by_task, rounded
from mhc_jobs.bench.scores.ratings import RatedTalk, opening

Floats = NDArray[np.float64]
HELD_OUT_SHARE = 0.3
ALIKE_COSINE = 0.9
"""Openings from here on may be one script told twice; training keeps none that is so near a held-out one."""


def held_out(talk: RatedTalk) -> bool:
    """Whether a vote is kept for the final test. Fixed by the opening's hash, so that no run can choose."""
    start = opening(talk.turns)
    digest = hashlib.sha256(f"split:{talk.task[:1]}{start}".encode()).digest()
    return bool(start) and int.from_bytes(digest[:4]) / 2**32 < HELD_OUT_SHARE


def exchange(talk: RatedTalk) -> Exchange:
    """A talk as the predictor sees it: its last turn is the answer voted on."""
    return Exchange(talk.turns[:-1], talk.turns[-1].content)


def measure(talks: Sequence[RatedTalk], embedder: Embedder, seed: int) -> dict[str, Any]:
    """Train on all votes but the held-out ones, and judge on those once.

    Raises:
        DataError: too few votes to learn from.
    """
    outside = np.array([held_out(talk) for talk in talks])
    alike = _alike(talks, outside, embedder)
    known = ~outside & ~alike
    seen = extract([exchange(talk) for talk in talks], embedder)
    liked = np.array([talk.liked for talk in talks])
    clusters = [talk.cluster for talk in talks]
    predictor, in_training = vote_predictor.fit(
        _part(seen, known), liked[known], [name for name, kept in zip(clusters, known, strict=True) if kept],
        seed,
    )  # fmt: skip
    predicted = predictor(_part(seen, outside))
    test = [talk for talk, kept in zip(talks, outside, strict=True) if kept]
    training = [talk for talk, kept in zip(talks, known, strict=True) if kept]
    return {
        "trained_on": int(known.sum()),
        "left_out_as_alike": int(alike.sum()),
        "held_out": len(test),
        "held_out_clusters": len({talk.cluster for talk in test}),
        "held_out_liked_share": round(float(liked[outside].mean()), 3),
        "out_of_fold": _judge(in_training, training),
        "unseen": _judge(predicted, test) | _beside(predicted, test, training, seed),
    }


def _judge(predicted: Floats, talks: Sequence[RatedTalk]) -> dict[str, Any]:
    liked = np.array([talk.liked for talk in talks])
    truth = liked.astype(np.float64)
    return {
        "auc_value": round(auc(predicted, liked), 3),
        "auc_by_task": by_task(talks, lambda part: auc(predicted[part], liked[part])),
        "ece": round(expected_calibration_error(predicted, truth), 4),
        "ece_by_task": by_task(talks, lambda part: expected_calibration_error(predicted[part], truth[part])),
        "brier": round(float(np.mean((predicted - truth) ** 2)), 4),
    }


def _beside(predicted: Floats, talks: Sequence[RatedTalk], training: Sequence[RatedTalk], seed: int) -> dict[str, Any]:
    """Intervals, and what simple rules reach on the same votes."""
    liked = np.array([talk.liked for talk in talks])
    tasks = [talk.task for talk in talks]
    draws = resamples([talk.cluster for talk in talks], seed)
    share = {
        task: float(np.mean([float(talk.liked) for talk in training if talk.task == task] or [0.5]))
        for task in set(tasks)
    }
    baselines = {
        "task_alone": np.array([share[task] for task in tasks]),
        "turn_count": np.array([float(-len(talk.turns)) for talk in talks]),
        "answer_length": np.array([float(-len(talk.turns[-1].content)) for talk in talks]),
        "constant": np.full(len(talks), 0.5),
    }
    return {
        "auc": rounded(agreement(predicted, liked.astype(np.float64), liked, draws).auc),
        "auc_within_task": rounded(auc_within(predicted, liked, tasks, draws)),
        "baseline_auc": {
            name: rounded(agreement(score, liked.astype(np.float64), liked, draws).auc)
            for name, score in baselines.items()
        },
        "auc_gain": {name: rounded(auc_gain(predicted, score, liked, draws)) for name, score in baselines.items()},
    }


def _alike(talks: Sequence[RatedTalk], outside: NDArray[np.bool_], embedder: Embedder) -> NDArray[np.bool_]:
    """Votes of the training side whose opening is nearly one of the held-out side."""
    texts = sorted({opening(talk.turns) for talk in talks})
    row = {text: number for number, text in enumerate(texts)}
    rows = np.array([row[opening(talk.turns)] for talk in talks])
    vectors = embedder.embed(texts)
    near = (vectors @ vectors[np.unique(rows[outside])].T).max(axis=1) >= ALIKE_COSINE
    found: NDArray[np.bool_] = near[rows] & ~outside
    return found


def _part(seen: Seen, chosen: NDArray[np.bool_]) -> Seen:
    return Seen(seen.cues[chosen], seen.meaning[chosen])
