"""Customers' first messages asked of the whole concierge, and of the model alone beside it."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from mhc_core.business.pricing import Business
from mhc_core.concierge.agents import context
from mhc_core.concierge.agents.reply import Reply
from mhc_core.concierge.models.live import Live
from mhc_core.concierge.turn.offline import OfflineConcierge
from mhc_core.protocols import ChatRequest
from mhc_jobs.bench.answers.sets import Asked
from mhc_jobs.bench.understanding.policies import TODAY

PASSAGES = 3
Verdict = Literal["right", "hedged", "partly", "wrong", "abstained"]


@dataclass(frozen=True, slots=True)
class Given:
    """An answer with its verdict: right; right but with a word of doubt (hedged); some of the facts (partly); none of
    them, something unrelated, or another thing than an answer (wrong); nothing answered (abstained)."""

    asked: Asked
    reply: Reply
    verdict: Verdict


class Desk:
    """Where customers write: a concierge that nobody has talked to before."""

    def __init__(self, business: Business, live: Live, minimum_confidence: float) -> None:
        self._live = live
        self._concierge = OfflineConcierge(
            business,
            live,
            lambda topic, turns: context.passages(None, live, topic, context.history(turns), PASSAGES),
            minimum_confidence,
        )
        zone = ZoneInfo(business.contact.timezone)
        self._now = datetime(TODAY.year, TODAY.month, TODAY.day, 10, tzinfo=zone)

    def ask(self, message: str) -> Reply:
        """The answer to a first message."""
        return self._concierge.answer(message, (), None, UUID(int=1), self._now + timedelta(minutes=1))

    def model_alone(self, message: str) -> str:
        """What the model says of its passages, without understanding, agents and guards."""
        passages = context.passages(None, self._live, message, (), PASSAGES)
        return self._live.models[0].answer(ChatRequest(message, passages=passages)).text


def judge(asked: Asked, reply: Reply) -> Verdict:
    """What an answer is worth. Whoever should reach a person is answered right when one takes over or is offered."""
    offered = bool(reply.notes.get("offered_person"))
    withheld = bool(reply.notes.get("withheld"))
    if asked.expect == "person":
        return "right" if reply.escalation is not None or offered else "wrong"
    if asked.expect == "unknown":
        return "abstained" if withheld or reply.escalation is not None else "wrong"
    if withheld:
        return "abstained"
    met = [meets(reply.text, phrases) for phrases in asked.facts]
    if meets(reply.text, asked.never) or not any(met):
        return "wrong"
    if not all(met):
        return "partly"
    return "hedged" if offered and reply.escalation is None else "right"


def meets(text: str, phrases: Sequence[str]) -> bool:
    """Whether the text holds one of the phrases, whatever the case, the blanks and the dashes."""
    said = plain(text)
    return any(plain(phrase) in said for phrase in phrases)


def plain(text: str) -> str:
    """A text in one case with single blanks and plain dashes and apostrophes."""
    return re.sub(r"\s+", " ", re.sub("[\u2010-\u2015\u2212]", "-", text.replace("\u2019", "'"))).casefold()


def measure(desk: Desk, asked: Sequence[Asked]) -> tuple[dict[str, float | int], list[Given]]:
    """Shares of the verdicts, with every answer.

    ``right``, ``hedged``, ``partly`` and ``abstained`` are shares of the questions that have an answer; ``wrong`` is
    one of all messages, with strangers that were answered and people who reached nobody.
    """
    given = []
    for one in asked:
        reply = desk.ask(one.text)
        given.append(Given(one, reply, judge(one, reply)))
    answerable = Counter(one.verdict for one in given if one.asked.expect == "answer")
    unknown = [one.verdict for one in given if one.asked.expect == "unknown"]
    person = [one.verdict for one in given if one.asked.expect == "person"]
    questions = max(1, sum(answerable.values()))
    alone = [
        all(meets(text, phrases) for phrases in one.facts)
        for one in asked
        if one.expect == "answer" and (text := desk.model_alone(one.text))
    ]
    names: tuple[Verdict, ...] = ("right", "hedged", "partly", "abstained")
    shares: dict[str, float | int] = {name: round(answerable[name] / questions, 4) for name in names}
    shares["wrong"] = round(sum(one.verdict == "wrong" for one in given) / max(1, len(given)), 4)
    shares["unknown_answered"] = round(unknown.count("wrong") / max(1, len(unknown)), 4)
    shares["person_reached"] = round(person.count("right") / max(1, len(person)), 4)
    shares["model_alone_right"] = round(sum(alone) / questions, 4)
    counts = {"answerable": questions, "unknown": len(unknown), "person": len(person)}
    return {**shares, **counts}, given
