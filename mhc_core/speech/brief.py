"""Whisper for what is said in one breath: only as much of its half minute is worked through as there is speech.

The model is made for thirty seconds, and ``faster-whisper`` fills shorter speech up with silence. CTranslate2 takes
shorter input too, as ``whisper.cpp`` does (``audio_ctx``): twelve seconds take a quarter of the time. It is what makes
an answer on the telephone possible on a small machine.
"""

import math
import re
import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mhc_core.protocols import SPEECH_RATE, Heard
from mhc_core.speech.whisper import NO_SPEECH, REPEATING, SURE, loaded

LEAST, AFTER = 12 * SPEECH_RATE, 3 * SPEECH_RATE
"""Samples that are looked at in any case, and of silence behind the speech: with less the model goes round in a circle
(40 single words by four voices: in 31 of 40 with two seconds, in none with twelve)."""
WHOLE = 3_000
"""Frames of the half minute that the model was made for."""
TOKENS_A_SECOND, LEAST_TOKENS = 8, 12
"""Nobody says more in a second; a model that goes round in a circle is stopped there."""


class BriefTranscriber:
    """The recogniser of conversations: one stretch at a time, greedy, without timestamps."""

    def __init__(self, folder: Path | None = None, at_once: int = 1, example: str = "") -> None:
        """Load a model that works on ``at_once`` stretches together, each on one core.

        ``example`` is text of the kind that is said, which the model takes for what was said before: of booking calls
        by machine voices on a noisy telephone 21 instead of 30 words in a hundred were wrong.

        Raises:
            ConfigurationError: the extra ``voice`` is not installed, or there is no such model.
        """
        self._name, self._model = loaded(folder, workers=at_once)
        from faster_whisper.tokenizer import Tokenizer

        self._tokenizer = Tokenizer(
            self._model.hf_tokenizer, self._model.model.is_multilingual, task="transcribe", language="en"
        )
        before = [self._tokenizer.sot_prev, *self._tokenizer.encode(f" {example}")] if example else []
        self._prompt = [*before, *self._tokenizer.sot_sequence]

    @property
    def id(self) -> str:
        """``whisper/`` and the model's name."""
        return f"whisper/{self._name}"

    def transcribe(self, samples: NDArray[np.float32]) -> Sequence[Heard]:
        """The words of one stretch with the model's own probability of a token, as its confidence.

        Where it goes round in a circle the whole half minute is tried.
        """
        found = self._heard(samples, max(LEAST, len(samples) + AFTER))
        if found is not None and _repeats(found.text):
            found = self._heard(samples, WHOLE * self._model.feature_extractor.hop_length)
        return () if found is None or _circles(found.text) else (found,)  # "no, no, no" is said too

    def _heard(self, samples: NDArray[np.float32], size: int) -> Heard | None:
        seconds = len(samples) / SPEECH_RATE
        features = self._model.feature_extractor(np.pad(samples, (0, max(0, size - len(samples)))), padding=False)
        even = min(features.shape[-1] - features.shape[-1] % 2, WHOLE)
        encoded = self._model.encode(np.ascontiguousarray(features[:, :even]))
        result = self._model.model.generate(
            encoded,
            [self._prompt],
            beam_size=1,
            max_length=min(224, len(self._prompt) + LEAST_TOKENS + math.ceil(seconds * TOKENS_A_SECOND)),
            return_scores=True,
            return_no_speech_prob=True,
            suppress_blank=True,
        )[0]
        tokens = result.sequences_ids[0]
        text = self._tokenizer.decode([token for token in tokens if token < self._tokenizer.timestamp_begin]).strip()
        sure = result.scores[0] * len(tokens) / (len(tokens) + 1)
        if not text or (result.no_speech_prob > NO_SPEECH and sure < SURE):
            return None
        return Heard(text, 0.0, seconds, min(1.0, math.exp(sure)))


def _repeats(text: str) -> bool:
    """Whether a text may go round in a circle: it compresses too well, or is one piece three times and more."""
    said = re.findall(r"\w+", text.lower())
    sizes = range(1, len(said) // 3 + 1)
    return _circles(text) or any(said == (said[:size] * len(said))[: len(said)] for size in sizes)


def _circles(text: str) -> bool:
    data = text.encode()
    return len(data) / len(zlib.compress(data)) > REPEATING
