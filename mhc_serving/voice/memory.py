"""What a call keeps in mind: what was said and waits to be answered, how sure its words are, how it ended."""

from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from mhc_core.protocols import Heard


class Ending(Enum):
    """How a call ended on our side."""

    HUNG_UP = "hung up"
    PERSON = "person"
    OVER = "over"


@dataclass
class Said:
    """What a caller said: its sound, and where it was looked at in a pause already, the words of that."""

    samples: NDArray[np.float32] | None
    glance: "Future[Sequence[Heard]] | None" = None
    text: str = ""
    at: float = 0.0


@dataclass
class Sums:
    """How much was said, and how sure its words are (each word counts)."""

    words: int = 0
    sure: float = 0.0
    turns: int = 0
