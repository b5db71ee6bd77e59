"""RingCentral: transcripts of calls, as RingSense's insights or as the answer of its speech-to-text.

RingSense says who the speakers are: those with an account of the business are ours. Speech-to-text only numbers them;
then the first to speak is ours, and the call is held until a person read it.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from mhc_core.collection.importing import transcripts
from mhc_core.collection.importing.context import Context, Reading
from mhc_core.collection.importing.fields import moment
from mhc_core.collection.importing.formats.people import Person, customer
from mhc_core.collection.importing.formats.shapes import converted
from mhc_core.collection.importing.formats.twilio_calls import _number, _share
from mhc_core.collection.importing.head import Head
from mhc_core.collection.importing.incoming import Incoming
from mhc_core.collection.importing.reject import Rejected
from mhc_core.collection.importing.transcripts import Utterance


class RingCentralCalls:
    """Objects with insights and their transcript, or with a response and its utterances."""

    name = "a RingCentral transcript of a call"
    source = "ringcentral"
    pieces = False

    def detect(self, head: Head) -> bool:
        return "text" in _utterances(head.record)[0]

    def read(self, head: Head, context: Context) -> Iterator[Incoming]:
        return converted(head, context, lambda found: convert(found, context.reading))


def convert(call: Mapping[str, Any], reading: Reading) -> dict[str, Any]:
    """The call in the one format.

    Raises:
        Rejected: it has no id, or nobody speaks in it.
    """
    said = [
        Utterance(
            str(one.get("text") or ""), str(one.get("speakerId", "")), _number(one.get("start")),
            _number(one.get("end")), _share(one.get("confidence")),
        )
        for one in _utterances(call)
    ]  # fmt: skip
    if not any(one.text.strip() for one in said):
        raise Rejected("the transcript holds no words")
    ident = call.get("sourceSessionId") or call.get("sourceRecordId") or call.get("jobId")
    if not ident:
        raise Rejected("names no call: save it with its sourceRecordId, or its jobId")
    people = {str(each.get("speakerId", "")): each for each in call.get("speakerInfo") or []}
    known = {voice: _role(person, reading) for voice, person in people.items()}
    told = transcripts.by_label(
        [one.voice for one in said], reading, {voice: role for voice, role in known.items() if role}
    )
    theirs = next((people[voice] for voice, role in told.roles.items() if role == "user" and voice in people), {})
    when = call.get("recordingStartTime")
    person = Person(None, theirs.get("name"), theirs.get("email"), theirs.get("phoneNumber"))
    return transcripts.record(
        str(ident), said, told, began=moment(when) if when else None, recogniser="ringcentral", more=customer(person)
    )


def _utterances(call: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    insights = call.get("insights") or {}
    found = insights.get("Transcript") or insights.get("transcript")
    if found is None:
        response = call["response"]
        found = response.get("utterances") or response["utteranceInsights"]
    return list(found)


def _role(person: Mapping[str, Any], reading: Reading) -> str | None:
    for name in ("name", "phoneNumber", "email"):
        if person.get(name) and (role := reading.role_of(str(person[name]))):
            return role
    if any(person.get(name) for name in ("extensionId", "accountId", "userId")):
        return "agent"
    return "user" if person.get("phoneNumber") else None


FORMAT = RingCentralCalls()
PRECEDENCE = 26
