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
    """A raw message with what is known about its worth.

    ``vote`` is what all feedback on it says in one: ``down`` when anybody disliked it by any signal, else ``up`` when
    somebody liked it. ``stars`` are the fewest given. ``heard`` is how sure a recogniser of speech was of the words,
    0..1; None where nobody spoke or a person read it.
    """

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
    heard: float | None = None


@dataclass(frozen=True, slots=True)
class SourceConversation:
    """A scored conversation; ``vote`` and ``stars`` are of the whole, ``record`` is what is on file of the customer.

    ``sure_score`` is what promotion counts, where it is not the score itself. ``speakers_guessed`` says that nothing
    but the turns of a call told who spoke, and that nobody read it since.
    """

    id: UUID
    customer_id: str | None
    channel: str
    day: date
    score: float
    stars: int | None
    messages: tuple[SourceMessage, ...]
    record: Mapping[str, object] = field(default_factory=dict)
    vote: str | None = None
    sure_score: float | None = None
    speakers_guessed: bool = False

    @property
    def promoting(self) -> float:
        """The score that is compared with the quality threshold."""
        return self.score if self.sure_score is None else self.sure_score


@dataclass(frozen=True, slots=True)
class Example:
    """One scrubbed question with its answer and the turns before it.

    ``rejected_answer`` is what the customer was told before a person wrote ``answer`` instead, if anything. ``vote`` is
    ``down`` when anybody disliked the answer by any signal, ``up`` when it was only praised. ``numbers_sha256`` is the
    same for two examples that state the same numbers.
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
    """An answer kept out because its text, or text around it, could not be shown to be clean or to be what was said."""

    answer_message_id: UUID
    kind: Literal["residue", "error", "transcript"]
    reason: str
