"""An embedder that embeds no text twice, for work that looks at the same texts again and again."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mhc_core.protocols import Embedder


class RememberingEmbedder:
    """An ``Embedder`` over another one. It keeps every vector: let it go with the work it was made for."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._known: dict[str, NDArray[np.float32]] = {}

    @property
    def id(self) -> str:
        return self._embedder.id

    @property
    def dimensions(self) -> int:
        return self._embedder.dimensions

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of shape (len(texts), dimensions)."""
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        if new:
            self._known.update(zip(new, self._embedder.embed(new), strict=True))
        return np.array([self._known[text] for text in texts], dtype=np.float32).reshape(len(texts), self.dimensions)
