"""The articles of a knowledge version with what was learned of the questions that they answer.

Every article is one answer group (``selection``): its title, its sentences, and the questions that it is known to
answer. An article that is chosen is quoted by the blocks that fit the question, and a block is never cut: a list stays
under the sentence it belongs to, and a heading stands over each block under it.
"""

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from threading import Lock

import numpy as np
import sqlalchemy as sa
from cachetools import LRUCache
from numpy.typing import NDArray

from mhc_core.db.queries import knowledge as queries
from mhc_core.knowledge import selection
from mhc_core.knowledge.articles import UNANSWERED
from mhc_core.knowledge.known_vectors import KnownVectors
from mhc_core.knowledge.selection import AnswerGroup, Selector
from mhc_core.language.answer_text import sentences, strip_markdown
from mhc_core.language.memories import forgotten_by
from mhc_core.language.quoting import blocks, quoted
from mhc_core.language.spelling import normalised
from mhc_core.protocols import Embedder, Passage

MOST_TEXTS = 6_000
"""Questions and sentences in all. With more, nothing is learned of them: the time grows with their third power."""
_learned: LRUCache[str, "ArticleSelector | None"] = LRUCache(4)
_lock = Lock()


@forgotten_by
def _forget() -> None:
    with _lock:
        _learned.clear()


@dataclass(frozen=True, slots=True)
class Article:
    """An article as a version holds it: its chunks in reading order, and the questions that it is known to answer.

    Without ``answers`` these are questions that nothing answers.
    """

    id: str
    title: str
    chunks: Sequence[tuple[int, str]]
    questions: Sequence[str]
    answers: bool = True


@dataclass(frozen=True, slots=True)
class _Block:
    chunk_id: int
    text: str
    rows: slice
    """Its sentences among the selector's texts."""


@dataclass(frozen=True)
class ArticleSelector:
    """What answers questions. ``own`` are the articles by the questions that are theirs word for word."""

    articles: Mapping[str, Article]
    selector: Selector
    own: Mapping[str, str]
    blocks: Mapping[str, Sequence[_Block]]

    def verbatim(self, question: str) -> str | None:
        """The article that has this very question, or None."""
        return self.own.get(normalised(question))

    def passages(self, question: str, vector: NDArray[np.float32], count: int) -> list[Passage]:
        """The likeliest articles, best first, each by the blocks that fit; ``probability`` says how likely it answers.

        ``vector`` is the embedded question.
        """
        known = self.verbatim(question)
        chosen = self.selector.choose(question, vector, count + 2)
        cosine = self.selector.vectors @ vector
        found = [
            self._passage(one.group, cosine, one.probability)
            for one in chosen
            if one.group != known and self.articles[one.group].answers
        ]
        if known is not None:
            found.insert(0, self._passage(known, cosine, 1.0))
        return found[:count]

    def _passage(self, article_id: str, cosine: NDArray[np.float32], probability: float) -> Passage:
        article, parts = self.articles[article_id], self.blocks[article_id]
        near = [float(cosine[part.rows].max()) for part in parts]
        best = max(range(len(parts)), key=near.__getitem__)
        text = quoted([part.text for part in parts], near)
        score = max(0.0, min(1.0, near[best]))
        return Passage(parts[best].chunk_id, article_id, article.title, text, score, probability)


def learn(articles: Sequence[Article], embedder: Embedder) -> ArticleSelector | None:
    """What can be learned of these articles; None where fewer than two have questions, or there is too much."""
    if sum(1 for article in articles if article.questions) < 2:
        return None
    cut = {
        article.id: [(chunk, text) for chunk, body in article.chunks for text in blocks(body)] for article in articles
    }
    said = {key: [sentences(strip_markdown(text)) or [text] for _, text in parts] for key, parts in cut.items()}
    texts = sum(len(lines) for parts in said.values() for lines in parts)
    if texts + sum(len(article.questions) for article in articles) > MOST_TEXTS:
        return None
    selector = selection.train(
        [
            AnswerGroup(
                article.id, article.questions, [article.title, *(line for part in said[article.id] for line in part)]
            )
            for article in articles
        ],
        embedder,
    )
    placed: dict[str, list[_Block]] = {}
    row = selector.questions
    for article in articles:
        row += 1  # the title
        found = []
        for (chunk, text), lines in zip(cut[article.id], said[article.id], strict=True):
            found.append(_Block(chunk, text, slice(row, row + len(lines))))
            row += len(lines)
        placed[article.id] = found
    answering = [article for article in articles if article.answers]
    own = {normalised(text): article.id for article in answering for text in (article.title, *article.questions)}
    return ArticleSelector({article.id: article for article in articles}, selector, own, placed)


def articles(connection: sa.Connection, version_id: str) -> list[Article]:
    """The articles of a version with the questions that they have now, by id."""
    asked: dict[str, list[str]] = defaultdict(list)
    for question, article_id in queries.questions(connection):
        asked[article_id].append(question)
    chunks: dict[str, list[tuple[int, str]]] = defaultdict(list)
    titles: dict[str, str] = {}
    unanswered: set[str] = set()
    for row in queries.texts(connection, version_id):
        chunks[row.article_id].append((row.id, row.content))
        titles[row.article_id] = row.title
        if row.category == UNANSWERED:
            unanswered.add(row.article_id)
        if row.origin == "learned" and row.title not in asked[row.article_id]:
            asked[row.article_id].append(row.title)  # the question that its answer was approved for
    return [
        Article(key, titles[key], tuple(found), tuple(asked[key]), key not in unanswered)
        for key, found in sorted(chunks.items())
    ]


def load(connection: sa.Connection, version_id: str, embedder: Embedder, keep: bool = False) -> ArticleSelector | None:
    """What can be learned of a version and of the questions that its articles have now. Learned once in a process.

    With ``keep`` the vectors it takes are kept for the next process; the caller holds the lock of the index then.
    """
    found = articles(connection, version_id)
    digest = hashlib.sha256(repr((embedder.id, found)).encode()).hexdigest()
    with _lock:
        if digest not in _learned:
            _learned[digest] = learn(found, KnownVectors(connection, embedder, keep))
        return _learned[digest]
