"""The vectors of the last single texts: the router, the cache, the search and the model ask for the same question."""

import hashlib
from collections.abc import Callable
from threading import Lock

import numpy as np
from cachetools import LRUCache
from numpy.typing import NDArray

KEPT = 512


class RecentVectors:
    """Remembers what ``embed`` gave for a text, by the text's hash. Safe to use from several threads."""

    def __init__(self, embed: Callable[[str], NDArray[np.float32]]) -> None:
        self._embed = embed
        self._known: LRUCache[bytes, NDArray[np.float32]] = LRUCache(KEPT)
        self._lock = Lock()

    def of(self, text: str) -> NDArray[np.float32]:
        """The vector, of shape (1, dimensions); the caller may change it."""
        key = hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
        with self._lock:
            known = self._known.get(key)
        if known is None:
            known = self._embed(text)
            with self._lock:
                self._known[key] = known
        return known.copy()
