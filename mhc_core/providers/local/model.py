"""The trained local model at work: the approved answer that fits best, or the knowledge when none can be trusted."""

import numpy as np

from mhc_core.errors import ConfigurationError
from mhc_core.language.answer_text import query_text
from mhc_core.protocols import ChatAnswer, ChatRequest, Embedder
from mhc_core.providers.local import index as local_index
from mhc_core.providers.local.artifact import TrainedModel
from mhc_core.providers.local.knowledge import (
    NOTHING_CONFIDENCE,
    NOTHING_KNOWN,
    Excerpts,
    certainty,
    supporting,
)
from mhc_core.vocabulary import Intent

ABSTAIN_BELOW = 0.25
PREFERRED_FROM = 0.6
"""Confidence from which an answer that people approved of goes before an article, however likely that one answers."""


class LocalModel:
    """A ``ChatModel`` over a trained artifact. Any number of threads may ask it; it remembers passages.

    Raises:
        ConfigurationError: the artifact was trained with another embedder than the one given.
    """

    deterministic = True
    """The same request gets the same answer."""

    def __init__(self, version_id: str, trained: TrainedModel, embedder: Embedder) -> None:
        if trained.embedder_id != embedder.id:
            raise ConfigurationError(
                f"model {version_id} was trained with embedder {trained.embedder_id}, configured is {embedder.id}; "
                "set MHC_EMBEDDER back or train again"
            )
        self._version_id = version_id
        self._trained = trained
        self._embedder = embedder
        self._abstain_below = float(trained.hyperparameters.get("abstain_below", ABSTAIN_BELOW))
        self._excerpts = Excerpts(embedder)

    @property
    def version_id(self) -> str:
        return self._version_id

    def answer(self, request: ChatRequest) -> ChatAnswer:
        """The best approved answer, with the example it comes from and the passages that support it.

        When its confidence is below the threshold the model was trained with, the best passage is answered instead.
        """
        question = query_text(request.question, request.history)
        index = self._trained.index
        vectors = self._embedder.embed([question])
        probabilities = self._trained.intent(vectors)[0]
        intent = request.intent or self._trained.intent.classes[int(np.argmax(probabilities))]
        terms = local_index.term_vectors([question], index.idf)
        row = local_index.scores(index, vectors, terms)[0]
        found = local_index.choose(index, row, vectors[0], probabilities, question)
        confidence = float(self._trained.confidence(found.features[None, :])[0])
        best = max(request.passages, key=certainty, default=None)
        quoted = 0.0 if best is None else best.probability or 0.0
        if confidence >= max(self._abstain_below, min(quoted, PREFERRED_FROM)):
            text = self._trained.answers[found.row]
            return ChatAnswer(
                text=text,
                confidence=confidence,
                intent=intent,
                cited_chunk_ids=supporting(text, request.passages),
                example_id=self._trained.example_ids[found.row],
            )
        if best is None:
            return ChatAnswer(NOTHING_KNOWN, min(confidence, NOTHING_CONFIDENCE), intent)
        sure = certainty(best)
        return ChatAnswer(
            text=self._excerpts.best(question, best) or NOTHING_KNOWN,
            confidence=sure if best.probability is not None else min(self._abstain_below, sure),
            intent=intent,
            cited_chunk_ids=(best.chunk_id,),
        )

    def classify(self, vector: "np.ndarray") -> tuple[Intent, float]:
        """The most likely intent of an embedded question, with its probability."""
        probabilities = self._trained.intent(vector[None, :])[0]
        best = int(np.argmax(probabilities))
        return self._trained.intent.classes[best], float(probabilities[best])
