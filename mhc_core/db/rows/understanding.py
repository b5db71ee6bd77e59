"""Labelled messages as they are stored."""

from dataclasses import dataclass
from datetime import date
from typing import Literal
from uuid import UUID

Origin = Literal["gold", "correction", "booking", "imported"]


@dataclass(frozen=True, slots=True)
class NewExample:
    """A labelled message to be stored under ``key``; ``line`` is scrubbed.

    ``held_out`` says that no model may be trained on it. ``author`` is who labelled it, where a person did.
    """

    key: str
    origin: Origin
    line: str
    text_sha256: str
    held_out: bool
    message_id: UUID | None = None
    customer_hash: str | None = None
    day: date | None = None
    author: str | None = None
