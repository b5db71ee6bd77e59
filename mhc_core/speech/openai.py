"""Speech to text and back by OpenAI, or a server that speaks its protocol. Every call is in the ledger.

Only stretches in which somebody speaks are sent, as WAV; OpenAI's name is asked for its segments, since only they come
with a confidence.
"""

import io
import math
import wave
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mhc_core.errors import DataError
from mhc_core.protocols import SPEECH_RATE, Heard
from mhc_core.speech.whisper import NO_SPEECH, REPEATING, SURE

if TYPE_CHECKING:
    import openai

TRANSCRIBER, SPEAKER, VOICE = "whisper-1", "tts-1", "alloy"
SPEAKER_RATE = 24_000
"""Samples a second of OpenAI's ``pcm``."""
MOST_CHARS = 4_096
_CHUNK = 1 << 14


class OpenAITranscriber:
    """Asks ``/audio/transcriptions``."""

    def __init__(self, client: "openai.OpenAI", model: str = TRANSCRIBER, example: str = "") -> None:
        """``example`` is text of the kind that is said, as the model's prompt."""
        self._client = client
        self._model = model
        self._example = example

    @property
    def id(self) -> str:
        """``openai/MODEL``."""
        return f"openai/{self._model}"

    def transcribe(self, samples: NDArray[np.float32]) -> Sequence[Heard]:
        """The words of one stretch, by segment.

        Raises:
            AccessDenied, BudgetExceeded, ConfigurationError, ProviderUnavailable: see ``providers.openai.errors``.
        """
        from mhc_core.providers.openai.errors import provider_errors

        with provider_errors("transcribing", self._model):
            answer = self._client.audio.transcriptions.create(
                model=self._model,
                file=("speech.wav", as_wav(samples), "audio/wav"),
                response_format="verbose_json",
                timestamp_granularities=["segment"],
                temperature=0,
                prompt=self._example,
            )
        return [
            Heard(each.text.strip(), each.start, each.end, min(1.0, math.exp(each.avg_logprob)))
            for each in answer.segments or ()
            if each.compression_ratio <= REPEATING and not (each.no_speech_prob > NO_SPEECH and each.avg_logprob < SURE)
        ]


class OpenAISpeaker:
    """Asks ``/audio/speech`` and passes the sound on as it comes."""

    rate = SPEAKER_RATE

    def __init__(self, client: "openai.OpenAI", model: str = SPEAKER, voice: str = VOICE) -> None:
        self._client = client
        self._model = model
        self._voice = voice

    @property
    def id(self) -> str:
        """``openai/MODEL:VOICE``."""
        return f"openai/{self._model}:{self._voice}"

    def speak(self, text: str) -> Iterator[bytes]:
        """The speech, streamed.

        Raises:
            DataError: there is nothing to say, or too much at once.
            AccessDenied, BudgetExceeded, ConfigurationError, ProviderUnavailable: see ``providers.openai.errors``.
        """
        from mhc_core.providers.openai.errors import provider_errors

        if not text.strip() or len(text) > MOST_CHARS:
            raise DataError(f"between 1 and {MOST_CHARS:,} characters are read aloud at once; divide the text")
        with (
            provider_errors("speaking", self._model),
            self._client.audio.speech.with_streaming_response.create(
                model=self._model, voice=self._voice, input=text, response_format="pcm"
            ) as answer,
        ):
            yield from answer.iter_bytes(_CHUNK)


def as_wav(samples: NDArray[np.float32]) -> bytes:
    """One channel as a WAV file of 16 bits."""
    sound = io.BytesIO()
    with wave.open(sound, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SPEECH_RATE)
        file.writeframes((np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())
    return sound.getvalue()
