"""One conversation while it is being written: its messages, its clock, and what the author knows about each answer."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from mhc_core.vocabulary import Channel, Intent
from mhc_jobs.sample.customers import Customer
from mhc_jobs.sample.phone_typing import type_message

Record = dict[str, Any]

# Seconds until a customer writes again, and until a colleague does: (shortest, longest).
_CUSTOMER_GAP = {
    Channel.WEB: (12, 110), Channel.SMS: (40, 900), Channel.EMAIL: (900, 30_000), Channel.INSTAGRAM: (40, 2400),
    Channel.FACEBOOK: (40, 2400), Channel.PHONE: (3, 14),
}  # fmt: skip
_AGENT_GAP = (600, 6600)


@dataclass(slots=True)
class Answer:
    """An answer given, with what a careful reviewer would say: is it right, and what would be right instead."""

    message: Record
    right: bool
    better: str
    why: str = ""
    matters: bool = True


@dataclass(slots=True)
class Talk:
    """The conversation so far."""

    rng: Random
    channel: Channel
    customer: Customer
    agent: str
    model: str
    clock: datetime
    messages: list[Record] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    knows_name: bool = False

    def user(self, text: str, intent: Intent) -> Record:
        """The customer types ``text`` in their own way."""
        if self.messages:
            self._wait(_CUSTOMER_GAP[self.channel])
        cheerful = intent not in (Intent.COMPLAINT, Intent.ALLERGY)
        typed = type_message(self.rng, text, self.channel, self.customer.sloppiness, cheerful=cheerful)
        return self._add("user", typed or text, intent)

    def assistant(
        self, text: str, intent: Intent, *, right: bool = True, better: str = "", why: str = "", matters: bool = True
    ) -> Answer:
        """The concierge answers; its confidence tells right from wrong often, not always."""
        self._wait((1, 5))
        rng = self.rng
        confidence = rng.betavariate(9, 2) if right else rng.betavariate(5, 4)
        if not right and rng.random() < 0.2:
            confidence = rng.betavariate(9, 2)
        message = self._add("assistant", text, intent)
        message["confidence"] = round(confidence, 3)
        message["model"] = self.model
        answer = Answer(message, right, better or text, why, matters)
        self.answers.append(answer)
        return answer

    def colleague(self, text: str, intent: Intent) -> Record:
        """A person of the business writes."""
        self._wait(_AGENT_GAP if self.channel is not Channel.PHONE else (20, 90))
        return self._add("agent", text, intent)

    def _add(self, role: str, content: str, intent: Intent) -> Record:
        message: Record = {
            "role": role,
            "content": content,
            "timestamp": stamp(self.clock),
            "intent": intent.value,
        }
        self.messages.append(message)
        return message

    def _wait(self, seconds: tuple[int, int]) -> None:
        low, high = seconds
        self.clock += timedelta(seconds=int(low + (high - low) * self.rng.random() ** 2))


def stamp(moment: datetime) -> str:
    """ISO 8601 in UTC to the second."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
