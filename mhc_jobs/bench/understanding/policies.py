"""Booking dialogues with customers who answer whatever they are asked, and what they end in.

A policy is a customer: an opening, an answer to each thing that may be asked, twists, and the record that the request
must hold at the end. It is played against the concierge itself, without a server or a database; what an answer asked
for is read from its notes.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Literal
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from mhc_core.business.pricing import Business
from mhc_core.concierge.agents import handover, operations, router
from mhc_core.concierge.agents.reply import AgentContext, Question, Reply
from mhc_core.concierge.agents.router import Step
from mhc_core.concierge.facts.memory import Facts
from mhc_core.concierge.models.live import Live
from mhc_core.concierge.tools.case import Case
from mhc_core.concierge.turn import composing, suggesting
from mhc_core.concierge.turn.request import TurnRequest
from mhc_core.concierge.turn.suggesting import Desk
from mhc_core.concierge.turn.understanding import Understanding, understand
from mhc_core.db.queries.bookings import Booking
from mhc_core.db.queries.serving import StoredTurn
from mhc_core.errors import DataError
from mhc_core.languages import speaking
from mhc_core.prompts import registry
from mhc_core.understanding.reader import Reader
from mhc_core.vocabulary import PERSON
from mhc_jobs.bench.understanding.records import differences

TODAY = date(2026, 11, 30)
"""The day on which all policies begin to write."""
MOST_TURNS = 40
_SPACE = UUID("5d0a3c1e-6f1b-4c0e-9a3a-0d6a3f6f9b11")

Ended = Literal["right", "wrong", "none"]


@dataclass(slots=True)
class Twist:
    """Something said instead of what is expected. ``answers`` replace the policy's own from then on."""

    when: str
    say: str
    answers: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Policy:
    """A customer. ``record`` is what the request must hold; see the head of the sets' files."""

    id: str
    opening: str
    answers: Mapping[str, Sequence[str]]
    record: Mapping[str, Any]
    twists: Sequence[Twist] = ()


@dataclass(frozen=True, slots=True)
class Played:
    """How a dialogue ended, with its turns. ``wrong`` lists what of the record is not as it should be."""

    policy: str
    ended: Ended
    wrong: Sequence[str]
    turns: Sequence[StoredTurn]


def load(path: Path) -> list[Policy]:
    """The policies of a file.

    Raises:
        DataError: a policy lacks its opening, its answers or its record.
    """
    found = []
    for raw in tomllib.loads(path.read_text("utf-8"))["policy"]:
        try:
            twists = [Twist(each["when"], each["say"], each.get("answers", {})) for each in raw.get("twists", ())]
            found.append(Policy(raw["id"], raw["opening"], raw["answers"], raw["record"], twists))
        except KeyError as error:
            raise DataError(f"{path.name}: policy {raw.get('id')} lacks {error}; add it") from error
    return found


def play(business: Business, reader: Reader, policy: Policy) -> Played:
    """One dialogue from its opening to where the customer has nothing more to say."""
    customer, talk = _Customer(policy), Talk(business, reader, policy.id)
    said: str | None = policy.opening
    while said is not None and len(talk.turns) < 2 * MOST_TURNS:
        answer = talk.say(said)
        said = None if talk.person or talk.stuck else customer.next(answer)
    wrong = differences(policy.record, talk.sent, talk.person, talk.withdrawn)
    return Played(policy.id, _ended(policy, talk, wrong), wrong, talk.turns)


def shares(played: Sequence[Played]) -> Mapping[Ended, float]:
    """How the dialogues ended, as shares of them all."""
    ends: tuple[Ended, ...] = ("right", "wrong", "none")
    return {end: sum(one.ended == end for one in played) / len(played) for end in ends}


def _ended(policy: Policy, talk: "Talk", wrong: Sequence[str]) -> Ended:
    if not wrong:
        return "right"
    recorded = talk.sent is not None and not talk.person
    return "wrong" if recorded else "none"


class Talk:
    """A conversation with the concierge: understanding, agents and their answers, nothing stored but here."""

    def __init__(self, business: Business, reader: Reader, name: str) -> None:
        self.turns: list[StoredTurn] = []
        self.facts = Facts()
        self.sent: Facts | None = None
        self.withdrawn = self.person = False
        self._business = business
        self._reader = reader
        self._id = uuid5(_SPACE, name)
        self._live = Live(reader=reader, prompts=registry.release_prompts(business))
        zone = ZoneInfo(business.contact.timezone)
        self._now = datetime(TODAY.year, TODAY.month, TODAY.day, 10, tzinfo=zone)

    def say(self, message: str) -> Reply:
        """The answer to one more message."""
        self._now += timedelta(minutes=1)
        stored = self.facts if self.turns else None
        request = TurnRequest(message, tuple(self.turns), stored, self._id, self._now)
        understood = understand(self._business, self._reader, request, self._now.date())
        with speaking(understood.question.language):
            return self._given(understood, message)

    def _given(self, understood: Understanding, message: str) -> Reply:
        question = understood.question
        if understood.escalation is not None:
            text = handover.text(self._business, understood.escalation, self._now, message)
            facts = handover.handed(question.facts, understood.escalation)
            given = Reply(text, "handover", question.intent, 1.0, "-", escalation=understood.escalation, facts=facts)
        else:
            given = composing.answer(question, router.plan(question), self._ask)
        given = suggesting.finished(self._business, question, given, Desk(str(self._id), self._id, self._now))
        self.person = self.person or given.escalation is not None
        self.facts = given.facts or question.facts
        if given.booking is not None:
            self.sent, self.withdrawn = given.booking.facts, False
        self.withdrawn = self.withdrawn or given.withdraws is not None
        notes = {"agent": given.agent, **given.notes}
        self.turns += [StoredTurn("user", message, {}), StoredTurn("assistant", given.text, notes)]
        return given

    def staff(self, text: str) -> None:
        """A person of the team writes, and gives the conversation back."""
        self.turns.append(StoredTurn("agent", text, {"agent": PERSON}))

    @property
    def stuck(self) -> bool:
        """Whether the last answers were the same, three times."""
        answers = [turn.content for turn in self.turns if turn.role == "assistant"][-3:]
        return len(answers) == 3 and len(set(answers)) == 1

    def _ask(self, step: Step, question: Question) -> Reply:
        reference = operations.reference(self._business.short_name, self._id)
        case = Case(self._business, question.facts, self._now, reference, lambda topic: (), self._booked)
        return step.agent.reply(question, AgentContext(self._live, case, 0.5, str(self._id)))

    def _booked(self) -> Booking | None:
        sent = self.sent
        if sent is None or sent.day is None or sent.starts is None:
            return None
        people, status = sent.party, "withdrawn" if self.withdrawn else "requested"
        counts = (people.adults or 0, people.children or 0, people.under_six or 0)
        return Booking(self._id, self._id, status, sent.day, sent.starts, *counts, None, {}, self._now, self._now)


class _Customer:
    """Says what a policy holds: twists where they belong, else the answers to what was asked."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._twists = list(policy.twists)
        self._answers = dict(policy.answers)
        self._given: dict[str, int] = {}
        self._turns = 0

    def next(self, answer: Reply) -> str | None:
        """What the customer says to an answer; None where the dialogue ends."""
        self._turns += 1
        notes = answer.notes
        if self._turns == 1 and (twist := self._twist("after_opening")):
            return twist
        if answer.booking is not None or answer.withdraws is not None or self._sent:
            self._sent = True
            return self._twist("after_sent") or (self._confirmation() if notes.get("confirm") else None)
        if notes.get("offered_person"):
            return "yes please" if self._policy.record.get("outcome") == "person" else "no thanks"
        if notes.get("confirm") or notes.get("change"):
            return self._confirmation()
        asked = [str(name) for name in notes.get("missing", ())]
        twist = next((said for name in asked if (said := self._twist(name))), None)
        if twist is not None:
            return twist
        return ", ".join(self._answer(name) for name in asked) or None

    _sent = False

    def _confirmation(self) -> str:
        return self._twist("before_confirm") or self._answer("confirm")

    def _answer(self, name: str) -> str:
        answers = self._answers.get(name, ["not sure"])
        place = self._given.get(name, 0)
        self._given[name] = place + 1
        return answers[min(place, len(answers) - 1)]

    def _twist(self, when: str) -> str | None:
        twist = next((each for each in self._twists if each.when == when), None)
        if twist is None:
            return None
        self._twists.remove(twist)
        self._answers |= dict(twist.answers)
        self._given |= dict.fromkeys(twist.answers, 0)
        return twist.say
