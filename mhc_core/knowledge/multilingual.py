"""Which article answers a question in another language: learned as for English, over vectors that all languages share.

For each language the articles are answer groups (``selection``): what customers ask in English, which is known best,
beside the questions and sentences of the article's translation. A sentence's language moves its vector further than
its meaning does; so the mean vector of each language is taken off, and what is left compares across languages
(Libovický et al. 2020). An article without a current translation is found all the same, by its English.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from mhc_core.knowledge import article_selector, translations
from mhc_core.knowledge.article_selector import Article, ArticleSelector
from mhc_core.knowledge.known_vectors import KnownVectors
from mhc_core.language.answer_text import sentences, strip_markdown
from mhc_core.protocols import Embedder, Passage

Floats = NDArray[np.float32]
ENGLISH_QUESTIONS = 25
"""Of each article, spread over its list. With 12 the right article comes first as often, but is known to be right less
often (.77 of the dev questions likelier than 1 in 4, against .82); with all the learning takes twice as long."""

SLOPE, OFFSET = 0.42, -0.25
"""Of the log-odds, fitted on the dev questions of four languages (156)."""


@dataclass(frozen=True, slots=True)
class Translated:
    """A current translation of an article: what is told in its language."""

    title: str
    body: str
    questions: Sequence[str]


@dataclass(frozen=True)
class ForeignSelector:
    """What answers questions of one language. ``translated`` are the articles that can be told in it."""

    language: str
    selector: ArticleSelector
    mean: Floats
    embedder: Embedder
    translated: frozenset[str]

    def passages(self, question: str, count: int) -> list[Passage]:
        """The likeliest articles, best first, each by the blocks of its translation that fit.

        A passage of an article without a translation is in English: ``language`` says so.
        """
        vector = _unit(self.embedder.embed([question])[0] - self.mean)
        return [
            replace(
                one,
                language=self.language if one.article_id in self.translated else "en",
                probability=_calibrated(one.probability or 0.0),
            )
            for one in self.selector.passages(question, vector, count)
        ]


def _calibrated(probability: float) -> float:
    """How often an article of this probability was right, 0..1, by the dev questions of ``mhc bench languages``.

    What is learned judges a question of another language too low: it was learned of questions whose neighbours are
    mostly of their own language. So its log-odds are corrected (Platt 1999); questions that nothing answers counted
    five times, as they are fewer in the set than among customers.
    """
    if not 0.0 < probability < 1.0:
        return probability
    odds = math.log(probability / (1.0 - probability))
    return 1.0 / (1.0 + math.exp(-(SLOPE * odds + OFFSET)))


class _Centred:
    """An ``Embedder`` of texts whose language is known: the mean vector of each language is taken off."""

    def __init__(self, embedder: Embedder, english: frozenset[str], own: frozenset[str]) -> None:
        self._embedder, self._english = embedder, english
        self._english_mean = _mean(embedder, english or own)
        self.mean = _mean(embedder, own) if own else self._english_mean

    @property
    def id(self) -> str:
        return self._embedder.id

    @property
    def dimensions(self) -> int:
        return self._embedder.dimensions

    def embed(self, texts: Sequence[str]) -> Floats:
        """Unit vectors of shape (len(texts), dimensions)."""
        means = np.stack([self._english_mean if text in self._english else self.mean for text in texts])
        return _unit(self._embedder.embed(texts) - means)


def learn(
    articles: Sequence[Article],
    translated: Mapping[str, Translated],
    embedder: Embedder,
    language: str,
    asked_by: Embedder | None = None,
) -> ForeignSelector | None:
    """What can be learned for one language; None where fewer than two articles have questions.

    ``articles`` are those of the knowledge version in English, ``translated`` current translations by article id.
    ``asked_by`` embeds the questions that come later; ``embedder`` where it is left out.
    """
    groups = [_group(article, translated.get(article.id)) for article in articles]
    english, own = texts(articles, translated)
    if not english | own:
        return None
    centred = _Centred(embedder, english, own)
    learned = article_selector.learn(groups, centred)
    if learned is None:
        return None
    return ForeignSelector(language, learned, centred.mean, asked_by or embedder, frozenset(translated))


def load(connection: sa.Connection, version_id: str, embedder: Embedder, language: str) -> ForeignSelector | None:
    """What is learned for one language of a version, its questions and its current translations."""
    articles = article_selector.articles(connection, version_id)
    return learn(articles, told(connection, language), KnownVectors(connection, embedder), language, embedder)


def told(connection: sa.Connection, language: str) -> dict[str, Translated]:
    """What is told in a language now, by article id."""
    return {
        article_id: Translated(row.title, row.body, tuple(row.questions))
        for (article_id, _), row in translations.current(connection, (language,)).items()
    }


def texts(articles: Sequence[Article], translated: Mapping[str, Translated]) -> tuple[frozenset[str], frozenset[str]]:
    """All texts whose vectors :func:`learn` asks for: those in English, and those of the language."""
    english = frozenset(text for article in articles for text in _english_texts(article, translated.get(article.id)))
    return english, frozenset(text for one in translated.values() for text in _own_texts(one)) - english


def _group(article: Article, translated: Translated | None) -> Article:
    asked = _english_questions(article)
    if translated is None:
        return replace(article, questions=asked)
    chunk = article.chunks[0][0]
    questions = tuple(dict.fromkeys((*asked, *translated.questions)))
    return replace(article, title=translated.title, chunks=((chunk, translated.body),), questions=questions)


def _english_questions(article: Article) -> Sequence[str]:
    """At most ``ENGLISH_QUESTIONS`` of them, from the whole list; all where nothing answers them."""
    questions = article.questions
    if not article.answers:
        return tuple(questions)
    step = max(1.0, len(questions) / ENGLISH_QUESTIONS)
    return tuple(dict.fromkeys(questions[int(at * step)] for at in range(min(len(questions), ENGLISH_QUESTIONS))))


def _english_texts(article: Article, translated: Translated | None) -> Sequence[str]:
    said = [] if translated is not None else [article.title, *(body for _, body in article.chunks)]
    lines = [line for body in said for line in sentences(strip_markdown(body)) or [body]]
    return [*_english_questions(article), *said, *lines]


def _own_texts(one: Translated) -> Sequence[str]:
    return [one.title, *one.questions, *sentences(strip_markdown(one.body))]


def _mean(embedder: Embedder, texts: frozenset[str]) -> Floats:
    return np.asarray(embedder.embed(sorted(texts)).mean(axis=0), dtype=np.float32)


def _unit(vectors: Floats) -> Floats:
    length = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.maximum(length, 1e-9), dtype=np.float32)
