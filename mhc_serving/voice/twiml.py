"""What Twilio is told to do with a call, as TwiML (https://www.twilio.com/docs/voice/twiml)."""

from collections.abc import Mapping
from xml.etree.ElementTree import Element, SubElement, tostring

RING_SECONDS = 25
"""How long the team's telephone rings."""
ACCEPT_SECONDS = 12
"""How long a person has to take the call, so that no answering machine takes it."""


def stream(url: str, parameters: Mapping[str, str], then: str, status: str) -> bytes:
    """Connect the caller with the concierge; ``then`` is asked how to go on once the stream has ended."""
    response = Element("Response")
    connect = SubElement(response, "Connect", {"action": then, "method": "POST"})
    of = SubElement(connect, "Stream", {"url": url, "statusCallback": status, "statusCallbackMethod": "POST"})
    for name, value in parameters.items():
        SubElement(of, "Parameter", {"name": name, "value": value})
    return _written(response)


def say(sentence: str) -> bytes:
    """Say something and hang up."""
    response = Element("Response")
    SubElement(response, "Say").text = sentence
    SubElement(response, "Hangup")
    return _written(response)


def hang_up() -> bytes:
    """End the call."""
    response = Element("Response")
    SubElement(response, "Hangup")
    return _written(response)


def dial(number: str, whisper: str, then: str) -> bytes:
    """Put the caller through; whoever answers hears ``whisper`` first, and ``then`` is asked when that has ended."""
    response = Element("Response")
    call = SubElement(
        response, "Dial", {"action": then, "method": "POST", "timeout": str(RING_SECONDS), "answerOnBridge": "true"}
    )
    SubElement(call, "Number", {"url": whisper, "method": "POST"}).text = number
    return _written(response)


def whisper(summary: str, accept: str) -> bytes:
    """Tell a person of the team what the call is about; without a key pressed the caller is not put through."""
    response = Element("Response")
    gather = SubElement(
        response, "Gather", {"numDigits": "1", "timeout": str(ACCEPT_SECONDS), "action": accept, "method": "POST"}
    )
    SubElement(gather, "Say").text = f"{summary} Press any key to take the call."
    SubElement(response, "Hangup")
    return _written(response)


def nothing() -> bytes:
    """Go on: a person has taken the call."""
    return _written(Element("Response"))


def _written(response: Element) -> bytes:
    written: bytes = tostring(response, encoding="utf-8", xml_declaration=True)
    return written
