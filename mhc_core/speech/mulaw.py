"""G.711 µ-law, the sound of telephones: one byte a sample, 8,000 a second (ITU-T Recommendation G.711).

By tables, since Python's own ``audioop`` is gone since 3.13.
"""

import numpy as np
from numpy.typing import NDArray

RATE = 8_000
"""Samples a second."""
FRAME = 160
"""Samples, and bytes, of the 20 ms that are sent at once."""
SILENCE = b"\xff"
"""One sample of nothing."""
_BIAS, _CLIP = 0x84, 32_635


def _linear() -> NDArray[np.float32]:
    """What each byte stands for, -1..1: sign, exponent and mantissa, inverted (G.711, table 2a)."""
    code = ~np.arange(256, dtype=np.int32) & 0xFF
    size = (((code & 0x0F) << 3) + _BIAS << ((code >> 4) & 7)) - _BIAS
    return (np.where(code & 0x80, -size, size) / 32768).astype(np.float32)


def _codes() -> NDArray[np.uint8]:
    """The byte of every 16-bit sample, which is the index as unsigned."""
    sample = np.arange(65_536, dtype=np.int32).astype(np.int16).astype(np.int32)
    size = np.minimum(np.abs(sample), _CLIP) + _BIAS
    exponent = np.floor(np.log2(size)).astype(np.int32) - 7
    mantissa = (size >> (exponent + 3)) & 0x0F
    codes: NDArray[np.uint8] = (~(np.where(sample < 0, 0x80, 0) | (exponent << 4) | mantissa) & 0xFF).astype(np.uint8)
    return codes


_LINEAR, _CODES = _linear(), _codes()


def decode(data: bytes) -> NDArray[np.float32]:
    """Samples of -1..1 of µ-law bytes."""
    return _LINEAR[np.frombuffer(data, dtype=np.uint8)]


def encode(samples: NDArray[np.float32]) -> bytes:
    """The µ-law bytes of samples of -1..1; louder ones are cut."""
    whole = np.clip(np.round(samples * 32768), -32768, 32767).astype(np.int16)
    return _CODES[whole.view(np.uint16)].tobytes()


class Widener:
    """Telephone samples at the rate of recognisers, bit by bit: twice as many, nothing above what telephones pass.

    A low-pass filter of 31 taps (windowed sinc) on samples with zeros between them. With straight lines between the
    samples the recogniser had one word in twenty more wrong.
    """

    def __init__(self) -> None:
        self._before = np.zeros(len(_TAPS) - 1, dtype=np.float32)

    def __call__(self, samples: NDArray[np.float32]) -> NDArray[np.float32]:
        """Twice as many samples, a millisecond late."""
        known = np.zeros(len(self._before) + 2 * len(samples), dtype=np.float32)
        known[: len(self._before)] = self._before
        known[len(self._before) :: 2] = samples
        self._before = known[2 * len(samples) :]
        return np.convolve(known, _TAPS, "valid").astype(np.float32)


def _low_pass(size: int = 31) -> NDArray[np.float32]:
    at = np.arange(size) - size // 2
    found = np.sinc(at / 2) * np.hamming(size)
    taps: NDArray[np.float32] = (2 * found / found.sum()).astype(np.float32)
    return taps


_TAPS = _low_pass()


def line_sound(sound: bytes, rate: int) -> bytes:
    """What a voice made (signed 16-bit little-endian, ``rate`` a second) as µ-law, in whole frames."""
    from scipy.signal import resample_poly

    samples = np.frombuffer(sound, dtype="<i2").astype(np.float32) / 32768
    narrow = samples if rate == RATE else resample_poly(samples, RATE, rate)
    data = encode(np.asarray(narrow, dtype=np.float32))
    return data + SILENCE * (-len(data) % FRAME)
