"""How many labels a model needs whose questions are chosen by the review, to be as right as with 2,000 drawn at random.

People's labels of public sets stand for decisions: CLINC150 (Larson et al. 2019) without its out-of-scope questions,
BANKING77 (Casanueva et al. 2020). The model is logistic regression on the embeddings, the same for every way to
choose. Each seed leaves out another tenth of the pool, so that choices without chance differ as well.
"""

import gzip
import json
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from mhc_core.db.rows.review import Head, Unplaced
from mhc_core.protocols import Embedder
from mhc_core.review import priority
from mhc_core.review.coverage import Coverage, unsure
from mhc_core.review.intent_model import Intents
from mhc_core.settings import Settings

SETS = ("clinc150", "banking77")
LABELS = 2000
TARGET = 1 / 3
_BATCH = 60
"""Chosen at once, and a sixth of what is decided where that is more."""
_KEPT = 0.9
_REGULARISATION = 30.0
_OUT_OF_SCOPE = "oos"
Floats = NDArray[np.float64]
Curve = dict[int, float]


@dataclass(frozen=True)
class _Pool:
    texts: Sequence[str]
    vectors: NDArray[np.float32]
    labels: NDArray[np.str_]
    test_vectors: NDArray[np.float32]
    test_labels: NDArray[np.str_]

    def accuracy(self, decided: NDArray[np.bool_]) -> tuple[float, Floats]:
        """Of a model taught the decided ones, on the test set; with its probabilities of the pool."""
        model = LogisticRegression(C=_REGULARISATION, max_iter=100)
        with warnings.catch_warnings():  # of few labels nearly each is a class of its own: that is where review begins
            warnings.filterwarnings("ignore", message="The number of unique classes")
            model.fit(self.vectors[decided], self.labels[decided])
        right = float((model.predict(self.test_vectors) == self.test_labels).mean())
        return right, np.asarray(model.predict_proba(self.vectors))


Choose = Callable[[NDArray[np.bool_], Floats, int], Sequence[int]]


def measure(data: Path, name: str, embedder: Embedder, seeds: int) -> dict[str, Any] | None:
    """Curves and labels needed of a set; None without its file."""
    path = data / f"intents_{name}.jsonl.gz"
    if not path.is_file():
        return None
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = [row for row in map(json.loads, lines) if row["label"] != _OUT_OF_SCOPE]
    train, test = ([row for row in rows if row["split"] == split] for split in ("train", "test"))
    vectors, test_vectors = (embedder.embed([row["text"] for row in part]) for part in (train, test))
    curves: dict[str, list[Curve]] = {"random": [], "queue": [], "instructive": []}
    for seed in range(seeds):
        random = np.random.default_rng(seed)
        kept = np.sort(random.permutation(len(train))[: int(_KEPT * len(train))])
        pool = _Pool(
            [train[row]["text"] for row in kept],
            vectors[kept],
            np.array([train[row]["label"] for row in kept]),
            test_vectors,
            np.array([row["label"] for row in test]),
        )
        for way, choose in _ways(pool, random).items():
            curves[way].append(_curve(pool, choose, len(set(pool.labels))))
    wanted = float(np.mean([curve[LABELS] for curve in curves["random"]]))
    needed = {way: _needed(found, wanted) for way, found in curves.items()}
    share = needed["instructive"] / LABELS
    return {
        "pool": int(_KEPT * len(train)),
        "classes": len({row["label"] for row in train}),
        "accuracy_of_random": round(wanted, 4),
        "labels_needed": needed,
        "share": round(share, 3),
        "met": share <= TARGET,
        "accuracy_at_a_third": {
            way: round(float(np.mean([_at(curve, LABELS * TARGET) for curve in found])), 4)
            for way, found in curves.items()
        },
        "by_seed": {way: [_needed([curve], wanted) for curve in found] for way, found in curves.items()},
    }


def _ways(pool: _Pool, random: np.random.Generator) -> dict[str, Choose]:
    """How questions are chosen, by name; each takes what is decided, what the model sees, and how many."""
    coverage = Coverage(pool.vectors)
    return {
        "random": lambda decided, _, count: _drawn(random, decided, count),
        "queue": lambda decided, seen, count: _queued(pool, decided, seen, count),
        "instructive": lambda decided, seen, count: coverage.choose(decided, unsure(seen), count),
    }


def _curve(pool: _Pool, choose: Choose, first: int) -> Curve:
    """Accuracy by number of labels, up to ``LABELS``; the model chooses from the first ``first`` on."""
    decided = np.zeros(len(pool.labels), dtype=np.bool_)
    seen = np.full((len(pool.labels), 2), 0.5)
    curve: Curve = {}
    while (count := int(decided.sum())) < LABELS:
        decided[list(choose(decided, seen, min(max(_BATCH, count // 6) if count else first, LABELS - count)))] = True
        if len(set(pool.labels[decided])) > 1:
            curve[int(decided.sum())], seen = pool.accuracy(decided)
    return curve


def _drawn(random: np.random.Generator, decided: NDArray[np.bool_], count: int) -> Sequence[int]:
    return [int(row) for row in random.permutation(np.flatnonzero(~decided))[:count]]


def _queued(pool: _Pool, decided: NDArray[np.bool_], seen: Floats, count: int) -> Sequence[int]:
    """The head of the review queue: by confidence and novelty, of what is alike one."""
    left = np.flatnonzero(~decided)
    near = (pool.vectors[left] @ pool.vectors[decided].T).max(axis=1) if decided.any() else np.zeros(len(left))
    waiting = [
        Unplaced(
            UUID(int=int(row)), UUID(int=int(row)), "other", float(seen[row].max()), None, float(1 - close), None, (),
            priority.WORDS, priority.WORDS,
        )
        for row, close in zip(left, near, strict=True)
    ]  # fmt: skip
    intents = Intents(np.zeros((0, pool.vectors.shape[1]), np.float32), [], ["other"] * len(waiting))
    nobody = Head([], [], np.zeros((0, pool.vectors.shape[1]), np.float32))
    placed = priority.place(waiting, pool.vectors[left], intents, nobody, Settings().confidence_threshold)
    placed.sort(key=lambda one: -one.priority)
    return [one.example_id.int for one in placed[:count]]


def _needed(curves: Sequence[Curve], wanted: float) -> int:
    """Labels at which the mean of the curves reaches an accuracy, between two counts by a straight line; ``LABELS``
    where it does not."""
    counts = sorted(curves[0])
    means = [float(np.mean([curve[count] for curve in curves])) for count in counts]
    for place, mean in enumerate(means):
        if mean >= wanted:
            if place == 0:
                return counts[0]
            part = (wanted - means[place - 1]) / (mean - means[place - 1])
            return int(np.ceil(counts[place - 1] + part * (counts[place] - counts[place - 1])))
    return LABELS


def _at(curve: Curve, count: float) -> float:
    return float(np.interp(count, sorted(curve), [curve[each] for each in sorted(curve)]))
