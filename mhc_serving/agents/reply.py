"""What an agent is given and what it gives back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from mhc_core.business import Business
from mhc_core.db.queries.serving import StoredTurn
from mhc_core.providers.protocols import Passage, Turn
from mhc_core.vocabulary import Intent
from mhc_serving.live import Live
from mhc_serving.tools import quote


@dataclass(frozen=True, slots=True)
class Question:
    """A customer's message with the turns before it, oldest first; ``history`` is what a model reads of them."""

    text: str
    turns: Sequence[StoredTurn]
    history: Sequence[Turn]
    business: Business

    @property
    def notes(self) -> Mapping[str, Any]:
        """What the last answer noted about itself."""
        return next((turn.notes for turn in reversed(self.turns) if turn.role != "user"), {})

    @property
    def understood(self) -> list[str]:
        """The customer's messages, this one last, each read in the light of what the answer before it asked for."""
        messages: list[str] = []
        missing: Sequence[str] = ()
        for turn in (*self.turns, StoredTurn("user", self.text, {})):
            if turn.role == "user":
                messages.append(quote.understood(turn.content, missing))
            else:
                missing = [str(item) for item in turn.notes.get("missing", ())]
        return messages

    @property
    def answered(self) -> int:
        """How many answers were given before."""
        return sum(turn.role == "assistant" for turn in self.turns)


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer before it is stored. ``escalation`` is the reason when it hands the conversation to a person."""

    text: str
    agent: str
    intent: Intent
    confidence: float
    model_id: str
    citations: Sequence[Passage] = ()
    escalation: str | None = None
    prompt_id: str | None = None
    knowledge_id: str | None = None
    example_id: str | None = None
    input_tokens: int = 0
    output_tokens: int = 0
    cost_usd: Decimal = Decimal(0)
    notes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the knowledge agent may use: the live versions and the passages found for the question."""

    live: Live
    passages: Sequence[Passage]
    minimum_confidence: float
