"""Within which bounds an answer may be shared, and which questions may be answered from the cache at all."""

import hashlib
import re
from dataclasses import dataclass

from mhc_core.vocabulary import Intent

AGENT = "knowledge"
SHARED_INTENTS = frozenset({Intent.PRICING, Intent.MENU, Intent.POLICY, Intent.TRAVEL, Intent.ALLERGY})
"""Intents whose answers are the same for everyone; bookings, complaints, accounts, dates and small talk are not."""
MAX_CHARS = 300

# What somebody did, has or is waiting for has an answer of its own.
_OWN_CASE = re.compile(
    r"\b(?:i|we)(?:'ve| have| had)? (?:already |just )?"
    r"(?:paid|booked|ordered|sent|called|emailed|texted|cancel+ed|asked)\b"
    r"|\b(?:did|have) (?:you|u|y'all) (?:get|got|receive|received|charge|charged|send|sent)\b"
    r"|\bmy (?:account|invoice|receipt|order|booking|reservation|refund|balance|chef|quote|name|number|address|email)\b"
    r"|\bi'?m \w+ from\b|\bthis is \w+\b|\blast (?:time|night|week|month|year)\b|\bagain\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Scope:
    """Everything that must be the same for two customers to share an answer: any new version starts an empty cache.

    ``model`` names the model version and its artifact, which an erasure may replace; ``embedder`` the vectors.
    """

    agent: str
    intent: Intent
    prompt: str
    model: str
    knowledge: str
    embedder: str
    locale: str = "en"

    @property
    def digest(self) -> str:
        """The scope as it is stored."""
        parts = (self.agent, self.intent, self.prompt, self.model, self.knowledge, self.embedder, self.locale)
        return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


def shareable(scope: Scope, question: str, *, remembered: bool) -> bool:
    """Whether a question may be looked up or kept at all.

    ``remembered`` says that earlier turns, or facts the customer told, can influence the answer: then never.
    """
    return (
        not remembered
        and scope.agent == AGENT
        and scope.intent in SHARED_INTENTS
        and len(question) <= MAX_CHARS
        and not _OWN_CASE.search(question)
    )
