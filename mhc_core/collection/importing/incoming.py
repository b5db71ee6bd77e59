"""What comes out of a file: a whole conversation, or one message of one, with the place it stood at."""

from dataclasses import dataclass
from typing import Any

from mhc_core.collection.importing.reject import Place, RejectFile


@dataclass(frozen=True, slots=True)
class Incoming:
    """A record in the one format (``record_format``)."""

    place: Place
    record: dict[str, Any]

    def reject(self, rejects: RejectFile, reason: str) -> None:
        rejects.add(self.place, reason)


@dataclass(frozen=True, slots=True)
class Piece:
    """One message of a conversation that may be spread over a file, or over several.

    ``conversation`` names it; None where a broken row does not say. ``record`` holds the message's fields, and those of
    the conversation among them. With a ``problem`` the conversation is refused whole.
    """

    place: Place
    conversation: str | None
    record: dict[str, Any]
    problem: str | None = None
