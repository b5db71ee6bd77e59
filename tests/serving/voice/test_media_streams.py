"""Messages of Media Streams against what Twilio publishes: the examples of its page, and their shape as a schema."""

from typing import Any

import jsonschema
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mhc_core.errors import DataError
from mhc_serving.voice import media_streams
from mhc_serving.voice.media_streams import Connected, Dtmf, Mark, Media, Start, Stop

SID = "MZ18ad3ab5a668481ce02b83e7395059f0"
EXAMPLES: list[tuple[dict[str, Any], type]] = [
    ({"event": "connected", "protocol": "Call", "version": "1.0.0"}, Connected),
    (
        {
            "event": "start",
            "sequenceNumber": "1",
            "start": {
                "accountSid": "AC00000000000000000000000000000000",
                "streamSid": SID,
                "callSid": "CA00000000000000000000000000000000",
                "tracks": ["inbound"],
                "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
                "customParameters": {"FirstName": "Jane", "LastName": "Doe"},
            },
            "streamSid": SID,
        },
        Start,
    ),
    (
        {
            "event": "media",
            "sequenceNumber": "3",
            "media": {"track": "inbound", "chunk": "1", "timestamp": "5", "payload": "f35/fw=="},
            "streamSid": SID,
        },
        Media,
    ),
    (
        {"event": "dtmf", "streamSid": SID, "sequenceNumber": "5", "dtmf": {"track": "inbound_track", "digit": "1"}},
        Dtmf,
    ),
    ({"event": "mark", "sequenceNumber": "4", "streamSid": SID, "mark": {"name": "my label"}}, Mark),
    (
        {"event": "stop", "sequenceNumber": "5", "stop": {"accountSid": "AC0", "callSid": "CA0"}, "streamSid": SID},
        Stop,
    ),
]
OUT: dict[str, Any] = {
    "type": "object",
    "required": ["event", "streamSid"],
    "oneOf": [
        {
            "properties": {
                "event": {"const": "media"},
                "streamSid": {"const": SID},
                "media": {
                    "type": "object",
                    "required": ["payload"],
                    "properties": {"payload": {"type": "string", "pattern": "^[A-Za-z0-9+/]*={0,2}$"}},
                    "additionalProperties": False,
                },
            },
            "required": ["media"],
            "additionalProperties": False,
        },
        {
            "properties": {
                "event": {"const": "mark"},
                "streamSid": {"const": SID},
                "mark": {
                    "type": "object",
                    "required": ["name"],
                    "properties": {"name": {"type": "string"}},
                    "additionalProperties": False,
                },
            },
            "required": ["mark"],
            "additionalProperties": False,
        },
        {
            "properties": {"event": {"const": "clear"}, "streamSid": {"const": SID}},
            "additionalProperties": False,
        },
    ],
}


@pytest.mark.parametrize(("message", "kind"), EXAMPLES)
def test_twilios_examples_are_read(message: dict[str, Any], kind: type) -> None:
    assert isinstance(media_streams.read(orjson.dumps(message)), kind)
    assert isinstance(media_streams.read(orjson.dumps(message | {"new field": 1})), kind)


@pytest.mark.parametrize(
    "written",
    [media_streams.media(SID, b"\xff" * 160), media_streams.mark(SID, "notice"), media_streams.clear(SID)],
)
def test_what_is_sent_is_what_twilio_takes(written: str) -> None:
    jsonschema.validate(orjson.loads(written), OUT)


def test_another_sound_than_a_telephones_is_refused() -> None:
    start = orjson.loads(orjson.dumps(EXAMPLES[1][0]))
    start["start"]["mediaFormat"]["sampleRate"] = 16_000
    with pytest.raises(DataError):
        media_streams.read(orjson.dumps(start))


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=12,
)


@given(_JSON, st.sampled_from(["start", "media", "dtmf", "mark", "stop", "connected", "else"]))
def test_no_message_does_more_than_be_refused(found: Any, event: str) -> None:
    for message in (found, {**found, "event": event} if isinstance(found, dict) else {"event": event, event: found}):
        try:
            read = media_streams.read(orjson.dumps(message, option=orjson.OPT_NON_STR_KEYS))
            if isinstance(read, Media):
                read.sound  # noqa: B018
        except (DataError, orjson.JSONEncodeError):
            pass
