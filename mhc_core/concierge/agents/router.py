"""Who answers what: a message is taken apart by what the customer does in each part of it, and about what.

A message may ask two things and tell a third: each question is answered, and a booking goes on with its own question
after them.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from mhc_core.concierge.agents import booking, complaint, courtesy, knowledge, lead, loyalty, operations, pricing
from mhc_core.concierge.agents.reply import Agent, Question
from mhc_core.concierge.facts.accepting import SUGGESTION
from mhc_core.concierge.facts.updating import names_a_day
from mhc_core.understanding.result import Act, Segment, SlotName, Topic
from mhc_core.vocabulary import Intent

AGENTS: tuple[Agent, ...] = (
    booking.AGENT,
    complaint.AGENT,
    courtesy.AGENT,
    knowledge.AGENT,
    lead.AGENT,
    loyalty.AGENT,
    operations.AGENT,
    pricing.AGENT,
)
MOST_QUESTIONS = 3
"""Questions of one message that are answered one by one; more are answered as a whole."""
_MOST_SEGMENTS = 40
_TWO_QUESTIONS_CHARS = 400
"""A longer text is not cut into two questions, and of a message with more segments the first are taken: each is looked
up, which takes as long as a short answer. 570 times "Is it?" took more than a minute."""
_COURTEOUS = (Act.GREET, Act.THANK, Act.GOODBYE)
_TELLING = (Act.INFORM, Act.CORRECT, Act.ADD, Act.REMOVE)
_OPERATIONS = frozenset(
    {
        *(Topic.BOOKING_STATUS, Topic.BOOKING_CHANGE, Topic.BOOKING_CANCEL, Topic.CONTACT_DETAILS),
        *(Topic.DATA_REQUEST, Topic.DAY_OF),
    }
)
_OF_A_QUOTE = frozenset(
    {
        *(SlotName.ADULTS, SlotName.CHILDREN, SlotName.YOUNGEST, SlotName.AGE, SlotName.GUESTS, SlotName.MILES),
        *(SlotName.DISH, SlotName.COUNT, SlotName.CITY, SlotName.BUDGET, SlotName.OCCASION),
    }
)
"""What may be told in answer to a quote without a wish to book."""


_SURELY_COMPLAINS = 0.9
_INTERROGATIVE = re.compile(
    r"\W*(?:has|have|do|does|is|are|can|could|will|would|what|when|who|how|which|y si|qu[eé]|cu[aá]ndo|puedo)\b",
    re.IGNORECASE,
)
_CAN_WAIT = frozenset({"proteins", "miles", "name", "contact"})
"""Who puts these off has not put the party off."""


Known = Callable[[str], tuple[str, float]]
"""The title of what most likely answers a text, with the probability, 0..1, that it does."""


def nothing_known(text: str) -> tuple[str, float]:
    """Where nothing was learned of questions."""
    return "", 0.0


_SURE = 0.5
_LIKELY = 0.3
"""Probability from which a question is one for the knowledge, whatever else it may sound like."""
_BOTH_SURE = 0.75
_NO_REQUEST = 0.2
"""The same, where the other agent would only say that there is no request yet."""
_GUESSED = 0.5
"""A question whose topic is less probable is looked up before anybody is told that there is no request."""
_SOFT = frozenset(
    {
        *("discount outside the policy", "refund outside the policy", "corporate event", "angry customer"),
        *("long distance", "large party"),
    }
)
_NOT_OF_BOOKERS = frozenset({"illness after an event", "refund outside the policy", "angry customer"})
"""What hardly anybody brings up with the date and the guests of a party that is to be."""
_DOUBTED, _HARDLY_DOUBTED = 0.7, 0.9
"""A need for a person with less probability yields to a question that is likely answered, or surely; never one of
safety."""
_OF_A_PARTY = frozenset(
    {
        *(SlotName.DATE, SlotName.TIME, SlotName.GUESTS, SlotName.ADULTS, SlotName.CHILDREN, SlotName.ADDRESS),
        *(SlotName.CITY, SlotName.NAME, SlotName.PHONE, SlotName.EMAIL, SlotName.OCCASION),
    }
)
_BETWEEN = re.compile(r"[?!.;]\s+|,?\s+(?:and|also|plus|n|&|y)\s+|,\s+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Step:
    """One part of an answer: who gives it, and the question it answers."""

    agent: Agent
    question: Question


def plan(question: Question, known: Known = nothing_known) -> Sequence[Step]:
    """The parts of the answer in their order; a booking's next step comes last."""
    if _asks_one_thing(question) and _takes_what_was_suggested(question):
        taken = (booking.AGENT, Intent.BOOKING) if question.booking_open else (pricing.AGENT, Intent.PRICING)
        return (Step(taken[0], replace(question, intent=taken[1])),)
    if _asks_one_thing(question) and not question.booking_open and _of_loyalty(question, question.text, known):
        return (Step(loyalty.AGENT, replace(question, intent=Intent.ACCOUNT)),)
    if question.understood is None or (_unbooked(question) and known(question.text)[1] == 1.0):
        intent = question.intent if question.understood is not None else Intent.OTHER
        return (Step(knowledge.AGENT, replace(question, intent=intent)),)
    parts: dict[str, list[Segment]] = {}
    asked: list[Segment] = []
    for segment in question.segments[:_MOST_SEGMENTS]:
        agent = _agent(question, segment)
        if segment.act is Act.ASK and _of_loyalty(question, segment.text, known):
            agent = loyalty.AGENT
        elif agent is not None and agent is not knowledge.AGENT and _answered(question, segment, agent, known):
            agent = knowledge.AGENT
        elif segment.act is Act.ASK and names_a_day(segment):
            parts.setdefault(booking.AGENT.name, []).append(segment)
        if agent is knowledge.AGENT and _wishes(question, segment, known):
            agent = booking.AGENT
        if agent is knowledge.AGENT:
            asked.append(segment)
        elif agent is not None:
            parts.setdefault(agent.name, []).append(segment)
    if courtesy.AGENT.name in parts and Act.STOP in question.acts:
        return (Step(courtesy.AGENT, question),)
    if asked and booking.AGENT.name in parts and _only_said_beside(question, parts[booking.AGENT.name], known):
        del parts[booking.AGENT.name]
    steps = _looked_up(question, asked, not parts, known)
    by_name = {agent.name: agent for agent in AGENTS}
    order = [complaint.AGENT, loyalty.AGENT, operations.AGENT, pricing.AGENT, lead.AGENT, booking.AGENT]
    if lead.AGENT.name in parts:
        order.remove(booking.AGENT)  # nobody who wants to think about it is asked for the next thing
    steps += [
        Step(by_name[agent.name], replace(question, intent=parts[agent.name][0].topic.intent))
        for agent in order
        if agent.name in parts
    ]
    return steps or [Step(courtesy.AGENT, replace(question, intent=Intent.SMALLTALK))]


def overruled(question: Question, escalation: str, known: Known) -> bool:
    """Whether a message that only sounds like one for a person is a question that is likely answered."""
    person = question.understood.person if question.understood is not None else None
    if escalation in _NOT_OF_BOOKERS and person is not None and person.reason == escalation and _books(question):
        return person.probability < _DOUBTED
    if escalation not in _SOFT or not question.acts.isdisjoint({Act.COMPLAIN, Act.PERSON}):
        return False
    if known(question.text)[1] == 1.0 and _unbooked(question):
        return True  # an article's own question
    if person is None or person.reason != escalation or person.probability >= _HARDLY_DOUBTED:
        return False
    return known(question.text)[1] >= (_LIKELY if person.probability < _DOUBTED else _SURE)


def _asks_one_thing(question: Question) -> bool:
    """Whether the message is one part, beside courtesies, and neither a complaint nor the wish for a person."""
    parts = [segment.act for segment in question.segments if segment.act not in _COURTEOUS]
    return len(parts) <= 1 and not {Act.COMPLAIN, Act.PERSON, Act.STOP}.intersection(parts)


def _takes_what_was_suggested(question: Question) -> bool:
    """Whether the message orders what the last answer suggested, in whatever words."""
    before, now = question.before, question.facts
    extras = [(facts.party.upgrades, facts.party.add_ons, facts.proteins) for facts in (before, now)]
    return bool(question.notes.get(SUGGESTION)) and extras[0] != extras[1]


def _of_loyalty(question: Question, text: str, known: Known) -> bool:
    """Whether a text is surely answered by the article on loyalty: then by where the customer stands."""
    rules = question.business.loyalty
    if rules is None:
        return False
    title, sure = known(text)
    return title == rules.article and sure >= _SURE


def _books(question: Question) -> bool:
    """Whether the message tells of a party that is to be, and of nothing that went wrong."""
    told = {slot.name for segment in question.segments if segment.topic is Topic.BOOK for slot in segment.slots}
    return bool(told & _OF_A_PARTY) and question.acts.isdisjoint({Act.COMPLAIN, Act.PERSON})


def _unbooked(question: Question) -> bool:
    return not question.booking_open and not question.facts.reference


def _answered(question: Question, segment: Segment, agent: Agent, known: Known) -> bool:
    """Whether what another agent would take is a question that the knowledge answers."""
    if not _unbooked(question) or agent is courtesy.AGENT or agent is complaint.AGENT:
        return False
    sure = max(known(segment.text)[1], known(question.text)[1])
    names = {slot.name for slot in segment.slots}
    if agent is pricing.AGENT:
        computed = question.facts.party.people_known or SlotName.MILES in names
        return not computed and sure >= _LIKELY
    if agent is booking.AGENT:
        told = names & _OF_A_PARTY
        return sure >= (_LIKELY if not told else _SURE if segment.act is Act.ASK else 0.9)
    guessed = segment.act is Act.ASK and segment.topic_probability < _GUESSED and bool(known(question.text)[0])
    return sure >= _NO_REQUEST or guessed


def _wishes(question: Question, segment: Segment, known: Known) -> bool:
    """Whether a part with the day or the guests of a party, which nothing answers, is the wish to have it: "hibachi on
    the Monday, before everyone drives home?"."""
    told = {slot.name for slot in segment.slots} & _OF_A_PARTY
    possible = segment.topic in (Topic.AVAILABILITY, Topic.OTHER, Topic.SMALLTALK, Topic.BOOKING_INFO, Topic.BOOK)
    surely = SlotName.DATE in told or len(told) > 1
    return (
        _unbooked(question) and possible and surely and max(known(segment.text)[1], known(question.text)[1]) < _LIKELY
    )


def _only_said_beside(question: Question, said: Sequence[Segment], known: Known) -> bool:
    """Whether one thing told of a party, and no day, is no wish to book it, but stands beside a question."""
    told = {slot.name for segment in said for slot in segment.slots} & _OF_A_PARTY
    little = len(told) < 2 and SlotName.DATE not in told
    return _unbooked(question) and little and known(question.text)[1] >= _LIKELY


def _parts(text: str, known: Known) -> list[str]:
    """A text that asks two things, where each half is likely answered by another article; else the text.

    Where the whole is likely answered by one, both halves must surely be answered.
    """
    whole = known(text)[1]
    if whole == 1.0 or len(text) > _TWO_QUESTIONS_CHARS:
        return [text]
    least = _LIKELY if whole < _SURE else _BOTH_SURE
    for place in _BETWEEN.finditer(text):
        halves = [text[: place.end()].strip(" ,"), text[place.end() :].strip()]
        (first, sure), (second, also) = known(halves[0]), known(halves[1])
        if first != second and min(sure, also) >= least:
            return halves
    return [text]


def _looked_up(question: Question, asked: Sequence[Segment], alone: bool, known: Known) -> list[Step]:
    """The knowledge's parts; a message that asks one thing and does nothing else is looked up with all its words."""
    if not asked:
        return []
    about = replace(question, intent=asked[0].topic.intent)
    if any(segment.act is Act.ASK for segment in asked):
        asked = [segment for segment in asked if segment.act is Act.ASK]  # the rest is why somebody asks
    whole = (alone and len(asked) == 1) or len(asked) > MOST_QUESTIONS
    whole = whole or known(question.text)[1] > max(known(segment.text)[1] for segment in asked)
    texts = [question.text] if whole else [segment.text for segment in asked]
    intents = [about.intent] if whole else [segment.topic.intent for segment in asked]
    pieces = [(piece, intent) for text, intent in zip(texts, intents, strict=True) for piece in _parts(text, known)]
    return [Step(knowledge.AGENT, replace(about, text=text, intent=intent)) for text, intent in pieces]


def _agent(question: Question, segment: Segment) -> Agent | None:
    """Who answers a part of the message; None for what needs no answer beside the others."""
    act, topic, open_ = segment.act, segment.topic, question.booking_open
    if act is Act.STOP:
        return courtesy.AGENT
    if act is Act.COMPLAIN and not _questions(segment):
        return complaint.AGENT
    if act in _COURTEOUS:
        return None
    if act in (Act.AFFIRM, Act.ADD) and not open_ and question.notes.get(SUGGESTION) and question.told:
        return pricing.AGENT  # yes to what was suggested beside a price
    if act in (Act.AFFIRM, Act.DENY):
        return booking.AGENT if open_ and not question.context.offered_person else None
    if topic is Topic.UNDECIDED and not question.asked & _CAN_WAIT:
        return lead.AGENT
    if topic in _OPERATIONS:
        return _about_a_request(question, segment)
    if topic is Topic.PAYMENT and act is not Act.ASK:
        return operations.AGENT
    return _asking(question, segment) if act in (Act.ASK, Act.COMPLAIN) else _telling(question, segment)


def _questions(segment: Segment) -> bool:
    """Whether a part that sounds like a complaint is a question: then it is answered, not apologised for."""
    if "?" not in segment.text:
        return False
    return segment.act_probability < _SURELY_COMPLAINS or bool(_INTERROGATIVE.match(segment.text))


def _about_a_request(question: Question, segment: Segment) -> Agent:
    """A request that is still being put together is the booking's, and so is a change of a sent one that says what."""
    ours = segment.topic in (Topic.BOOKING_CHANGE, Topic.CONTACT_DETAILS)
    unsent = question.facts.booking and not question.facts.reference
    if (unsent and (ours or segment.topic is Topic.BOOKING_CANCEL)) or (
        ours and question.facts.reference and question.told
    ):
        return booking.AGENT
    return operations.AGENT


def _asking(question: Question, segment: Segment) -> Agent:
    names = {slot.name for slot in segment.slots}
    if segment.topic is Topic.PRICE_PARTY or (segment.topic is Topic.TRAVEL and SlotName.MILES in names):
        return pricing.AGENT
    if segment.topic is Topic.BOOK or (segment.topic is Topic.AVAILABILITY and SlotName.DATE in names):
        return booking.AGENT
    return knowledge.AGENT


def _telling(question: Question, segment: Segment) -> Agent | None:
    names = {slot.name for slot in segment.slots}
    books = question.booking_open or Topic.BOOK in question.topics
    if question.told and ((segment.topic is Topic.ALLERGY and books) or SlotName.DATE in names):
        return booking.AGENT
    if question.booking_open and (question.told or segment.topic in (Topic.BOOK, Topic.PRICE_PARTY)):
        return booking.AGENT
    quoting = question.notes.get("agent") == pricing.AGENT.name and bool(names) and names <= _OF_A_QUOTE
    if segment.topic is Topic.PRICE_PARTY or (quoting and not question.facts.booking):
        return pricing.AGENT
    if segment.topic is Topic.BOOK:
        return booking.AGENT
    if segment.topic is Topic.SMALLTALK:
        return booking.AGENT if question.booking_open else None
    return booking.AGENT if question.booking_open and segment.act in _TELLING and question.asked else knowledge.AGENT
