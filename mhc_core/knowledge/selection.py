"""Which approved answer a question asks for, and how likely it is that it does: learned from the questions of each.

An *answer group* is one approved answer with the questions that ask for it. A question's score for a group weighs

- a classifier over the embeddings of all questions and of the sentences of all answers: kernel ridge regression, whose
  leave-one-out predictions are exact and free (Cawley & Talbot 2003),
- the nearest of the group's questions and the nearest sentence of its answer, by cosine,
- the words and letter groups shared with the nearest of its questions.

Scores become probabilities by a softmax in which "none of these" takes part. The weights and the score of "none" are
fitted by maximum likelihood on the taught questions, each asked once as if it had not been taught, and once as if its
whole group were unknown. So a probability says both how likely a group is and whether there is one at all.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from mhc_core.errors import DataError
from mhc_core.language import terms
from mhc_core.language.terms import Terms
from mhc_core.protocols import Embedder

Floats = NDArray[np.float64]
WIDTH, RIDGE = 2.0, 0.1
"""The kernel is ``exp(WIDTH * (cosine - 1))``. A group is asked for in many ways, which no one plane tells from all
others: a linear classifier finds the right article for 6 questions of 100 less."""
UNKNOWN_WEIGHT = 0.25
"""How much a question whose group is hidden counts beside one whose group is known."""
FEATURES = ("classifier", "nearest question", "nearest sentence", "shared letters")
_HIDDEN = -1.0


@dataclass(frozen=True, slots=True)
class AnswerGroup:
    """An approved answer, by its sentences, with questions that ask for it."""

    id: str
    questions: Sequence[str]
    sentences: Sequence[str]


@dataclass(frozen=True, slots=True)
class Choice:
    """A group with the probability, 0..1, that it answers the question."""

    group: str
    probability: float


@dataclass(frozen=True)
class Selector:
    """A trained selection; any number of threads may ask it.

    Rows of ``vectors`` are the taught texts, questions before sentences; ``owner`` is the group of each by its place in
    ``groups``. ``weights`` are those of ``FEATURES`` and, last, the score of "none of these".
    """

    groups: tuple[str, ...]
    questions: int
    owner: NDArray[np.int64]
    vectors: NDArray[np.float32]
    letter_terms: Terms
    idf: NDArray[np.float32]
    classifier: NDArray[np.float32]
    weights: Floats

    def probabilities(self, question: str, vector: NDArray[np.float32]) -> Floats:
        """Of each group, in the order of ``groups``, for an embedded question; what is missing to 1 is "none"."""
        cosine = (self.vectors @ vector).astype(np.float64)
        letters = terms.cosines(self.letter_terms, terms.weigh(terms.count([question]), self.idf)).astype(np.float64)
        features = np.stack(
            [
                _kernel(cosine) @ self.classifier,
                self._highest(cosine[: self.questions], self._of_questions),
                self._highest(cosine[self.questions :], self._of_sentences),
                self._highest(letters, self._of_questions),
            ],
            axis=-1,
        )
        return _softmax(features @ self.weights[:-1], self.weights[-1])

    def choose(self, question: str, vector: NDArray[np.float32], count: int = 3) -> list[Choice]:
        """The likeliest groups, best first."""
        probability = self.probabilities(question, vector)
        order = np.argsort(-probability, kind="stable")[:count]
        return [Choice(self.groups[at], float(probability[at])) for at in order]

    @cached_property
    def _of_questions(self) -> NDArray[np.int64]:
        return self.owner[: self.questions]

    @cached_property
    def _of_sentences(self) -> NDArray[np.int64]:
        return self.owner[self.questions :]

    def _highest(self, values: Floats, owner: NDArray[np.int64]) -> Floats:
        found = np.zeros(len(self.groups))
        np.maximum.at(found, owner, values)
        return found


def train(groups: Sequence[AnswerGroup], embedder: Embedder) -> Selector:
    """A selection among the groups. The same groups give the same one.

    Raises:
        DataError: fewer than two groups have a question.
    """
    asked = [(text, at) for at, group in enumerate(groups) for text in group.questions]
    said = [(text, at) for at, group in enumerate(groups) for text in group.sentences]
    if len({at for _, at in asked}) < 2:
        raise DataError("at least two answers need questions that ask for them; add questions to the articles")
    texts = [text for text, _ in (*asked, *said)]
    owner = np.array([at for _, at in (*asked, *said)], dtype=np.int64)
    vectors = embedder.embed(texts)
    counts = terms.count([text for text, _ in asked])
    documents = np.bincount(counts.indices, minlength=terms.TERMS)
    idf = (np.log((1 + len(asked)) / (1 + documents)) + 1).astype(np.float32)
    letter_terms = terms.weigh(counts, idf)
    wanted = np.zeros((len(texts), len(groups)))
    wanted[np.arange(len(texts)), owner] = 1.0
    q = len(asked)
    exact = vectors.astype(np.float64)
    inverse = np.asarray(np.linalg.inv(_kernel(exact @ exact.T) + RIDGE * np.eye(len(texts))), dtype=np.float64)
    classifier: Floats = inverse @ wanted
    known = _features(_left_out(inverse, classifier, wanted, q), vectors, letter_terms, owner, q, len(groups))
    unknown = known.copy()
    unknown[..., 0] = _group_left_out(inverse, classifier, wanted, owner, q)
    return Selector(
        tuple(group.id for group in groups),
        q,
        owner,
        vectors,
        letter_terms,
        idf,
        classifier.astype(np.float32),
        _weights(known, unknown, owner[:q]),
    )


def _kernel(cosine: Floats) -> Floats:
    shares: Floats = np.exp(WIDTH * (cosine - 1))
    return shares


def _left_out(inverse: Floats, classifier: Floats, wanted: Floats, questions: int) -> Floats:
    """What the classifier says of each question had it not been taught."""
    return wanted[:questions] - classifier[:questions] / np.diag(inverse)[:questions, None]


def _group_left_out(
    inverse: Floats, classifier: Floats, wanted: Floats, owner: NDArray[np.int64], questions: int
) -> Floats:
    """What it says of each question had none of its group been taught."""
    found = np.zeros((questions, wanted.shape[1]))
    for group in np.unique(owner[:questions]):
        rows = np.flatnonzero(owner == group)
        predicted = wanted[rows] - np.linalg.solve(inverse[np.ix_(rows, rows)], classifier[rows])
        found[rows[rows < questions]] = predicted[rows < questions]
    return found


def _features(
    classified: Floats,
    vectors: NDArray[np.float32],
    letter_terms: Terms,
    owner: NDArray[np.int64],
    questions: int,
    groups: int,
) -> Floats:
    """Features of shape (questions, groups, features) of the taught questions, each without itself."""
    from scipy import sparse

    rows = sparse.csr_matrix(
        (letter_terms.data, letter_terms.indices, letter_terms.indptr), shape=(questions, terms.TERMS)
    )
    cosine = (vectors[:questions] @ vectors.T).astype(np.float64)
    letters = np.asarray((rows @ rows.T).todense(), dtype=np.float64)
    np.fill_diagonal(cosine, _HIDDEN)
    np.fill_diagonal(letters, _HIDDEN)
    parts = [
        classified,
        _highest(cosine[:, :questions], owner[:questions], groups),
        _highest(cosine[:, questions:], owner[questions:], groups),
        _highest(letters, owner[:questions], groups),
    ]
    return np.stack(parts, axis=-1)


def _highest(values: Floats, owner: NDArray[np.int64], groups: int) -> Floats:
    found = np.zeros((len(values), groups))
    for column, group in enumerate(owner):
        np.maximum(found[:, group], values[:, column], out=found[:, group])
    return found


def _softmax(scores: Floats, none: float) -> Floats:
    """Probabilities of the groups beside "none of these"; a score of minus infinity is a group that is hidden."""
    highest = np.maximum(scores.max(axis=-1, keepdims=True), none)
    shares = np.exp(scores - highest)
    total: Floats = shares / (shares.sum(axis=-1, keepdims=True) + np.exp(none - highest))
    return total


def _weights(known: Floats, unknown: Floats, owner: NDArray[np.int64]) -> Floats:
    """Weights of the features and the score of "none", by maximum likelihood with a weak prior."""
    from scipy.optimize import minimize

    rows = np.arange(len(owner))
    hidden = np.zeros(unknown.shape[:2], dtype=bool)
    hidden[rows, owner] = True

    def loss(weights: Floats) -> tuple[float, Floats]:
        score, none = known @ weights[:-1], weights[-1]
        told = _softmax(score, none)
        likely = np.maximum(told[rows, owner], 1e-12)
        error = told.copy()
        error[rows, owner] -= 1
        gradient = np.append(np.einsum("qg,qgf->f", error, known), (1 - told.sum(axis=1)).sum())
        away = np.where(hidden, -np.inf, unknown @ weights[:-1])
        beyond = _softmax(away, none)
        nothing = np.maximum(1 - beyond.sum(axis=1), 1e-12)
        gradient += UNKNOWN_WEIGHT * np.append(np.einsum("qg,qgf->f", beyond, unknown), (nothing - 1).sum())
        prior = 0.001 * weights @ weights
        total = -np.log(likely).sum() - UNKNOWN_WEIGHT * np.log(nothing).sum() + prior
        return float(total), gradient + 0.002 * weights

    start = np.array([8.0, 8.0, 4.0, 2.0, 8.0])
    bounds = [(0.0, None)] * len(FEATURES) + [(None, None)]
    return np.asarray(minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds).x)
