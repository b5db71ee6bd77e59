"""Trains what the scores learn before they meet a customer, from public data whose licences allow to ship the result.

- Reactions: how people talk to assistants (HWU64, CLINC150, both CC BY; MultiDoGO, CDLA-Permissive).
- Coherence: marks of answers (DSTC9, DSTC10, both Apache-2.0) and votes on steps (Taskmaster, CC BY).
- Satisfaction: the same marks and votes, and customers' verdicts with outcomes (STAR, MIT).

Share-alike data (DSTC11) is measured on and never trained on.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mhc_core.errors import DataError
from mhc_core.protocols import Embedder
from mhc_core.scoring import coherence, satisfaction, talks
from mhc_core.scoring.coherence import exchange_cues
from mhc_core.scoring.scorer import UsualLengths, coherence_of
from mhc_core.scoring.sentiment import Reactions, course
from mhc_core.scoring.talks import Talk
from mhc_core.scoring.trained import Trained
from mhc_core.statistics import monotone
from mhc_core.statistics.monotone import MonotoneLogit
from mhc_jobs.bench.scores import ratings
from mhc_jobs.bench.scores.ratings import RatedTalk

Floats = NDArray[np.float64]
MARKED = ("feedback_answer_ratings_dstc9", "feedback_answer_ratings_dstc10")
VOTED = "feedback_votes_taskmaster"
FINISHED = "conversations_star"
TALK_TO_ASSISTANTS = ("clinc150", "hwu64", "multidogo")
PLEASED = {
    ("hwu64", "general_praise"),
    ("hwu64", "general_affirm"),
    ("clinc150", "thank_you"),
    ("multidogo", "thankyou"),
}
DISPLEASED = {
    ("hwu64", "general_negate"), ("hwu64", "general_explain"), ("hwu64", "general_repeat"), ("clinc150", "repeat"),
}  # fmt: skip
NEUTRAL_OF_A_LABEL = 100
COHERENT_TALKS = 0.85
"""Mean coherence of the conversations in which customers said they were helped: the scale of the factor."""


@dataclass(frozen=True, slots=True)
class Source:
    """The rated talks of one file, read once."""

    name: str
    rated: Sequence[RatedTalk]
    talks: Sequence[Talk]

    @property
    def truth(self) -> Floats:
        return np.array([talk.pleased for talk in self.rated])

    @property
    def usual(self) -> UsualLengths:
        return usual_lengths(self.rated)


def usual_lengths(rated: Sequence[RatedTalk]) -> UsualLengths:
    """Median messages and number of talks of each task, and of all under the empty name."""
    by_task: dict[str, list[int]] = {"": [len(talk.turns) for talk in rated]}
    for talk in rated:
        if talk.task:
            by_task.setdefault(talk.task, []).append(len(talk.turns))
    return {task: (float(np.median(lengths)), len(lengths)) for task, lengths in by_task.items()}


def source(name: str, rated: Sequence[RatedTalk], embedder: Embedder) -> Source:
    """The talks with their vectors."""
    return Source(name, rated, talks.read([talk.turns for talk in rated], embedder))


def sources(data: Path, embedder: Embedder) -> list[Source]:
    """What may be trained on.

    Raises:
        DataError: a file is missing, or holds something else.
    """
    read = {**dict.fromkeys(MARKED, ratings.answers), VOTED: ratings.votes, FINISHED: ratings.verdicts}
    return [source(name, load(_file(data, name)), embedder) for name, load in read.items()]


def reactions(data: Path, embedder: Embedder, seed: int) -> Reactions:
    """The classifier of reactions: pleased, displeased, and everything else that people say to assistants.

    Raises:
        DataError: a file is missing, or holds something else.
    """
    from sklearn.linear_model import LogisticRegression

    rng = np.random.default_rng(seed)
    texts: list[str] = []
    kinds: list[int] = []
    for name in TALK_TO_ASSISTANTS:
        by_label: dict[str, list[str]] = {}
        for row in ratings.rows(_file(data, f"intents_{name}")):
            by_label.setdefault(row["label"], []).append(row["text"])
        for label, said in sorted(by_label.items()):
            kind = 2 if (name, label) in PLEASED else 0 if (name, label) in DISPLEASED else 1
            count = len(said) if kind != 1 else NEUTRAL_OF_A_LABEL
            texts += [said[index] for index in rng.permutation(len(said))[:count]]
            kinds += [kind] * min(count, len(said))
    model = LogisticRegression(C=3.0, max_iter=1000, class_weight="balanced").fit(embedder.embed(texts), kinds)
    return Reactions(model.coef_.T.astype(np.float64), model.intercept_.astype(np.float64))


def train(found: Sequence[Source], reacted: Reactions, embedder: Embedder, about: Mapping[str, Any]) -> Trained:
    """All models from these sources, each source and either opinion in it counting alike."""
    answered = [part for part in found if part.name != FINISHED]
    fits = _coherence(answered or found)
    helped = [part for part in found if part.name == FINISHED]
    models = Trained(embedder.id, reacted, fits, fits, about)
    if helped:
        models = _scaled(models, [talk for part in helped for talk in part.talks])
    pleased = satisfaction.fit(*_together([(features(part, models), part.truth) for part in found]))
    return Trained(embedder.id, reacted, models.coherence, pleased, about)


def features(found: Source, models: Trained) -> Floats:
    """What the learned score sees of each talk."""
    coherent = coherence_of(found.talks, models)
    rows = [
        satisfaction.features(talk, fit, course(talk, models.reactions))
        for talk, fit in zip(found.talks, coherent, strict=True)
    ]
    return np.array(rows)


def _coherence(found: Sequence[Source]) -> MonotoneLogit:
    parts = []
    for part in found:
        rows = [
            (exchange_cues(talk)[-1], pleased)
            for talk, pleased in zip(part.talks, part.truth, strict=True)
            if _ends(talk)
        ]
        parts.append((np.array([cues for cues, _ in rows]), np.array([pleased for _, pleased in rows])))
    return monotone.fit(*_together(parts), coherence.SIGNS, coherence.RIDGE, coherence.TOWARD)


def _ends(talk: Talk) -> bool:
    """Whether the last turn, which was rated, answers the customer's turn right before it."""
    return bool(talk.exchanges) and talk.exchanges[-1][1] == len(talk.turns) - 1


def _scaled(models: Trained, helped: Sequence[Talk]) -> Trained:
    """The same order on the scale of the factor: bias moved until conversations have the mean they should have."""
    low, high = -10.0, 10.0
    rows = [row for talk in helped if len(row := exchange_cues(talk))]
    odds = [models.coherence.log_odds(row) for row in rows]
    for _ in range(60):
        shift = (low + high) / 2
        mean = float(np.mean([np.mean(1 / (1 + np.exp(-(part + shift)))) for part in odds]))
        low, high = (shift, high) if mean < COHERENT_TALKS else (low, shift)
    old = models.coherence
    moved = MonotoneLogit(old.mean, old.scale, old.weights, old.bias + shift)
    return Trained(models.embedder, models.reactions, moved, moved, models.about)


def _together(parts: Sequence[tuple[Floats, Floats]]) -> tuple[Floats, Floats, Floats]:
    """Rows, truth and weight of all parts: a part weighs 1,000, half of it on the pleased."""
    weights = []
    for _, truth in parts:
        up, down = max(truth.sum(), 1e-9), max((1 - truth).sum(), 1e-9)
        weights.append(500 * (truth / up + (1 - truth) / down))
    return (
        np.vstack([rows for rows, _ in parts]),
        np.concatenate([truth for _, truth in parts]),
        np.concatenate(weights),
    )


def _file(data: Path, name: str) -> Path:
    path = data / f"{name}.jsonl.gz"
    if not path.is_file():
        raise DataError(f"{data} lacks {path.name}, which the scores are trained on; fetch it")
    return path
