"""What an agent is, what it is given and what it gives back."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from mhc_core.business.pricing import Business
from mhc_core.concierge.facts.memory import Facts
from mhc_core.concierge.models.live import Live
from mhc_core.concierge.tools.case import BookingRequest, Case
from mhc_core.db.queries.serving import StoredTurn
from mhc_core.languages import ENGLISH
from mhc_core.prompts.experiments import Chosen, Exposure
from mhc_core.protocols import Passage
from mhc_core.understanding.result import Act, DialogueContext, Segment, SlotName, Topic, Understood
from mhc_core.vocabulary import Intent


@dataclass(frozen=True, slots=True)
class Question:
    """A customer's message, or a part of it, with the turns before it, oldest first.

    ``before`` are the facts without this message, ``facts`` with it; ``context`` is what it was read after, ``notes``
    what the last answer noted about itself. ``understood`` is None where no model of understanding is live. ``intent``
    is that of the part that an agent answers.
    """

    text: str
    turns: Sequence[StoredTurn]
    business: Business
    before: Facts
    facts: Facts
    intent: Intent = Intent.OTHER
    understood: Understood | None = None
    context: DialogueContext = field(default_factory=DialogueContext)
    notes: Mapping[str, Any] = field(default_factory=dict)

    @property
    def language(self) -> str:
        """What the conversation is held in, a BCP-47 code; English until a message says otherwise."""
        return self.facts.language or ENGLISH

    @property
    def segments(self) -> Sequence[Segment]:
        """The parts of the message with what is done in each."""
        return self.understood.segments if self.understood is not None else ()

    @property
    def acts(self) -> frozenset[Act]:
        """What the customer does in the whole message."""
        return frozenset(segment.act for segment in self.segments)

    @property
    def topics(self) -> frozenset[Topic]:
        """What the whole message is about."""
        return frozenset(segment.topic for segment in self.segments)

    @property
    def slots(self) -> frozenset[SlotName]:
        """What the whole message tells or names."""
        return frozenset(slot.name for segment in self.segments for slot in segment.slots)

    @property
    def asked(self) -> frozenset[str]:
        """What the last answer asked for."""
        return self.context.asked

    @property
    def confirming(self) -> bool:
        """Whether the last answer asked to send a request."""
        return self.context.confirming

    @property
    def told(self) -> bool:
        """Whether this message told anything new."""
        return self.facts.told != self.before.told

    @property
    def booking_open(self) -> bool:
        """Whether a booking is being put together, or a sent one changed."""
        return self.facts.booking and (not self.facts.reference or self.facts.changed)

    @property
    def answered(self) -> int:
        """How many answers were given before."""
        return sum(turn.role == "assistant" for turn in self.turns)


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer as its agent gives it. ``escalation`` is the reason when it hands the conversation to a person.

    ``withdraws`` is the booking request that the customer takes back.

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
    facts: Facts | None = None
    booking: BookingRequest | None = None
    withdraws: UUID | None = None
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
    """

    name: str
    prompt: str
    temperature: float
    tools: tuple[str, ...]
    reply: Callable[[Question, AgentContext], Reply]
