"""Conversations as scrubbing reads them, and the examples and holds that it makes of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal
from uuid import UUID

from mhc_core.pseudonyms import Pseudonym

Origin = Literal["score", "human_edit", "correction"]


@dataclass(frozen=True, slots=True)
class SourceMessage:
    """A raw message with what is known about its worth. ``vote`` and ``stars`` are the latest given on it."""

    id: UUID
    role: str
    content: str
    edited_content: str | None = None
    intent: str | None = None
    confidence: float | None = None
    vote: str | None = None
    stars: int | None = None
    agent: str | None = None
    excluded: bool = False


@dataclass(frozen=True, slots=True)
class SourceConversation:
    """A scored conversation; ``stars`` is the rating of the whole, ``record`` what is on file of the customer."""

    id: UUID
    customer_id: str | None
    channel: str
    day: date
    score: float
    stars: int | None
    messages: tuple[SourceMessage, ...]
    record: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Example:
    """One scrubbed question with its answer and the turns before it.

    ``rejected_answer`` is what the customer was told before a person wrote ``answer`` instead, if anything.
    ``numbers_sha256`` is the same for two examples that state the same numbers.
    """

    id: UUID
    conversation_id: UUID
    question_message_id: UUID
    answer_message_id: UUID
    customer_hash: Pseudonym
    day: date
    channel: str
    intent: str
    origin: Origin
    question: str
    answer: str
    context: tuple[Mapping[str, str], ...]
    quality: float
    confidence: float | None
    vote: str | None
    findings: Mapping[str, int]
    risk: str
    content_sha256: str
    language: str | None = None
    tags: tuple[str, ...] = ()
    rejected_answer: str | None = None
    numbers_sha256: str | None = None


@dataclass(frozen=True, slots=True)
class Hold:
    """An answer kept out because its text, or text around it, could not be shown to be clean."""

    answer_message_id: UUID
    kind: Literal["residue", "error"]
    reason: str
