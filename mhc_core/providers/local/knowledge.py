"""Answering from the knowledge alone: the untrained baseline, and what the trained model falls back to."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mhc_core.language.answer_text import content_words, numbers, query_text, sentences, strip_markdown
from mhc_core.language.memories import remembered
from mhc_core.language.quoting import blocks, quoted
from mhc_core.protocols import ChatAnswer, ChatRequest, Embedder, Passage
from mhc_core.vocabulary import Intent

CITE_FROM = 0.4
KEPT_PASSAGES = 1024
NOTHING_KNOWN = (
    "I do not have a reliable answer to that yet, so I am passing your question to one of our team. "
    "They usually reply within one to two business hours."
)
NOTHING_CONFIDENCE = 0.05


class KnowledgeOnlyModel:
    """A ``ChatModel`` that learned nothing itself: it quotes the passage that most likely answers the question."""

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
        intent = request.intent or Intent.OTHER
        best = max(request.passages, key=certainty, default=None)
        if best is None:
            return ChatAnswer(NOTHING_KNOWN, NOTHING_CONFIDENCE, intent)
        return ChatAnswer(
            text=self._excerpts.best(question, best) or NOTHING_KNOWN,
            confidence=certainty(best),
            intent=intent,
            cited_chunk_ids=(best.chunk_id,),
        )


class Excerpts:
    """The part of a passage that answers a question. Sentences of recent passages are embedded once and kept."""

    def __init__(self, embedder: Embedder | None) -> None:
        self._embedder = embedder
        self._blocks = remembered(KEPT_PASSAGES)(self._embedded)

    def best(self, question: str, passage: Passage) -> str:
        """The blocks that are closest to the question, as plain text; a chosen article holds those alone."""
        if passage.probability is not None:
            return strip_markdown(passage.content)
        if self._embedder is None:
            asked, parts = content_words(question), blocks(passage.content)
            shared = [len(content_words(part) & asked) / max(1, len(asked)) for part in parts]
            return strip_markdown(quoted(parts, shared))
        parts, owner, vectors = self._blocks(passage.content)
        near = np.full(len(parts), -1.0)
        np.maximum.at(near, owner, vectors @ self._embedder.embed([question])[0])
        return strip_markdown(quoted(parts, near.tolist()))

    def _embedded(self, content: str) -> tuple[list[str], NDArray[np.int64], NDArray[np.float32]]:
        parts = blocks(content)
        lines = [(at, line) for at, part in enumerate(parts) for line in sentences(strip_markdown(part)) or [part]]
        owner = np.array([at for at, _ in lines], dtype=np.int64)
        assert self._embedder is not None
        return parts, owner, self._embedder.embed([line for _, line in lines])


def certainty(passage: Passage) -> float:
    """How likely a passage answers the question it was found for, 0..1: as learned, else guessed from its score."""
    return passage_confidence(passage.score) if passage.probability is None else passage.probability


def passage_confidence(score: float) -> float:
    """A guess, 0..1, that the best passage answers the question, where nothing was learned of questions."""
    return float(1 / (1 + np.exp(-12 * (score - 0.47))))


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


@remembered(KEPT_PASSAGES)
def _stated(passage: str) -> tuple[frozenset[str], frozenset[str]]:
    """The words and the numbers of a passage, which is asked about again and again."""
    return content_words(passage), numbers(passage)
