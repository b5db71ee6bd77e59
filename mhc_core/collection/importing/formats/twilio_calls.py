"""Twilio: transcripts of calls as its Conversational Intelligence gives them, the transcript with its sentences.

A file is a transcript with a list ``sentences``, or the answer that lists the sentences alone. Keys may be written as
the API writes them or as its libraries do. Without participants channel 1 is ours and 2 the customer's, as Twilio says.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from mhc_core.collection.importing import transcripts
from mhc_core.collection.importing.context import Context, Reading
from mhc_core.collection.importing.fields import moment
from mhc_core.collection.importing.formats.people import Person, customer
from mhc_core.collection.importing.formats.shapes import converted
from mhc_core.collection.importing.head import Head
from mhc_core.collection.importing.incoming import Incoming
from mhc_core.collection.importing.reject import Rejected
from mhc_core.collection.importing.transcripts import Told, Utterance

_TRANSCRIPT = re.compile(r"/Transcripts/(GT[0-9a-f]{32})")
_CHANNELS = {"1": "agent", "2": "user"}
_ROLES = {"agent": "agent", "customer": "user", "caller": "user"}


class TwilioCalls:
    """Objects with sentences, each with a channel and its words under *transcript*."""

    name = "a Twilio transcript of a call"
    source = "twilio"
    pieces = False

    def detect(self, head: Head) -> bool:
        first = _sentences(_snake(head.record))[0]
        return "transcript" in first and ("media_channel" in first or "sentence_index" in first)

    def read(self, head: Head, context: Context) -> Iterator[Incoming]:
        return converted(head, context, lambda found: convert(found, context.reading))


def convert(found: Mapping[str, Any], reading: Reading) -> dict[str, Any]:
    """The call in the one format.

    Raises:
        Rejected: it names no transcript, or nobody speaks in it.
    """
    call = _snake(found)
    sentences = sorted(_sentences(call), key=lambda one: int(one.get("sentence_index") or 0))
    said = [
        Utterance(
            str(one.get("transcript") or ""), str(one.get("media_channel") or ""), _number(one.get("start_time")),
            _number(one.get("end_time")), _share(one.get("confidence")),
        )
        for one in sentences
    ]  # fmt: skip
    if not any(one.text.strip() for one in said):
        raise Rejected("the transcript holds no words")
    people = [_snake(each) for each in _participants(call)]
    roles = dict(_CHANNELS)
    for person in people:
        if role := _ROLES.get(str(person.get("role") or "").strip().lower()):
            roles[str(person.get("channel_participant") or "")] = role
    for channel in {one.voice or "" for one in said}:
        roles[channel] = reading.role_of(channel) or roles.get(channel, "user")
    theirs = next((p for p in people if roles.get(str(p.get("channel_participant"))) == "user"), {})
    when = call.get("media_start_time") or call.get("date_created")
    person = Person(call.get("customer_key"), theirs.get("full_name"), theirs.get("email"), _phone(theirs))
    return transcripts.record(
        _ident(call, sentences), said, Told({**roles}, "channel"), began=moment(when) if when else None,
        recogniser="twilio", more=customer(person),
    )  # fmt: skip


def _snake(found: Mapping[str, Any]) -> dict[str, Any]:
    return {re.sub(r"(?<=[a-z])([A-Z])", r"_\1", key).lower(): value for key, value in found.items()}


def _sentences(call: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [_snake(one) for one in call["sentences"]]


def _participants(call: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    channel = _snake(call.get("channel") or {})
    return list(call.get("participants") or channel.get("participants") or [])


def _phone(person: Mapping[str, Any]) -> object:
    named = person.get("media_participant_id") or ""
    return named if re.fullmatch(r"\+?\d{8,15}", str(named)) else None


def _ident(call: Mapping[str, Any], sentences: list[dict[str, Any]]) -> str:
    address = str((call.get("meta") or {}).get("url") or "")
    found = _TRANSCRIPT.search(address)
    ident = call.get("transcript_sid") or call.get("sid") or (found and found[1]) or sentences[0].get("transcript_sid")
    if not ident:
        raise Rejected("names no transcript: save it with its sid (GT…), beside its sentences")
    return str(ident)


def _number(value: object) -> float | None:
    try:
        return float(str(value))
    except ValueError:
        return None


def _share(value: object) -> float | None:
    number = _number(value)
    return number if number is not None and 0 <= number <= 1 else None


FORMAT = TwilioCalls()
PRECEDENCE = 25
