"""Text read aloud by an engine on this machine: Debian's ``espeak-ng`` or ``flite``, in processes of their own.

They sound like machines. They need no network and no account, which suits tests, benchmarks and trying out.
"""

import io
import shutil
import subprocess
import tempfile
import wave
from collections.abc import Iterator
from pathlib import Path

from mhc_core.errors import ConfigurationError, DataError, ProviderUnavailable

VOICES = {"espeak-ng": ("en-us", "en-gb", "en-gb-scotland"), "flite": ("slt", "rms", "awb", "kal")}
"""Some voices of each engine, of several speakers."""
SECONDS = 60.0
MOST_CHARS = 4_000
_CHUNK = 1 << 15


def installed() -> list[str]:
    """The voices that can speak here, as ``engine:voice``."""
    return [f"{engine}:{voice}" for engine, voices in VOICES.items() if shutil.which(engine) for voice in voices]


class EngineSpeaker:
    """One voice of an engine."""

    def __init__(self, voice: str | None = None) -> None:
        """A voice by its name, ``engine:voice``, or the first there is.

        Raises:
            ConfigurationError: its engine is not installed.
        """
        named = voice or next(iter(installed()), None)
        engine, _, self._voice = (named or "").partition(":")
        found = shutil.which(engine) if engine in VOICES else None
        if found is None:
            raise ConfigurationError(
                "no engine reads aloud here: install espeak-ng or flite (apt install espeak-ng), or set "
                "MHC_SPEAKER=openai; voices are named as espeak-ng:en-us or flite:slt"
            )
        self._engine, self._program = engine, found
        self._rate: int | None = None

    @property
    def id(self) -> str:
        """``engine:voice``."""
        return f"{self._engine}:{self._voice}"

    @property
    def rate(self) -> int:
        """Samples a second; the engine is asked once."""
        if self._rate is None:
            for _ in self.speak("one"):
                pass
        assert self._rate is not None
        return self._rate

    def speak(self, text: str) -> Iterator[bytes]:
        """The speech in chunks, once the engine has made it.

        Raises:
            DataError: there is nothing to say, or too much at once.
            ProviderUnavailable: the engine failed.
        """
        if not text.strip() or len(text) > MOST_CHARS:
            raise DataError(f"between 1 and {MOST_CHARS:,} characters are read aloud at once; divide the text")
        with wave.open(io.BytesIO(self._wav(" ".join(text.split())))) as sound:
            self._rate = sound.getframerate()
            while chunk := sound.readframes(_CHUNK):
                yield chunk

    def _wav(self, text: str) -> bytes:
        with tempfile.TemporaryDirectory() as folder:
            place = Path(folder) / "speech.wav"
            words = Path(folder) / "text"
            words.write_text(text, encoding="utf-8")
            flags = (
                ["-v", self._voice, "-w", str(place), "-f", str(words)]
                if self._engine == "espeak-ng"
                else ["-voice", self._voice, "-f", str(words), "-o", str(place)]
            )
            try:
                subprocess.run(
                    [self._program, *flags], check=True, timeout=SECONDS, capture_output=True, stdin=subprocess.DEVNULL
                )
                return place.read_bytes()
            except (subprocess.SubprocessError, OSError):
                raise ProviderUnavailable(f"{self._engine} could not read the text aloud; try another voice") from None
