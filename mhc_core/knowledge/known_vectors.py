"""An embedder that looks up what it embedded before: the questions and sentences of a knowledge are many."""

import hashlib
from collections.abc import Sequence

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from mhc_core.db.queries import knowledge as queries
from mhc_core.protocols import Embedder


def digest(text: str) -> str:
    """By what a text's vector is kept."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


class KnownVectors:
    """An ``Embedder`` that takes vectors from the database where it can.

    With ``keep`` new ones are written there; the caller holds the lock of the index then.
    """

    def __init__(self, connection: sa.Connection, embedder: Embedder, keep: bool = False) -> None:
        self._connection = connection
        self._embedder = embedder
        self._keep = keep

    @property
    def id(self) -> str:
        return self._embedder.id

    @property
    def dimensions(self) -> int:
        return self._embedder.dimensions

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors of shape (len(texts), dimensions)."""
        hashes = list(map(digest, texts))
        known = queries.known_vectors(self._connection, self.id, hashes)
        missing = {one: text for one, text in zip(hashes, texts, strict=True) if one not in known}
        if missing:
            made = dict(zip(missing, self._embedder.embed(list(missing.values())), strict=True))
            if self._keep:
                queries.keep_vectors(self._connection, self.id, made)
            known |= made
        found = np.stack([known[one] for one in hashes])
        return np.asarray(found / np.linalg.norm(found, axis=1, keepdims=True), dtype=np.float32)
