"""Conditions that people should know of, and the messages that tell them."""

from collections.abc import Sequence
from dataclasses import dataclass

from mhc_core.vocabulary import AlertKind, MessageKind, Severity


@dataclass(frozen=True, slots=True)
class Condition:
    """Something that is wrong as long as a source says so.

    ``subject`` tells conditions of one kind apart. ``link`` is the page of the console that shows the evidence, such as
    ``/models``. ``title`` and ``detail`` are sent to people outside: no word of a customer may stand in them.
    """

    kind: AlertKind
    subject: str
    severity: Severity
    title: str
    detail: str
    link: str = "/alerts"

    @property
    def key(self) -> str:
        """What the alert of this condition is known by; the same condition has the same key at every look."""
        return f"{self.kind}:{self.subject}"


@dataclass(frozen=True, slots=True)
class Message:
    """What one channel is to be told. ``key`` is made of what it tells, so that it is written once."""

    key: str
    channel: str
    kind: MessageKind
    severity: Severity
    title: str
    body: str
    alerts: Sequence[int]
