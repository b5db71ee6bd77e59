"""Embeddings of an OpenAI model behind the ``Embedder`` protocol."""

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mhc_core.errors import DataError, ProviderUnavailable
from mhc_core.providers import tokens
from mhc_core.providers.openai import prices
from mhc_core.providers.recent_vectors import remembering

if TYPE_CHECKING:
    import openai

BATCH_TEXTS = 256
BATCH_TOKENS = 250_000
"""OpenAI takes 300,000 tokens in one request; the rest is room for servers that count otherwise."""
TEXT_TOKENS = 8_191
"""Longer texts are cut here, which is the model's own limit."""


class OpenAIEmbedder:
    """Asks an OpenAI embedding model, in batches bounded in texts and in tokens."""

    def __init__(self, client: "openai.OpenAI", model: str = "text-embedding-3-small") -> None:
        self._client = client
        self._model = model
        self._one = remembering(lambda text: self._embedded([text]))

    @property
    def id(self) -> str:
        """``openai/MODEL@DIMENSIONS``."""
        return f"openai/{self._model}@{self.dimensions}"

    @cached_property
    def dimensions(self) -> int:
        """Length of a vector. Of a model that the price file does not list, it is asked for once."""
        price = prices.load().find(self._model)
        if price is not None and price.dimensions is not None:
            return price.dimensions
        return len(self._request(["dimensions"])[0])

    def close(self) -> None:
        """End the connections to the provider."""
        self._client.close()

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors of shape (len(texts), dimensions). One text alone is not asked for again for a while.

        Raises:
            DataError: a text is blank.
            AccessDenied, ConfigurationError, ProviderUnavailable: see ``openai_errors``.
        """
        if not texts:
            return np.zeros((0, self.dimensions), dtype=np.float32)
        return self._one(texts[0]) if len(texts) == 1 else self._embedded(texts)

    def _embedded(self, texts: Sequence[str]) -> NDArray[np.float32]:
        rows = [row for batch in self._batches(texts) for row in self._request(batch)]
        vectors = np.asarray(rows, dtype=np.float32)
        unit: NDArray[np.float32] = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        return unit

    def _batches(self, texts: Sequence[str]) -> Iterator[list[str]]:
        batch: list[str] = []
        held = 0
        for position, text in enumerate(texts):
            if not text.strip():
                raise DataError(f"text {position} is blank and has no embedding: leave it out")
            cut = tokens.truncate(text, TEXT_TOKENS, self._model)
            size = tokens.count(cut, self._model)
            if batch and (len(batch) == BATCH_TEXTS or held + size > BATCH_TOKENS):
                yield batch
                batch, held = [], 0
            batch.append(cut)
            held += size
        yield batch

    def _request(self, batch: list[str]) -> list[list[float]]:
        from mhc_core.providers.openai.errors import provider_errors

        with provider_errors("embedding", self._model):
            answer = self._client.embeddings.create(model=self._model, input=batch, encoding_format="float")
        if len(answer.data) != len(batch):
            raise ProviderUnavailable(
                f"the embedding service returned {len(answer.data)} vectors for {len(batch)} texts: try again later"
            )
        return [item.embedding for item in sorted(answer.data, key=lambda item: item.index)]
