"""What a tool works with: one turn of one conversation. A tool can reach nothing else."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal

from mhc_core.business.pricing import Business
from mhc_core.concierge.facts.memory import Facts
from mhc_core.db.queries.bookings import Booking
from mhc_core.protocols import Passage, ToolCall


@dataclass(frozen=True, slots=True)
class BookingRequest:
    """A checked request as it will be stored; the team confirms it. ``total_usd`` is ``None`` without the distance."""

    facts: Facts
    day: date
    starts: time
    total_usd: Decimal | None


@dataclass(slots=True)
class Case:
    """The turn, and what its tools have done so far.

    ``now`` is in the business's own time zone. ``booked`` looks up the newest request of this conversation, or of its
    customer; ``completed`` counts the customer's completed bookings, None where it is not known who that is.
    ``booking`` and ``escalation`` are carried out when the turn is stored; ``calls`` and ``passages`` are the evidence
    of what the answer states.
    """

    business: Business
    facts: Facts
    now: datetime
    reference: str
    search: Callable[[str], Sequence[Passage]]
    booked: Callable[[], Booking | None] = lambda: None
    completed: Callable[[], int | None] = lambda: None
    calls: list[ToolCall] = field(default_factory=list)
    passages: list[Passage] = field(default_factory=list)
    booking: BookingRequest | None = None
    escalation: str | None = None

    @property
    def evidence(self) -> list[str]:
        """The texts that an answer of this turn may rest on."""
        return [call.result for call in self.calls] + [passage.content for passage in self.passages]
