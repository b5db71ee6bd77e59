"""Terms and their scores against scikit-learn and scipy, which made the features of every trained artifact."""

from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse
from sklearn.feature_extraction.text import HashingVectorizer

from mhc_core.language import terms as local_terms
from mhc_core.providers.local import index as local_index

TYPED = st.text(st.sampled_from("aA bcé\t\n.,'ßİß中1२😀_-"), max_size=60)
TEXTS = st.lists(TYPED | st.text(max_size=60), min_size=1, max_size=8)
WORDS, LETTERS = (
    HashingVectorizer(
        ngram_range=(1, 2), n_features=2**16, token_pattern=r"(?u)\b\w+\b", alternate_sign=False, norm=None
    ),
    HashingVectorizer(analyzer="char_wb", ngram_range=(3, 5), n_features=2**17, alternate_sign=False, norm=None),
)


def _matrix(rows: local_terms.Terms) -> Any:
    return sparse.csr_matrix((rows.data, rows.indices, rows.indptr), shape=(len(rows.indptr) - 1, local_terms.TERMS))


@given(TEXTS)
def test_terms_are_those_of_scikit_learn(texts: list[str]) -> None:
    expected = sparse.hstack([WORDS.transform(texts), LETTERS.transform(texts)], format="csr")
    counted = local_terms.count(texts)
    assert counted.indptr.tolist() == expected.indptr.tolist()
    assert counted.indices.tolist() == expected.indices.tolist()
    assert counted.data.tolist() == expected.data.tolist()


@given(TEXTS, TEXTS)
def test_a_question_alone_scores_like_one_among_many(known: list[str], asked: list[str]) -> None:
    questions = np.eye(8, dtype=np.float32)
    answers = np.roll(questions, 1, axis=0)
    rows = slice(len(known))
    index = local_index.build(known, known, questions[rows], answers[rows], np.zeros(len(known), dtype=np.int16))
    terms, vectors = local_index.term_vectors(asked, index.idf), np.eye(8, dtype=np.float32)[: len(asked)]
    together = local_index.scores(index, vectors, terms)
    meaning = 0.5 * (questions + answers.T)[: len(asked), rows]
    spelling = (_matrix(terms) @ index.tfidf.T).toarray()
    assert np.allclose(together, 0.65 * meaning + 0.35 * spelling, atol=1e-6)
    for row, text in enumerate(asked):
        alone = local_index.scores(index, vectors[row : row + 1], local_index.term_vectors([text], index.idf))[0]
        assert np.allclose(alone, together[row], atol=1e-6)


@given(TEXTS | st.just([]), TYPED)
def test_cosines_of_sentences_are_those_of_the_matrices(sentences: list[str], question: str) -> None:
    idf = np.linspace(1, 9, local_terms.TERMS, dtype=np.float32)
    rows, one = local_index.term_vectors(sentences, idf), local_index.term_vectors([question], idf)
    assert np.allclose(local_terms.cosines(rows, one), (_matrix(rows) @ _matrix(one).T).toarray()[:, 0], atol=1e-6)


def test_a_typing_mistake_costs_little_and_a_strange_text_shares_nothing() -> None:
    known = ["how much is lobster tail", "do you travel to Reno"]
    vectors = np.zeros((2, 4), dtype=np.float32)
    index = local_index.build(known, known, vectors, vectors, np.zeros(2, dtype=np.int16))
    asked = [known[0], "how much is lobstr tail", "zzzz", ""]
    found = local_index.scores(
        index, np.zeros((len(asked), 4), dtype=np.float32), local_index.term_vectors(asked, index.idf)
    )
    same, mistyped, strange, empty = found / local_index.TFIDF_WEIGHT
    assert np.isclose(same[0], 1)
    assert mistyped[0] > 0.5 > mistyped[1]
    assert not strange.any()
    assert not empty.any()
