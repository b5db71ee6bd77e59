"""When a caller begins to speak, pauses and has finished: voice activity as it comes in, window by window.

Silero's detector, a small network in the wheel of ``faster-whisper``, keeps its state from one window to the next
here: a window of 32 ms takes it about 0.2 ms.
"""

from dataclasses import dataclass, field
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from mhc_core.errors import ConfigurationError
from mhc_core.protocols import SPEECH_RATE
from mhc_core.speech.decoding import NEEDS_EXTRA

WINDOW = 512
"""Samples that are judged at once: 32 ms."""
SPEECH_FROM, SILENCE_BELOW = 0.5, 0.35
"""Probabilities of speech from which it begins, and below which it is silent (those of Silero's own example)."""
ONSET = 3
"""Windows of speech, one after the other, that begin an utterance: a click is shorter."""
LEAST = 5
"""Windows of speech that an utterance has at least."""
BEFORE = 10
"""Windows before the onset that belong to it: soft consonants begin below the threshold."""
GLANCE = 6
"""Windows of silence after which it is worth to look at what was said so far."""
LONGEST = 28 * SPEECH_RATE
_CONTEXT = 64


class Happening(Enum):
    """What a window brought."""

    BEGAN = "began"
    PAUSED = "paused"
    WENT_ON = "went on"
    ENDED = "ended"


class Event(NamedTuple):
    """``samples`` is the utterance so far, of those that paused or ended. ``silence`` says for how long there was no
    speech (seconds)."""

    what: Happening
    samples: NDArray[np.float32] | None = None
    silence: float = 0.0


class Detector(Protocol):
    """Judges windows of one speaker in their order."""

    def __call__(self, window: NDArray[np.float32]) -> float:
        """The probability that somebody speaks in these ``WINDOW`` samples."""


class Silero:
    """The detector with the state of one speaker.

    Raises:
        ConfigurationError: the extra ``voice`` is not installed.
    """

    def __init__(self) -> None:
        self._session = _session()
        self._h = np.zeros((1, 1, 128), dtype=np.float32)
        self._c = np.zeros((1, 1, 128), dtype=np.float32)
        self._context = np.zeros(_CONTEXT, dtype=np.float32)

    def __call__(self, window: NDArray[np.float32]) -> float:
        """The probability that somebody speaks."""
        given = np.concatenate([self._context, window])[None, :]
        found, self._h, self._c = self._session.run(None, {"input": given, "h": self._h, "c": self._c})
        self._context = window[-_CONTEXT:]
        return float(np.ravel(found)[0])


@cache
def _session() -> Any:
    """The network, which keeps no state of its own: one for all speakers of the process."""
    try:
        import faster_whisper
        import onnxruntime
    except ImportError:
        raise ConfigurationError(NEEDS_EXTRA) from None
    options = onnxruntime.SessionOptions()
    options.inter_op_num_threads = options.intra_op_num_threads = 1
    options.enable_cpu_mem_arena = False
    options.log_severity_level = 4
    place = Path(faster_whisper.__file__).parent / "assets" / "silero_vad_v6.onnx"
    return onnxruntime.InferenceSession(str(place), options, providers=["CPUExecutionProvider"])


@dataclass
class Ear:
    """Follows one speaker.

    Args:
        detector: judges windows.
        pause: seconds of silence that end an utterance; may be changed while somebody speaks.
    """

    detector: Detector
    pause: float = 0.5
    speaking: bool = False
    _rest: NDArray[np.float32] = field(default_factory=lambda: np.zeros(0, dtype=np.float32))
    _windows: list[NDArray[np.float32]] = field(default_factory=list)
    _run: int = 0
    _silent: int = 0
    _voiced: int = 0

    def take(self, samples: NDArray[np.float32]) -> list[Event]:
        """What happened in these samples (-1..1 at ``SPEECH_RATE``), in its order."""
        self._rest = np.concatenate([self._rest, samples])
        events: list[Event] = []
        while len(self._rest) >= WINDOW:
            window, self._rest = self._rest[:WINDOW], self._rest[WINDOW:]
            events += self._judge(window, self.detector(window))
        return events

    def end(self) -> NDArray[np.float32] | None:
        """What was being said when the line ended; None where nothing was."""
        if not self.speaking or self._voiced < LEAST:
            return None
        self._windows.append(np.pad(self._rest, (0, WINDOW - len(self._rest))))
        return self._finish()

    def _judge(self, window: NDArray[np.float32], probability: float) -> list[Event]:
        self._windows.append(window)
        if not self.speaking:
            self._run = self._run + 1 if probability >= SPEECH_FROM else 0
            if self._run < ONSET:
                del self._windows[: -(BEFORE + ONSET)]
                return []
            self.speaking, self._voiced, self._silent = True, self._run, 0
            return [Event(Happening.BEGAN)]
        if probability >= (SPEECH_FROM if self._silent else SILENCE_BELOW):
            paused, self._silent = self._silent >= GLANCE, 0
            self._voiced += 1
            if len(self._windows) * WINDOW >= LONGEST:
                return [Event(Happening.ENDED, self._finish())]
            return [Event(Happening.WENT_ON)] if paused else []
        self._silent += 1
        return self._in_silence()

    def _in_silence(self) -> list[Event]:
        silence = self._silent * WINDOW / SPEECH_RATE
        if silence >= self.pause and self._silent > GLANCE:
            enough = self._voiced >= LEAST
            said = self._finish()
            return [Event(Happening.ENDED, said if enough else None, silence)]
        if self._silent == GLANCE and self._voiced >= LEAST:
            return [Event(Happening.PAUSED, np.concatenate(self._windows), silence)]
        return []

    def _finish(self) -> NDArray[np.float32]:
        said = np.concatenate(self._windows)
        self.speaking, self._run, self._silent, self._voiced = False, 0, 0, 0
        self._windows = []
        return said
