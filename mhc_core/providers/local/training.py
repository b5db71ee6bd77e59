"""Training the local model: index the approved answers, learn intents, learn when an answer can be trusted.

Confidence is learned on questions as new customers ask them: every training question is answered from the examples of
other groups only (leave-group-out), with intent probabilities of a classifier that did not see its group, and the
answer found is right when it is as close to the approved one as shadow evaluation asks (``judging.RIGHT``).
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mhc_core.errors import DataError
from mhc_core.language.answer_text import numbers, presentable
from mhc_core.language.similarity import RIGHT, number_agreement
from mhc_core.protocols import Embedder
from mhc_core.providers.local import confidence as local_confidence
from mhc_core.providers.local import index as local_index
from mhc_core.providers.local.artifact import IntentModel, TrainedModel
from mhc_core.providers.local.examples import Example, related
from mhc_core.statistics.calibration import expected_calibration_error
from mhc_core.vocabulary import Intent

MIN_EXAMPLES = 20
FOLDS = 5
BLOCK = 256

Metrics = dict[str, float | int | str]


def train(
    examples: Sequence[Example], embedder: Embedder, seed: int, abstain_below: float, hyperparameters: Mapping[str, Any]
) -> tuple[TrainedModel, Metrics]:
    """A model with what it achieved out of fold. The same examples and seed give the same model.

    Raises:
        DataError: too few examples, or all of them of one customer or question.
    """
    from threadpoolctl import threadpool_limits

    shown = {row: text for row, example in enumerate(examples) if (text := presentable(example.answer))}
    if len(shown) < MIN_EXAMPLES:
        raise DataError(
            f"{len(shown)} usable examples are too few to train on, {MIN_EXAMPLES} are needed; approve more answers"
        )
    rows = list(shown)
    with threadpool_limits(limits=1):  # one thread adds in one order, and two that compete cost ten times as much
        queries = [example.query for example in examples]
        vectors = embedder.embed(queries)
        groups = related(examples, vectors)
        if len(np.unique(groups[rows])) < FOLDS:
            raise DataError("the examples come from too few different customers to train on; approve more answers")
        folds = _folds(groups, seed)
        classes = tuple(sorted({example.intent for example in examples}))
        labels = np.array([classes.index(example.intent) for example in examples], dtype=np.int16)
        intent_model = _fit_intents(vectors, labels, classes)
        probabilities = np.zeros((len(examples), len(classes)), dtype=np.float32)
        for fold in range(FOLDS):
            inside = folds == fold
            probabilities[inside] = _fit_intents(vectors[~inside], labels[~inside], classes)(vectors[inside])

        answers = list(shown.values())
        texts = [queries[row] for row in rows]
        index = local_index.build(texts, answers, vectors[rows], embedder.embed(answers), labels[rows])
        chosen, features = _leave_group_out(index, texts, groups[rows], probabilities[rows], without_answer=False)
        _, unknown = _leave_group_out(index, texts, groups[rows], probabilities[rows], without_answer=True)
        similarity = _similarities(index, answers, chosen)
        right = similarity >= RIGHT
        confidence, claimed = local_confidence.fit(features, right, folds[rows], unknown)

    kept = claimed >= abstain_below
    metrics: Metrics = {
        "examples": len(examples),
        "answers": len(answers),
        "groups": len(np.unique(groups)),
        "intents": len(classes),
        "oof_intent_accuracy": float(np.mean(probabilities.argmax(axis=1) == labels)),
        "oof_right": float(right.mean()),
        "oof_similarity": float(similarity.mean()),
        "oof_answered": float(kept.mean()),
        "oof_right_when_answered": float(right[kept].mean()) if kept.any() else 0.0,
        "oof_ece": expected_calibration_error(claimed, right.astype(np.float64)),
        "oof_brier": float(np.mean((claimed - right) ** 2)),
        "calibration": confidence.calibrator.kind,
    }
    model = TrainedModel(
        embedder_id=embedder.id,
        hyperparameters=hyperparameters,
        example_ids=[examples[row].id for row in rows],
        answers=answers,
        index=index,
        intent=intent_model,
        confidence=confidence,
    )
    return model, metrics


def _folds(groups: NDArray[np.int64], seed: int) -> NDArray[np.int64]:
    """A fold per example, whole groups together: shuffled, then largest first into the smallest fold."""
    sizes = np.bincount(groups)
    shuffled = np.random.default_rng(seed).permutation(len(sizes))
    filled = np.zeros(FOLDS)
    fold_of = np.zeros(len(sizes), dtype=np.int64)
    for group in shuffled[np.argsort(-sizes[shuffled], kind="stable")]:
        fold_of[group] = np.argmin(filled)
        filled[fold_of[group]] += sizes[group]
    folds: NDArray[np.int64] = fold_of[groups]
    return folds


def _fit_intents(vectors: NDArray[np.float32], labels: NDArray[np.int16], classes: tuple[Intent, ...]) -> IntentModel:
    from sklearn.linear_model import LogisticRegression

    weights = np.zeros((len(classes), vectors.shape[1]), dtype=np.float32)
    bias = np.full(len(classes), -20.0, dtype=np.float32)
    present = np.unique(labels)
    if len(present) == 1:
        bias[present] = 0.0
        return IntentModel(classes, weights, bias)
    model = LogisticRegression(C=10.0, max_iter=300, tol=1e-3).fit(vectors, labels)
    if len(present) == 2:
        weights[present[1]], bias[present] = model.coef_[0], (0.0, model.intercept_[0])
    else:
        weights[present], bias[present] = model.coef_, model.intercept_
    return IntentModel(classes, weights, bias)


def _leave_group_out(
    index: local_index.Index,
    texts: Sequence[str],
    groups: NDArray[np.int64],
    probabilities: NDArray[np.float32],
    without_answer: bool,
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """The row chosen for each example among other groups, with its features.

    ``without_answer`` also hides every answer that would be right: so looks a question nobody has answered yet. Where
    nothing is left to choose from, the features are NaN.
    """
    chosen = np.zeros(len(groups), dtype=np.int64)
    features = np.full((len(groups), local_index.FEATURES), np.nan)
    for start in range(0, len(groups), BLOCK):
        block = slice(start, start + BLOCK)
        scores = local_index.scores(index, index.questions[block], index.tfidf[block])
        scores[groups[block][:, None] == groups[None, :]] = -np.inf
        if without_answer:
            scores[index.answers[block] @ index.answers.T >= RIGHT] = -np.inf
        for at, row in enumerate(scores, start):
            if np.isfinite(row).any():
                found = local_index.choose(index, row, index.questions[at], probabilities[at], texts[at])
                chosen[at], features[at] = found.row, found.features
    return chosen, features


def _similarities(index: local_index.Index, answers: Sequence[str], chosen: NDArray[np.int64]) -> NDArray[np.float64]:
    """How close the answer chosen for each example is to its own, as ``judging.similarities`` measures it."""
    stated = [numbers(answer) for answer in answers]
    cosine = np.clip(np.einsum("ij,ij->i", index.answers[chosen], index.answers), 0.0, 1.0)
    agreement = [number_agreement(stated[row], stated[own]) for own, row in enumerate(chosen)]
    similarity: NDArray[np.float64] = cosine.astype(np.float64) * np.array(agreement)
    return similarity
