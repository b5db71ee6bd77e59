"""Where somebody speaks: a recogniser that is given silence or noise makes words up, so it is given neither.

Found by Silero's detector of voice activity, a small network in the wheel of ``faster-whisper``.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mhc_core.errors import ConfigurationError
from mhc_core.protocols import SPEECH_RATE
from mhc_core.speech.decoding import NEEDS_EXTRA

LONGEST = 28 * SPEECH_RATE
"""Samples of one stretch: recognisers look at half a minute at a time."""
_OVERHANG = SPEECH_RATE // 2
"""A stretch that ends so near the end of what is known may go on."""


class Stretch(NamedTuple):
    """Speech of one channel. ``start`` is in seconds from the beginning."""

    start: float
    samples: NDArray[np.float32]


class Activity:
    """Takes the sound of one channel bit by bit and gives back the stretches that were spoken.

    Raises:
        ConfigurationError: the extra ``voice`` is not installed.
    """

    def __init__(self) -> None:
        try:
            from faster_whisper import vad
        except ImportError:
            raise ConfigurationError(NEEDS_EXTRA) from None
        self._find: Any = vad.get_speech_timestamps
        self._options = vad.VadOptions(
            threshold=0.5,
            min_speech_duration_ms=250,
            max_speech_duration_s=LONGEST / SPEECH_RATE,
            min_silence_duration_ms=600,
            speech_pad_ms=200,
        )
        self._held = np.zeros(0, dtype=np.float32)
        self._before = 0  # samples that are gone

    def take(self, samples: NDArray[np.float32]) -> Iterator[Stretch]:
        """The stretches that are complete with these samples."""
        self._held = np.concatenate([self._held, samples])
        if len(self._held) >= LONGEST:
            yield from self._spoken(last=False)

    def end(self) -> Iterator[Stretch]:
        """The stretches that are left."""
        if len(self._held):
            yield from self._spoken(last=True)

    def _spoken(self, last: bool) -> Iterator[Stretch]:
        size = len(self._held)
        keep = size
        for found in self._find(self._held, self._options):
            begin, end = int(found["start"]), int(found["end"])
            if not last and end > size - _OVERHANG and begin > 0:
                keep = begin  # it goes on: wait for the rest
                break
            yield Stretch((self._before + begin) / SPEECH_RATE, self._held[begin:end])
        # Of silence the last half second stays, where a word may have begun.
        keep = size if last else min(keep, size - _OVERHANG) if keep == size else keep
        self._before += keep
        self._held = self._held[keep:]
