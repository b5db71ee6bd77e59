"""The vectors of the last single texts: the router, the cache, the search and the model ask for the same question."""

import hashlib
from collections.abc import Callable
from threading import Lock

import numpy as np
from cachetools import LRUCache, cached
from numpy.typing import NDArray

from mhc_core.language.memories import forgotten_by

KEPT = 512


def remembering(embed: Callable[[str], NDArray[np.float32]]) -> Callable[[str], NDArray[np.float32]]:
    """``embed`` with what it gave for the last texts, by their hash. Safe to use from several threads."""
    known: LRUCache[bytes, NDArray[np.float32]] = LRUCache(KEPT)
    found = cached(known, lambda text: hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest(), Lock())(embed)
    forgotten_by(found)
    return lambda text: found(text).copy()  # the caller may change it
