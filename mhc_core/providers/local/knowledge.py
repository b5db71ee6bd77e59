"""Answering from the knowledge alone: the untrained baseline, and what the trained model falls back to."""

from collections.abc import Callable, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from mhc_core.language import intents
from mhc_core.language.answer_text import content_words, numbers, query_text, sentences, strip_markdown
from mhc_core.protocols import ChatAnswer, ChatRequest, Embedder, Passage

MAX_WORDS = 40
CITE_FROM = 0.4
KEPT_PASSAGES = 1024
NOTHING_KNOWN = (
    "I do not have a reliable answer to that yet, so I am passing your question to one of our team. "
    "They usually reply within one to two business hours."
)
NOTHING_CONFIDENCE = 0.05


class KnowledgeOnlyModel:
    """A ``ChatModel`` that learned nothing: the sentences of the best passage which are closest to the question.

    Its confidence is a fixed curve over the passage's score, not calibrated on data.
    """

    deterministic = True
    """The same request gets the same answer."""

    def __init__(self, version_id: str, embedder: Embedder | None = None) -> None:
        self._version_id = version_id
        self._excerpts = Excerpts(embedder)

    @property
    def version_id(self) -> str:
        return self._version_id

    def answer(self, request: ChatRequest) -> ChatAnswer:
        """Answer from ``request.passages``; without any, say that a person will."""
        question = query_text(request.question, request.history)
        intent = request.intent or intents.tag(question)
        best = max(request.passages, key=lambda passage: passage.score, default=None)
        if best is None:
            return ChatAnswer(NOTHING_KNOWN, NOTHING_CONFIDENCE, intent)
        return ChatAnswer(
            text=self._excerpts.best(question, best) or NOTHING_KNOWN,
            confidence=passage_confidence(best.score),
            intent=intent,
            cited_chunk_ids=(best.chunk_id,),
        )


class Excerpts:
    """The part of a passage that answers a question. Sentences of recent passages are embedded once and kept."""

    def __init__(self, embedder: Embedder | None) -> None:
        self._embedder = embedder
        self._sentences = lru_cache(maxsize=KEPT_PASSAGES)(self._embedded)

    def best(self, question: str, passage: Passage) -> str:
        """The run of sentences, at most 40 words, that is closest to the question, as plain text."""
        parts, vectors = self._sentences(passage.content)
        if self._embedder is None or vectors is None:
            asked = content_words(question)
            shared = np.array([len(content_words(part) & asked) for part in parts], dtype=np.float32)
            return excerpt(parts, lambda: shared)
        embedder = self._embedder
        return excerpt(parts, lambda: vectors @ embedder.embed([question])[0])

    def _embedded(self, content: str) -> tuple[tuple[str, ...], NDArray[np.float32] | None]:
        parts = tuple(sentences(strip_markdown(content)))
        return parts, self._embedder.embed(parts) if self._embedder else None


def excerpt(parts: Sequence[str], closeness: Callable[[], NDArray[np.float32]]) -> str:
    """All sentences where they are short, else the run of at most 40 words that is closest to the question.

    ``closeness`` gives one number a sentence, the higher the closer.
    """
    if sum(len(part.split()) for part in parts) <= MAX_WORDS:
        return " ".join(parts)
    return _best_run(parts, closeness())


def _best_run(parts: Sequence[str], closeness: NDArray[np.float32]) -> str:
    runs = []
    for start in range(len(parts)):
        length, end = len(parts[start].split()), start + 1
        while end < len(parts) and length + len(parts[end].split()) <= MAX_WORDS:
            length += len(parts[end].split())
            end += 1
        runs.append((float(closeness[start:end].max() + 0.2 * closeness[start:end].sum()), -start, end))
    _, start, end = max(runs)
    return " ".join(parts[-start:end])


def passage_confidence(score: float) -> float:
    """A cautious guess, 0.02 to 0.42, that the best passage answers the question; the middle lies at score 0.55."""
    return float(0.02 + 0.4 / (1 + np.exp(-10 * (score - 0.55))))


def supporting(answer: str, passages: Sequence[Passage]) -> tuple[int, ...]:
    """The chunks that an answer can cite: they hold enough of its words, and of its numbers if it states any."""
    words, stated = content_words(answer), numbers(answer)
    cited = []
    for passage in passages:
        known, figures = _stated(f"{passage.title}\n{passage.content}")
        shared = len(words & known) / len(words) if words else 0.0
        if shared >= CITE_FROM and (not stated or stated & figures):
            cited.append(passage.chunk_id)
    return tuple(cited)


@lru_cache(maxsize=KEPT_PASSAGES)
def _stated(passage: str) -> tuple[frozenset[str], frozenset[str]]:
    """The words and the numbers of a passage, which is asked about again and again."""
    return content_words(passage), numbers(passage)
