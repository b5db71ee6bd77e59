"""What an agent is, what it is given and what it gives back."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from mhc_core.business.pricing import Business
from mhc_core.concierge.facts.memory import Facts
from mhc_core.concierge.models.live import Live
from mhc_core.concierge.tools.case import BookingRequest, Case
from mhc_core.db.queries.serving import StoredTurn
from mhc_core.prompts.experiments import Chosen, Exposure
from mhc_core.protocols import Passage
from mhc_core.vocabulary import Intent


@dataclass(frozen=True, slots=True)
class Question:
    """A customer's message with the turns before it, oldest first.

    ``before`` are the facts without this message, ``facts`` with it; ``intent`` is what the router took it for.
    """

    text: str
    turns: Sequence[StoredTurn]
    business: Business
    before: Facts
    facts: Facts
    intent: Intent = Intent.OTHER

    @property
    def notes(self) -> Mapping[str, Any]:
        """What the last answer noted about itself."""
        return next((turn.notes for turn in reversed(self.turns) if turn.role != "user"), {})

    @property
    def told(self) -> bool:
        """Whether this message told anything new."""
        return self.facts != self.before

    @property
    def answered(self) -> int:
        """How many answers were given before."""
        return sum(turn.role == "assistant" for turn in self.turns)


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer as its agent gives it. ``escalation`` is the reason when it hands the conversation to a person.

    ``facts`` replaces the conversation's facts where the agent changed them; ``evidence`` are the texts of tool results
    and passages that the answer rests on; ``written`` says that a model wrote it, under the system prompt ``prompt``,
    so that its words and figures are checked. ``exposure`` is set when that model read a wording that is on trial.
    """

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
    facts: Facts | None = None
    booking: BookingRequest | None = None
    evidence: Sequence[str] = ()
    written: bool = False
    prompt: str = ""
    exposure: Exposure | None = None
    notes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AgentContext:
    """What an agent may use: the live versions and this turn's case, through which it searches and calls tools.

    ``customer`` is who asks, or the conversation where that is not known: by it experiments choose a wording.
    """

    live: Live
    case: Case
    minimum_confidence: float
    customer: str

    def wording(self, prompt: str) -> Chosen:
        """The wording of a prompt for this customer."""
        return self.live.prompts.choose(prompt, self.customer)

    def passages(self, question: Question) -> Sequence[Passage]:
        """The passages found for the question."""
        return self.case.search(question.text)


@dataclass(frozen=True, slots=True)
class Agent:
    """Who answers a kind of message. The router names them all.

    Args:
        prompt: name of its prompt after ``agent/``, see ``mhc_core.prompts.wordings``.
        temperature: of a model that writes for it, 0..2.
        tools: names of the tools such a model may call.
        intents: the intents that are its own.
        claims: how surely a message is its own whatever the intent: 0 not at all, the highest number wins.
    """

    name: str
    prompt: str
    temperature: float
    tools: tuple[str, ...]
    reply: Callable[[Question, AgentContext], Reply]
    intents: frozenset[Intent] = frozenset()
    claims: Callable[[Question], int] = lambda question: 0
