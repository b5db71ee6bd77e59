"""Retrieval over approved answers: which of them answers this question best, and how sure that looks.

The score of an example is ``0.65 * (cosine to its question and to its answer, averaged) + 0.35 * TF-IDF cosine to its
question``; TF-IDF counts words, word pairs and letter groups of three to five, which survive typing mistakes. Among the
twelve best, the answer that agrees most with the others is taken (minimum Bayes risk, Kumar & Byrne 2004): one wrong
answer among many right ones does not win because its question is spelled alike. An example whose answer repeats
numbers, dates or places of its own question, which this question does not hold, is marked down: it was true in that
case only.
"""

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mhc_core.language import answer_text
from mhc_core.language import terms as local_terms
from mhc_core.language.terms import Rows, Terms

QUESTION_WEIGHT = 0.5
TFIDF_WEIGHT = 0.35
NEIGHBOURS = 12
TEMPERATURE = 0.05
AGREEMENT_WEIGHT = 0.3
INTENT_WEIGHT = 0.1
CONFLICT_PENALTY = 0.1
OTHER_ANSWER = 0.75
FEATURES = 11

Vector = NDArray[np.float32]


@dataclass(frozen=True)
class Index:
    """Everything retrieval needs, row by row: vectors of questions and answers, TF-IDF rows, what a case is about."""

    questions: Vector
    answers: Vector
    tfidf: Any  # scipy CSR, examples × terms
    idf: Vector
    intents: NDArray[np.int16]  # the class of each example
    about: Sequence[frozenset[str]]  # numbers and dates of the question
    bound: Sequence[frozenset[str]]  # what the answer repeats of its own question

    @functools.cached_property
    def middle(self) -> Vector:
        """The weighted mean of question and answer: its product is the mean of both cosines, for half the reading."""
        mean = QUESTION_WEIGHT * self.questions + (1 - QUESTION_WEIGHT) * self.answers
        return mean.astype(np.float32, copy=False)

    @functools.cached_property
    def by_term(self) -> Rows:
        """``tfidf`` turned round, terms × examples: a question looks at its own terms only."""
        turned: Rows = self.tfidf.T.tocsr()
        return turned


@dataclass(frozen=True, slots=True)
class Retrieved:
    """The chosen example's row, with the features from which confidence is estimated."""

    row: int
    features: NDArray[np.float64]


def scores(index: Index, vectors: Vector, terms: Rows) -> Vector:
    """Retrieval scores of shape (questions, examples) for embedded and TF-IDF-weighted questions."""
    dense = vectors @ index.middle.T
    sparse = np.zeros_like(dense)
    for row, (first, last) in enumerate(pairwise(terms.indptr)):
        _add_cosines(sparse[row], index.by_term, terms.indices[first:last], terms.data[first:last])
    mixed: Vector = ((1 - TFIDF_WEIGHT) * dense + TFIDF_WEIGHT * sparse).astype(np.float32, copy=False)
    return mixed


def _add_cosines(row: Vector, by_term: Rows, terms: NDArray[np.int32], weights: Vector) -> None:
    """Add the TF-IDF cosine of one question to every example that holds one of its terms."""
    first, last = by_term.indptr[terms], by_term.indptr[terms + 1]
    holders = last - first
    places = np.repeat(last - np.cumsum(holders), holders)
    places += np.arange(len(places))
    np.add.at(row, by_term.indices.take(places), np.repeat(weights, holders) * by_term.data.take(places))


def choose(index: Index, row: Vector, vector: Vector, probabilities: Vector, question: str) -> Retrieved:
    """The best example for one question from its row of scores; rows that may not be used hold ``-inf``."""
    about = answer_text.specifics(question)
    mentioned = answer_text.mentioned(question, about)
    usable = row + INTENT_WEIGHT * probabilities[index.intents]
    count = min(NEIGHBOURS, int(np.count_nonzero(np.isfinite(usable))))
    top = np.argpartition(-usable, count - 1)[:count]
    conflicts = np.array([len(index.bound[item] - mentioned) for item in top], dtype=np.float64)
    ranked = usable[top].astype(np.float64) - CONFLICT_PENALTY * np.minimum(conflicts, 3)
    order = np.lexsort((top, -ranked))
    top, ranked, conflicts = top[order], ranked[order], conflicts[order]
    weights = np.exp((ranked - ranked[0]) / TEMPERATURE)
    alike = index.answers[top] @ index.answers[top].T
    agreement = alike @ (weights / weights.sum())
    best = int(np.argmax(ranked + AGREEMENT_WEIGHT * agreement))
    chosen = int(top[best])
    others = ranked[alike[best] < OTHER_ANSWER]
    theirs = index.about[chosen]
    union = theirs | about
    features = np.array(
        [
            row[chosen],
            ranked[0],
            float(vector @ index.questions[chosen]),
            float(vector @ index.answers[chosen]),
            ranked[best] - (others.max() if len(others) else ranked[-1] - TEMPERATURE),
            agreement[best],
            probabilities[index.intents[chosen]],
            probabilities.max(),
            min(conflicts[best], 3.0),
            len(theirs & about) / len(union) if union else 1.0,
            min(len(about), 4) / 4,
        ]
    )
    return Retrieved(chosen, features)


def build(
    texts: Sequence[str], answer_texts: Sequence[str], questions: Vector, answers: Vector, intents: NDArray[np.int16]
) -> Index:
    """An index over examples given by their comparable question, presentable answer, vectors and class."""
    from scipy import sparse

    counts = local_terms.count(texts)
    documents = np.bincount(counts.indices, minlength=local_terms.TERMS)
    idf = (np.log((1 + len(texts)) / (1 + documents)) + 1).astype(np.float32)
    about = [answer_text.specifics(text) for text in texts]
    bound = [answer_text.bound(text, answer) for text, answer in zip(texts, answer_texts, strict=True)]
    rows = local_terms.weigh(counts, idf)
    tfidf = sparse.csr_matrix((rows.data, rows.indices, rows.indptr), shape=(len(texts), local_terms.TERMS))
    return Index(questions, answers, tfidf, idf, intents, about, bound)


def term_vectors(texts: Sequence[str], idf: Vector) -> Terms:
    """TF-IDF rows of unit length for questions, comparable with those of the index."""
    return local_terms.weigh(local_terms.count(texts), idf)
