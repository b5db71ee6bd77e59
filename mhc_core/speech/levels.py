"""Whether a recording can hold a call at all: its length, how loud it is, and whether its channels differ."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mhc_core.errors import DataError
from mhc_core.protocols import SPEECH_RATE

SHORTEST, LONGEST = 0.5, 4 * 3600.0
"""Seconds of a recording that is listened to."""
SILENT_DB = -55.0
"""Decibels below full scale: a recording whose loudest tenth of a second is softer holds nobody's voice."""
SAME_DB = -40.0
"""The difference of two channels that say the same is so far below them."""
_WINDOW = SPEECH_RATE // 10


@dataclass(frozen=True, slots=True)
class Levels:
    """``loudest_db`` is the level (root mean square) of the loudest tenth of a second, in dB of full scale."""

    seconds: float
    channels: int
    loudest_db: float
    two_voices: bool


def measure(blocks: Iterable[NDArray[np.float32]]) -> Levels:
    """The levels of a recording, in one pass."""
    samples, channels, loudest, power, apart = 0, 0, 0.0, 0.0, 0.0
    for block in blocks:
        channels = block.shape[0]
        samples += block.shape[1]
        whole = block.shape[1] - block.shape[1] % _WINDOW
        if whole:
            windows = block[:, :whole].reshape(channels, -1, _WINDOW).astype(np.float64)
            loudest = max(loudest, float(np.mean(windows**2, axis=2).max()))
        if channels == 2:
            power += float(np.sum(block.astype(np.float64) ** 2))
            apart += float(np.sum((block[0] - block[1]).astype(np.float64) ** 2))
    two = channels == 2 and apart > power * 10 ** (SAME_DB / 10)
    decibels = 10 * float(np.log10(loudest)) if loudest > 0 else float("-inf")
    return Levels(samples / SPEECH_RATE, channels, decibels, two)


def check(found: Levels) -> None:
    """Refuse a recording nobody can be heard in.

    Raises:
        DataError: it is too short, too long, or silent.
    """
    if found.seconds < SHORTEST:
        raise DataError(f"the recording is {found.seconds:.1f} s long; nothing is said in less than {SHORTEST} s")
    if found.seconds > LONGEST:
        raise DataError(f"the recording is {found.seconds / 3600:.1f} hours long; divide it into calls")
    if found.loudest_db < SILENT_DB:
        raise DataError("the recording is silent; check that the right file or channel was exported")
