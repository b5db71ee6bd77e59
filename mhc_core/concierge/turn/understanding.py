"""What a message says before anybody answers it: acts, topics, slots and facts, and whether a person must answer."""

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from mhc_core.business.pricing import Business
from mhc_core.concierge import timing
from mhc_core.concierge.agents import handover, questions
from mhc_core.concierge.agents.reply import Question
from mhc_core.concierge.facts import accepting, diets, memory, updating
from mhc_core.concierge.facts.accepting import SUGGESTION
from mhc_core.concierge.facts.memory import Facts, Source
from mhc_core.concierge.guards import injection, tone
from mhc_core.concierge.guards.injection import Attack
from mhc_core.concierge.turn import message_language, suggesting
from mhc_core.concierge.turn.completing import completed
from mhc_core.concierge.turn.request import TurnRequest
from mhc_core.db.queries.serving import StoredTurn
from mhc_core.languages import detection, known
from mhc_core.understanding.multilingual import corrections
from mhc_core.understanding.reader import Reader
from mhc_core.understanding.result import Act, DialogueContext, SlotName, Understood
from mhc_core.understanding.values.resolve import resolve
from mhc_core.vocabulary import Intent

log = logging.getLogger(__name__)

_KNOWN = {
    SlotName.DATE: "day",
    SlotName.TIME: "starts",
    SlotName.ADDRESS: "address",
    SlotName.CITY: "city",
    SlotName.ZIP: "zip",
    SlotName.NAME: "name",
    SlotName.PHONE: "phone",
    SlotName.EMAIL: "email",
    SlotName.OCCASION: "occasion",
    SlotName.BUDGET: "budget",
    SlotName.ALLERGEN: "allergies",
    SlotName.DISH: "proteins",
}
_KNOWN_HEADS = {
    SlotName.ADULTS: "adults",
    SlotName.CHILDREN: "kids",
    SlotName.YOUNGEST: "youngest",
    SlotName.GUESTS: "guests",
    SlotName.AGE: "ages",
}


@dataclass(frozen=True, slots=True)
class Understanding:
    """A message with its place in the conversation. ``tone`` is noted with the answer, ``escalation`` is the reason why
    a person must answer."""

    question: Question
    tone: Mapping[str, str]
    escalation: str | None
    attack: Attack | None


def understand(business: Business, reader: Reader | None, request: TurnRequest, today: date) -> Understanding:
    """What a message says after the turns before it; ``today`` is the day in the business's own time zone.

    Messages in Spanish, Chinese and Japanese are read by the models of other languages that belong to ``reader``, or by
    those of the release, all others by ``reader`` itself. Without it, or when a model fails, the message changes no
    facts, and only its tone and attacks are seen.
    """
    message, turns = request.message, request.turns
    before = recall(business, reader, turns, today, request.now) if request.stored is None else request.stored
    context, notes = _context(business, turns, before)
    read = _read(business, reader, message, context, today, before.language)
    facts = before
    if read is not None:
        source = Source(sum(turn.role == "user" for turn in turns) + 1, request.now)
        agreed = _agreed(business, reader, before, read, turns, today, source)
        facts = updating.update(business, agreed, read, context, source)
        facts = accepting.accepted(business, before, facts, message, read, context, notes)
        facts = memory.sourced(before, diets.told(facts, message, read), source)
        if facts.reference and facts.told != before.told:
            facts = replace(facts, changed=True)
    else:
        facts = diets.told(facts, message, None)  # what nobody can eat is never left unread
    facts = _held_in(business, facts, message)
    intent = read.segments[0].topic.intent if read is not None and read.segments else Intent.OTHER
    question = Question(message, turns, business, before, facts, intent, read, context, notes)
    felt = tone.read(message, turns)
    escalation = handover.check(
        business,
        handover.Situation(
            message,
            read,
            facts,
            answered=sum(turn.role == "assistant" for turn in turns),
            offered=context.offered_person,
            upset=felt.abusive or felt.emotion is tone.Emotion.ANGRY,
        ),
    )
    said = [turn.content for turn in turns if turn.role == "user"]
    attack = None if escalation else injection.detect(message, said)
    return Understanding(question, {"emotion": str(felt.emotion), "urgency": str(felt.urgency)}, escalation, attack)


def keeping_needs(question: Question) -> Facts:
    """The facts without a refused message, but for its language and what it says that somebody cannot eat."""
    told = question.facts
    return replace(
        question.before, needs=told.needs, allergies=told.allergies, language=told.language, turning=told.turning
    )


def _held_in(business: Business, facts: Facts, message: str) -> Facts:
    """The facts with the language that the conversation is held in after a message."""
    towns = frozenset(town.casefold() for region in business.regions.values() for town in region.cities)
    said = detection.detect(message, facts.language, towns)
    language, turning = detection.heard(facts.language, facts.turning, said if said in known() else None)
    return replace(facts, language=language, turning=turning)


def recall(business: Business, reader: Reader | None, turns: Iterable[StoredTurn], today: date, now: datetime) -> Facts:
    """The facts of turns that were not stored with theirs, such as a transcript that a client keeps itself."""
    facts, seen = Facts(), list[StoredTurn]()
    for turn in turns:
        if turn.role == "user":
            context, _ = _context(business, seen, facts)
            read = _read(business, reader, turn.content, context, today, facts.language)
            if read is not None:
                count = sum(one.role == "user" for one in seen) + 1
                facts = updating.update(business, facts, read, context, Source(count, now))
            facts = _held_in(business, diets.told(facts, turn.content, read), turn.content)
        elif turn.role == "assistant":
            facts = suggesting.recalled(business, questions.with_state(facts, turn.content), turn.content)
        seen.append(turn)
    return facts


def _context(
    business: Business, turns: Sequence[StoredTurn], facts: Facts
) -> tuple[DialogueContext, Mapping[str, Any]]:
    """What the next message is read after, and the notes of the last answer."""
    last = next((turn for turn in reversed(turns) if turn.role != "user"), None)
    notes: Mapping[str, Any] = last.notes if last is not None else {}
    noted = last is None or last.role == "agent" or ("agent" in notes and "tools" not in notes)
    asked = notes if last is None or noted else questions.asked_in(business, last.content)
    if last is not None and not noted and (offer := suggesting.made_in(business, last.content)):
        asked = {**asked, SUGGESTION: {"offer": offer, "shown": True}}
    known = [name for name, field in _KNOWN.items() if getattr(facts, field)]
    known += [name for name, field in _KNOWN_HEADS.items() if getattr(facts.heads, field) not in (None, ())]
    known += [SlotName.MILES] if facts.party.miles is not None else []
    return DialogueContext(
        frozenset(str(item) for item in asked.get("missing", ())),
        frozenset(known),
        bool(asked.get("confirm")),
        bool(asked.get("offered_person")),
    ), {**notes, **asked}


def _read(
    business: Business, reader: Reader | None, message: str, context: DialogueContext, today: date, held_in: str | None
) -> Understood | None:
    language = message_language.read_in(message, held_in)
    if reader is None and language is None:
        return None
    try:
        with timing.part("understanding"):
            if language is not None:
                said = corrections.beside(reader).read(message, context, language)
            else:
                said = reader.read(message, context)  # type: ignore[union-attr]  # there is one, or nothing was read
            return completed(resolve(said, business, today, context), business, today, context)
    except Exception as error:
        log.warning("a message was not understood (%s): the knowledge answers", type(error).__name__)
        return None


def _agreed(
    business: Business,
    reader: Reader | None,
    facts: Facts,
    read: Understood,
    turns: Sequence[StoredTurn],
    today: date,
    source: Source,
) -> Facts:
    """The facts with what a person of the team proposed right before, where the customer says yes to it."""
    if not facts.booking or Act.AFFIRM not in read.acts or not turns or turns[-1].role != "agent":
        return facts
    said = _read(business, reader, turns[-1].content, DialogueContext(), today, facts.language)
    return facts if said is None else updating.proposed(business, facts, said, source)
