"""The messages of Twilio's Media Streams (https://www.twilio.com/docs/voice/media-streams/websocket-messages).

What comes in is read with what we need of it; unknown fields and events are no error, as new ones may come at any time.
"""

import base64
import binascii
from typing import Annotated, Any, Literal

import orjson
from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from mhc_core.errors import DataError

LARGEST_PAYLOAD = 64_000
"""Characters of one message's sound: six seconds, of which 20 ms are usual."""


class MediaFormat(BaseModel, frozen=True):
    """How sound is written."""

    encoding: Literal["audio/x-mulaw"]
    sampleRate: Literal[8000]
    channels: Literal[1] = 1


class StartBody(BaseModel, frozen=True):
    """What a stream is."""

    callSid: str = Field(min_length=1, max_length=64)
    mediaFormat: MediaFormat
    customParameters: dict[str, str] = {}


class Connected(BaseModel, frozen=True):
    """The first message."""

    event: Literal["connected"]


class Start(BaseModel, frozen=True):
    """The second one: a call has come."""

    event: Literal["start"]
    streamSid: str = Field(min_length=1, max_length=64)
    start: StartBody


class MediaBody(BaseModel, frozen=True):
    """Some sound, base64."""

    track: str = "inbound"
    payload: str = Field(max_length=LARGEST_PAYLOAD)


class Media(BaseModel, frozen=True):
    """Sound of the caller."""

    event: Literal["media"]
    media: MediaBody

    @property
    def sound(self) -> bytes:
        """Its µ-law bytes.

        Raises:
            DataError: it is no base64.
        """
        try:
            return base64.b64decode(self.media.payload, validate=True)
        except (binascii.Error, ValueError):
            raise DataError("the sound of a message is no base64") from None


class DtmfBody(BaseModel, frozen=True):
    """A key of the telephone."""

    digit: str = Field(pattern=r"^[0-9*#A-D]$")


class Dtmf(BaseModel, frozen=True):
    """The caller pressed a key."""

    event: Literal["dtmf"]
    dtmf: DtmfBody


class MarkBody(BaseModel, frozen=True):
    """The name of a mark of ours."""

    name: str = Field(max_length=64)


class Mark(BaseModel, frozen=True):
    """What was sent before our mark of this name was played, or cleared."""

    event: Literal["mark"]
    mark: MarkBody


class Stop(BaseModel, frozen=True):
    """The call or the stream has ended."""

    event: Literal["stop"]


Message = Connected | Start | Media | Dtmf | Mark | Stop
_READ: TypeAdapter[Message] = TypeAdapter(Annotated[Message, Field(discriminator="event")])
_KNOWN = {"connected", "start", "media", "dtmf", "mark", "stop"}


def read(text: str | bytes) -> Message | None:
    """A message of Twilio; None for an event that is not known.

    Raises:
        DataError: it is no such message.
    """
    try:
        found: Any = orjson.loads(text)
        if isinstance(found, dict) and isinstance(found.get("event"), str) and found["event"] not in _KNOWN:
            return None
        return _READ.validate_python(found)
    except (orjson.JSONDecodeError, ValidationError):
        raise DataError("a message of the stream is not as Twilio writes them") from None


def media(stream_sid: str, sound: bytes) -> str:
    """Sound for the caller."""
    return _written("media", stream_sid, media={"payload": base64.b64encode(sound).decode()})


def mark(stream_sid: str, name: str) -> str:
    """Asks to be told when all that was sent so far has been played."""
    return _written("mark", stream_sid, mark={"name": name})


def clear(stream_sid: str) -> str:
    """Asks to drop what was sent and not played."""
    return _written("clear", stream_sid)


def _written(event: str, stream_sid: str, **more: Any) -> str:
    return orjson.dumps({"event": event, "streamSid": stream_sid, **more}).decode()
