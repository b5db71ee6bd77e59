"""What the calls of one process share: the recogniser, the voice, the phrases, and how many calls there are."""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property

from starlette.requests import HTTPConnection

from mhc_core.db.queries import installation
from mhc_core.errors import ConfigurationError, NotFound
from mhc_core.protocols import Speaker, Transcriber
from mhc_core.settings import Settings
from mhc_core.signing import SigningKeys
from mhc_core.speech import engines, select
from mhc_core.speech.ear import Detector, Silero
from mhc_core.speech.recognising import Recogniser
from mhc_core.speech.saying import Voice
from mhc_serving.access.deps import Services
from mhc_serving.voice import admission
from mhc_serving.voice.phrases import Phrases, phrases

log = logging.getLogger(__name__)

FAST_VOICE = "flite:kal"
"""Made in a quarter of the time of the others, which is heard in every answer."""


@dataclass(frozen=True, slots=True)
class Sound:
    """What hears and speaks; each is made when the line starts, a detector for each call."""

    transcriber: Callable[[], Transcriber]
    speaker: Callable[[], Speaker]
    detector: Callable[[], Detector]


def configured(settings: Settings) -> Sound:
    """What the settings name."""

    def speaker() -> Speaker:
        voice = settings.speaker_voice
        if settings.speaker != "openai" and voice is None and FAST_VOICE in engines.installed():
            return engines.EngineSpeaker(FAST_VOICE)
        return select.speaker(settings)

    return Sound(lambda: select.live_transcriber(settings), speaker, Silero)


class PhoneLine:
    """The line of one process. Between ``start`` and ``stop`` calls can be taken.

    Raises:
        ConfigurationError: calls are to be answered, and no token or public address is set.
    """

    def __init__(self, services: Services, sound: Sound | None = None) -> None:
        settings = services.settings
        self.services = services
        self.sound = sound or configured(settings)
        self.recogniser = Recogniser(self.sound.transcriber, select.live_at_once(settings))
        self.texts_links = bool(settings.twilio.account_sid and settings.twilio.auth_token and settings.twilio.sms_from)
        self.phrases: Phrases = phrases(services.business, self.texts_links)
        self._voice: Voice | None = None
        self._lock = threading.Lock()
        self._calls = 0
        if settings.voice and not (settings.twilio.auth_token and settings.public_url):
            raise ConfigurationError(
                "MHC_VOICE needs MHC_TWILIO__AUTH_TOKEN, with which Twilio signs its requests, and MHC_PUBLIC_URL, the "
                "address under which Twilio reaches this server"
            )

    @property
    def wanted(self) -> bool:
        """Whether anything is to be heard at all."""
        return self.services.settings.voice or self.services.settings.voice_talk

    @property
    def voice(self) -> Voice:
        """The voice, once the line has started."""
        assert self._voice is not None, "the line was not started"
        return self._voice

    @cached_property
    def keys(self) -> SigningKeys:
        """The keys that sign admissions."""
        with self.services.engine.begin() as connection:
            return admission.keys(installation.salt(connection))

    def start(self) -> None:
        """Load what hears and speaks, where it is wanted, and make the phrases.

        Raises:
            ConfigurationError: the extra ``voice``, a model, or a voice is missing.
        """
        if not self.wanted:
            return
        self.recogniser.start()
        self.sound.detector()
        self._voice = Voice(self.sound.speaker())
        self._voice.learn(self.phrases.all)
        log.info("the line is open: recogniser %s, voice %s", self.recogniser.id, self._voice.id)

    def stop(self) -> None:
        """Recognise nothing more."""
        if self.wanted:
            self.recogniser.stop()

    @property
    def full(self) -> bool:
        """Whether one more call would be too many."""
        return self._calls >= self.services.settings.voice_calls

    @contextmanager
    def taken(self) -> Iterator[bool]:
        """Counts a call while it lasts; False where it is one too many, and is not counted."""
        with self._lock:
            free = not self.full
            self._calls += free
        try:
            yield free
        finally:
            with self._lock:
                self._calls -= free


def line_of(connection: HTTPConnection) -> PhoneLine:
    """The line of the app that was called."""
    found: PhoneLine = connection.app.state.line
    return found


def calls_line(connection: HTTPConnection) -> PhoneLine:
    """The same, where calls are answered.

    Raises:
        NotFound: they are not.
    """
    line = line_of(connection)
    if not line.services.settings.voice:
        raise NotFound("no calls are answered here; MHC_VOICE switches that on")
    return line
