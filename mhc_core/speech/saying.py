"""Sentences as the sound of a line: made one by one, so that the first is heard while the next is made.

Only the fixed phrases of the line are kept; what is said to one customer is made anew each time and kept nowhere.
"""

import threading
from collections.abc import Callable, Sequence

from mhc_core.protocols import Speaker
from mhc_core.speech import mulaw

Form = Callable[[bytes, int], bytes]
"""What a line carries, of signed 16-bit samples and their rate."""


class Voice:
    """One voice for all calls. Safe to use from several threads."""

    def __init__(self, speaker: Speaker, form: Form = mulaw.line_sound) -> None:
        self._speaker = speaker
        self._form = form
        self._fixed: dict[str, bytes] = {}
        self._lock = threading.Lock()

    @property
    def id(self) -> str:
        """Name of the voice."""
        return self._speaker.id

    def learn(self, phrases: Sequence[str]) -> None:
        """Make the phrases that are said again and again, once.

        Raises:
            ConfigurationError, ProviderUnavailable: the voice cannot speak.
        """
        for phrase in phrases:
            sound = self._made(phrase)
            with self._lock:
                self._fixed[phrase] = sound

    def say(self, sentence: str) -> bytes:
        """The sound of a sentence.

        Raises:
            DataError, ProviderUnavailable: it cannot be spoken.
        """
        return self._fixed.get(sentence) or self._made(sentence)

    def _made(self, text: str) -> bytes:
        return self._form(b"".join(self._speaker.speak(text)), self._speaker.rate)
