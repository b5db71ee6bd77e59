"""Which recogniser and which voice the settings name."""

import os
from pathlib import Path

from mhc_core.business import pricing
from mhc_core.protocols import Speaker, Transcriber
from mhc_core.settings import Settings


def transcriber(settings: Settings) -> Transcriber:
    """What turns recordings into text.

    Raises:
        ConfigurationError: the extra ``voice``, a model or a key is missing.
    """
    if settings.transcriber == "openai":
        from mhc_core.providers.openai.client import client
        from mhc_core.speech.openai import TRANSCRIBER, OpenAITranscriber

        return OpenAITranscriber(client(settings), settings.transcriber_model or TRANSCRIBER, _example(settings))
    from mhc_core.speech.whisper import WhisperTranscriber

    return WhisperTranscriber(_folder(settings), example=_example(settings))


def live_transcriber(settings: Settings) -> Transcriber:
    """What hears callers while they speak: the same, but one of this machine takes less time for short stretches.

    Raises:
        ConfigurationError: the extra ``voice``, a model or a key is missing.
    """
    if settings.transcriber == "openai":
        return transcriber(settings)
    from mhc_core.speech.brief import BriefTranscriber

    return BriefTranscriber(_folder(settings), live_at_once(settings), _example(settings))


def live_at_once(settings: Settings) -> int:
    """How many stretches are recognised together: of every call by a provider, on this machine one on each core."""
    if settings.transcriber == "openai":
        return settings.voice_calls
    return min(settings.voice_calls, os.cpu_count() or 1)


def speaker(settings: Settings) -> Speaker:
    """What reads text aloud.

    Raises:
        ConfigurationError: an engine or a key is missing.
    """
    if settings.speaker == "openai":
        from mhc_core.providers.openai.client import client
        from mhc_core.speech.openai import SPEAKER, VOICE, OpenAISpeaker

        return OpenAISpeaker(client(settings), SPEAKER, settings.speaker_voice or VOICE)
    from mhc_core.speech.engines import EngineSpeaker

    return EngineSpeaker(settings.speaker_voice)


def _folder(settings: Settings) -> Path | None:
    return Path(settings.transcriber_model) if settings.transcriber_model else None


def _example(settings: Settings) -> str:
    return pricing.load(settings.business_file).calls.example
