"""Texts as weighted terms: words, word pairs and letter groups of three to five, which survive typing mistakes.

Terms are the features of scikit-learn's ``HashingVectorizer`` (words, and ``char_wb``), hashed with MurmurHash3 into a
range for words and one for letter groups, so that nothing is fitted but their weights (Weinberger et al. 2009). Rows of
terms are plain arrays: for one question the sparse matrices of scipy cost more than the counting.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

WORD_TERMS = 2**16
LETTER_TERMS = 2**17
TERMS = WORD_TERMS + LETTER_TERMS

_WORD = re.compile(r"\w+")
_NONE = np.zeros(0, dtype=np.int32)


class Rows(Protocol):
    """Sparse rows as a scipy CSR matrix holds them; the columns of a row are sorted."""

    @property
    def indptr(self) -> NDArray[np.int32]: ...
    @property
    def indices(self) -> NDArray[np.int32]: ...
    @property
    def data(self) -> NDArray[np.float32]: ...


@dataclass(frozen=True, slots=True)
class Terms:
    """``Rows`` over ``TERMS`` columns, one row a text."""

    indptr: NDArray[np.int32]
    indices: NDArray[np.int32]
    data: NDArray[np.float32]


def count(texts: Sequence[str]) -> Terms:
    """How often each term occurs in each text."""
    rows = [np.unique(np.array(_hashed(text), dtype=np.int32), return_counts=True) for text in texts]
    return Terms(
        np.cumsum([0, *(len(ids) for ids, _ in rows)], dtype=np.int32),
        np.concatenate([_NONE, *(ids for ids, _ in rows)]),
        np.concatenate([_NONE, *(counts for _, counts in rows)], dtype=np.float32),
    )


def _hashed(text: str) -> list[int]:
    """The column of every term of a text."""
    from sklearn.utils import murmurhash3_32

    text = text.lower()
    words = _WORD.findall(text)
    pairs = [f"{first} {second}" for first, second in pairwise(words)]
    spelled = [f" {part} " for part in text.split()]
    groups = [part[at : at + size] for part in spelled for size in (3, 4, 5) for at in range(len(part) - size + 1)]
    ids = [abs(murmurhash3_32(term)) % WORD_TERMS for term in words + pairs]
    return ids + [WORD_TERMS + abs(murmurhash3_32(group)) % LETTER_TERMS for group in groups]


def weigh(counts: Terms, idf: NDArray[np.float32]) -> Terms:
    """Sublinear term frequency × inverse document frequency, words and letter groups at equal weight, unit length."""
    texts = len(counts.indptr) - 1
    rows = np.repeat(np.arange(texts), np.diff(counts.indptr))
    values = (1 + np.log(counts.data)) * idf[counts.indices]
    half = rows * 2 + (counts.indices >= WORD_TERMS)
    squares = np.bincount(half, values.astype(np.float64) ** 2, 2 * texts).reshape(-1, 2)
    length = np.sqrt(squares * (squares > 0).sum(axis=1, keepdims=True))  # of a half, times that of one or two halves
    values = values / length.ravel()[half]
    return Terms(counts.indptr, counts.indices, values.astype(np.float32))


def cosines(rows: Terms, question: Terms) -> NDArray[np.float32]:
    """The cosine of each weighted row to a weighted question, the only row of ``question``."""
    known = np.append(question.indices, TERMS)
    at = np.searchsorted(known, rows.indices)
    shared = known[at] == rows.indices
    row = np.repeat(np.arange(len(rows.indptr) - 1), np.diff(rows.indptr))
    found = np.zeros(len(rows.indptr) - 1, dtype=np.float32)
    np.add.at(found, row[shared], rows.data[shared] * question.data[at[shared]])
    return found
