"""What a telephone and a room make of speech: a narrow band, eight thousand samples a second, noise."""

import io
import wave
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import signal

from mhc_core.protocols import SPEECH_RATE, Speaker

Condition = Literal["clear", "telephone", "telephone, noise 20 dB", "telephone, noise 10 dB"]
CONDITIONS: tuple[Condition, ...] = ("clear", "telephone", "telephone, noise 20 dB", "telephone, noise 10 dB")
BAND = (300, 3400)
"""Hertz that a telephone line passes (ITU-T G.712)."""
PHONE_RATE = 8_000
_NOISE_DB = {"telephone, noise 20 dB": 20, "telephone, noise 10 dB": 10}


def spoken(speaker: Speaker, text: str) -> NDArray[np.float32]:
    """The text read aloud, at ``SPEECH_RATE``, with half a second of silence on both sides."""
    sound = np.frombuffer(b"".join(speaker.speak(text)), dtype="<i2").astype(np.float32) / 32768
    at_rate = signal.resample_poly(sound, SPEECH_RATE, speaker.rate).astype(np.float32)
    return np.pad(at_rate, SPEECH_RATE // 2)


def heard_as(speech: NDArray[np.float32], condition: Condition, rng: np.random.Generator) -> NDArray[np.float32]:
    """The speech as the other end hears it. Noise is pink, so many dB below the speech."""
    if condition == "clear":
        return speech
    narrow = signal.resample_poly(speech, PHONE_RATE, SPEECH_RATE)
    narrow = signal.sosfilt(signal.butter(4, BAND, "bandpass", fs=PHONE_RATE, output="sos"), narrow)
    if (below := _NOISE_DB.get(condition)) is not None:
        noise = pink(len(narrow), rng)
        level = np.sqrt(np.mean(narrow[np.abs(narrow) > 1e-4] ** 2)) * 10 ** (-below / 20)
        narrow = narrow + noise * level
    wide: NDArray[np.float32] = signal.resample_poly(narrow, SPEECH_RATE, PHONE_RATE).astype(np.float32)
    return np.clip(wide, -1, 1)


def pink(size: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Noise whose power falls with its frequency, of root mean square 1."""
    spectrum = np.fft.rfft(rng.standard_normal(size))
    noise: NDArray[np.float64] = np.fft.irfft(spectrum / np.sqrt(np.maximum(1, np.arange(len(spectrum)))), size)
    scaled: NDArray[np.float64] = noise / np.sqrt(np.mean(noise**2))
    return scaled


def as_file(samples: NDArray[np.float32], rate: int = SPEECH_RATE) -> io.BytesIO:
    """A WAV file of one channel, as it would lie in a folder of recordings."""
    sound = io.BytesIO()
    with wave.open(sound, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes((np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())
    sound.seek(0)
    return sound
