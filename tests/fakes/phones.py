"""A phone line whose ears and voice are made of tones: loudness is speech, and how long it lasts says which words.

What is answered is the real concierge; what speaks and hears is cheap, so that tests run without models and engines.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from mhc_core.protocols import SPEECH_RATE, Heard
from mhc_jobs.bench.voice.caller import Turn
from mhc_serving.voice.line import Sound

OPEN = datetime(2027, 1, 12, 20, tzinfo=UTC)
"""Noon in California: somebody of the team is there."""
TOKEN = "0123456789abcdef0123456789abcdef"
WORDS = {
    3: "How much space does the chef need?",
    5: "Do we get a refund when we cancel 10 days before?",
    7: "What happens when it rains?",
    9: "I want to talk to a person",
    17: "How much space does the chef need?",
}
"""What is heard of speech of so many tenths of a second; the last one, of all that is longer."""


class ToneEars:
    """Hears words by the length of a tone."""

    id = "tones"

    def transcribe(self, samples: NDArray[np.float32]) -> Sequence[Heard]:
        tenths = round(np.count_nonzero(np.abs(samples) > 0.02) / (SPEECH_RATE / 10))
        tenths = min(tenths, max(WORDS))
        words = WORDS.get(tenths) or WORDS.get(tenths - 1) or WORDS.get(tenths + 1) or ""
        return [Heard(words, 0, tenths / 10, 0.9)] if words else []


class ToneVoice:
    """Speaks a hundredth of a second a letter; the notice, which is long, in a fifth of a second."""

    id = "tones"
    rate = 8_000

    def speak(self, text: str) -> Iterator[bytes]:
        yield (np.ones(1_600 if len(text) > 150 else len(text) * 80) * 6_000).astype("<i2").tobytes()


def loudness(window: NDArray[np.float32]) -> float:
    return float(np.abs(window).max() > 0.05)


SOUND = Sound(ToneEars, ToneVoice, lambda: loudness)


def tone(tenths: int) -> Turn:
    """So many tenths of a second of a tone: the words of that length."""
    return Turn(np.full(tenths * 800, 0.3, dtype=np.float32))
