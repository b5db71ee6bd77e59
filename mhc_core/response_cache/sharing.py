"""What an answer needs so that it may be kept for the next customer who asks the same."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mhc_core.response_cache.cache import Hit
from mhc_core.response_cache.scope import Scope


@dataclass(frozen=True, slots=True)
class Sharing:
    """Under which bounds an answer may be kept. ``compared`` is a kept answer that this one shows right or wrong."""

    scope: Scope
    question: str
    vector: NDArray[np.float32]
    compared: Hit | None = None
