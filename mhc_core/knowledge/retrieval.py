"""Finding the passages of a knowledge version that answer a question: nearest vectors blended with shared words.

    score = (1 − w) · max(0, cosine) + w · coverage          w = LEXICAL_WEIGHT

``cosine`` is between question and chunk. ``coverage`` is the share of the question's words that the chunk holds, each
word (stemmed, without stop words) counted by how rare it is in this version: idf = ln(1 + N / n) with N chunks of which
n hold the word. Both lie in 0..1 and so does the score; that of a learned article is multiplied by LEARNED_WEIGHT.
Candidates are the nearest chunks of the HNSW index and every chunk that holds one of the question's rare words.
"""

import math
from collections.abc import Mapping, Sequence
from threading import Lock

import numpy as np
import sqlalchemy as sa
from cachetools import LRUCache
from numpy.typing import NDArray

from mhc_core.db.queries import retrieval as queries
from mhc_core.language.memories import forgotten_by
from mhc_core.protocols import Passage

LEXICAL_WEIGHT = 0.15
LEARNED_WEIGHT = 0.9
"""The score of a learned article counts this much: it fills gaps, and steps back where the team wrote the answer."""
POOL = 80
RARE_MATCHES = 200
"""Of 20,000 chunks, 80 and 200 find as many of the best as 60 and 400 do, for three quarters of the work."""
PER_ARTICLE = 1

_lexicons: LRUCache[str, tuple[int, Mapping[str, int]]] = LRUCache(4)
_lock = Lock()


@forgotten_by
def _forget() -> None:
    with _lock:
        _lexicons.clear()


def search(
    connection: sa.Connection, version_id: str, question: str, vector: NDArray[np.float32], k: int = 3
) -> list[Passage]:
    """The ``k`` best passages of this version, best first, at most one an article; equal scores in order of chunk id.

    ``vector`` is the question embedded by the version's own embedder. A version that does not exist has no passages.
    """
    total, frequency = _lexicon(connection, version_id)
    weights = _weights(queries.lexemes(connection, question), total, frequency)
    rows = queries.candidates(
        connection,
        version_id,
        vector,
        _rare(list(weights), frequency),
        weights,
        lexical_weight=LEXICAL_WEIGHT,
        learned_weight=LEARNED_WEIGHT,
        pool=POOL,
        per_article=PER_ARTICLE,
        k=k,
    )
    return [Passage(row.id, row.article_id, row.title, row.content, min(1.0, float(row.score))) for row in rows]


def _lexicon(connection: sa.Connection, version_id: str) -> tuple[int, Mapping[str, int]]:
    """Chunk count and word frequencies of a version: it never changes, so a process reads it once."""
    with _lock:
        known = _lexicons.get(version_id)
    if known is None:
        known = queries.frequencies(connection, version_id)
        if known[0]:
            with _lock:
                _lexicons[version_id] = known
    return known


def _weights(words: Sequence[str], total: int, frequency: Mapping[str, int]) -> dict[str, float]:
    """Each word's share of the question's information; a word that no chunk holds counts as the rarest."""
    idf = {lexeme: math.log(1 + total / max(1, frequency.get(lexeme, 0))) for lexeme in sorted(words)}
    whole = sum(idf.values())
    return {lexeme: value / whole for lexeme, value in idf.items()} if whole else {}


def _rare(words: Sequence[str], frequency: Mapping[str, int]) -> list[str]:
    """The rarest known words that together match few enough chunks to score them all."""
    chosen: list[str] = []
    matches = 0
    for lexeme in sorted((word for word in words if word in frequency), key=lambda word: (frequency[word], word)):
        matches += frequency[lexeme]
        if matches > RARE_MATCHES:
            break
        chosen.append(lexeme)
    return chosen
