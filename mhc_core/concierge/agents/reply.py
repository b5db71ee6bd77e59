"""What an agent is, what it is given and what it gives back."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from mhc_core.business.pricing import Business
from mhc_core.concierge.facts.memory import Facts
from mhc_core.concierge.models.live import Live
from mhc_core.concierge.tools.case import BookingRequest, Case
from mhc_core.db.queries.serving import StoredTurn
from mhc_core.db.queries.turns import KeptAnswer
from mhc_core.prompts.experiments import Chosen, Exposure
from mhc_core.protocols import Passage
from mhc_core.pseudonyms import subject
from mhc_core.response_cache.cache import Sharing
from mhc_core.rollout.assignment import Met
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
    """An answer before it is stored. ``escalation`` is the reason when it hands the conversation to a person.

    ``facts`` replaces the conversation's facts where an agent changed them; ``evidence`` are the texts of tool results
    and passages that the answer rests on; ``written`` says that a model wrote it, under
    the system prompt ``prompt``, so that its words and figures are checked. ``kept`` is set when it is an answer that
    was kept from another customer's question, ``sharing`` says how it may be kept for the next one. ``exposure`` is set
    when the model read a wording that is on trial, ``met`` when a model that is on trial could have answered.
    ``repeatable`` says that the next customer who begins with the same message would get the same.
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
    kept: KeptAnswer | None = None
    sharing: Sharing | None = None
    exposure: Exposure | None = None
    met: Met | None = None
    repeatable: bool = False
    notes: Mapping[str, Any] = field(default_factory=dict)

    @property
    def cached(self) -> bool:
        """Whether it was kept from another customer's question."""
        return self.kept is not None


@dataclass(frozen=True, slots=True)
class Surroundings:
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
    """Who answers a kind of message. A file of this package that defines ``AGENT`` is found by the router.

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
    reply: Callable[[Question, Surroundings], Reply]
    intents: frozenset[Intent] = frozenset()
    claims: Callable[[Question], int] = lambda question: 0


@dataclass(frozen=True, slots=True)
class Asked:
    """A message with what is stored of its conversation. ``stored`` is None where the turns are all that is known;
    ``afresh`` says that the reply that is remembered for it must not be given any more."""

    message: str
    turns: Sequence[StoredTurn]
    stored: Facts | None
    conversation_id: UUID
    now: datetime
    customer_id: str | None = None
    afresh: bool = False

    @property
    def customer(self) -> str:
        """Who asks, or the conversation where that is not known."""
        return subject(self.customer_id, self.conversation_id)


@dataclass(frozen=True, slots=True)
class Done:
    """A reply as a worker made it: the intent its classifier found, the milliseconds of the parts, the versions that
    it had loaded, and what its shadow counted so far."""

    reply: Reply
    intent: tuple[Intent, float] | None
    parts: Mapping[str, float]
    versions: tuple[object, ...]
    shadow: Mapping[str, int]
