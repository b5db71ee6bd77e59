"""One answer out of the parts that several agents give, with the question that a booking goes on with."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from mhc_core.concierge.agents import booking, handover, knowledge, lead, operations, pricing, questions
from mhc_core.concierge.agents.reply import Question, Reply
from mhc_core.concierge.agents.router import Step
from mhc_core.languages import marked, translated
from mhc_core.understanding.result import Act

_ASKS_ITSELF = frozenset({booking.AGENT.name, lead.AGENT.name})
"""After these no question of the booking follows: one asked it, the other takes the pressure off."""
FOR_THE_TEAM = marked("Our team sees that question with your request.")
_KEPT_QUESTIONS = 5


def answer(question: Question, steps: Sequence[Step], ask: Callable[[Step, Question], Reply]) -> Reply:
    """The reply of all steps together; what one changed of the facts the next one sees."""
    replies: list[Reply] = []
    facts = question.facts
    for step in steps:
        given = ask(step, replace(step.question, facts=facts))
        facts = given.facts or facts
        if given.escalation is not None:
            return replace(given, facts=facts)
        replies.append(given)
    known = replace(question, facts=facts)
    books = question.booking_open or any(step.agent is booking.AGENT for step in steps)
    if books:
        replies = [_left_to_the_team(known, step, given) for step, given in zip(steps, replies, strict=True)]
    open_questions = [q for given in replies if given.facts for q in given.facts.questions]
    facts = replace(facts, questions=tuple(dict.fromkeys((*facts.questions, *open_questions)))[-_KEPT_QUESTIONS:])
    changed = facts if facts != question.facts else None
    return _going_on(replace(question, facts=facts), steps, replace(_joined(replies), facts=changed))


def _left_to_the_team(question: Question, step: Step, given: Reply) -> Reply:
    """Within a booking an open question goes to the team with the request: the booking is not left for it."""
    offer = handover.offer_text(question.business)
    if step.agent is not knowledge.AGENT or not given.notes.get("offered_person"):
        return given
    notes = {name: value for name, value in given.notes.items() if name != "offered_person"}
    facts = replace(question.facts, questions=(*question.facts.questions, step.question.text[:300]))
    text = given.text.replace(offer, translated(FOR_THE_TEAM)).replace(handover.OFFER, translated(FOR_THE_TEAM))
    return replace(given, text=text, notes=notes, facts=facts)


def _joined(replies: Sequence[Reply]) -> Reply:
    """One reply: the words of all, the evidence of all; versions and confidence are those of the one least sure."""
    if len(replies) == 1:
        return replies[0]
    texts = list(dict.fromkeys(given.text for given in replies))
    least = min(replies, key=lambda given: given.confidence)
    notes: dict[str, object] = {}
    for given in replies:
        notes.update(given.notes)
    cited = {passage.article_id: passage for given in replies for passage in given.citations}
    return replace(
        least,
        text="\n\n".join(texts),
        agent=replies[-1].agent,
        intent=replies[0].intent,
        citations=tuple(cited.values()),
        evidence=[text for given in replies for text in given.evidence],
        booking=next((given.booking for given in replies if given.booking is not None), None),
        withdraws=next((given.withdraws for given in replies if given.withdraws is not None), None),
        input_tokens=sum(given.input_tokens for given in replies),
        output_tokens=sum(given.output_tokens for given in replies),
        written=any(given.written for given in replies),
        notes=notes,
    )


def _going_on(question: Question, steps: Sequence[Step], given: Reply) -> Reply:
    """The reply with the booking's own question at its end, where nothing else was asked and nobody says goodbye."""
    names = {step.agent.name for step in steps}
    leaving = question.acts & {Act.STOP, Act.GOODBYE}
    if names & _ASKS_ITSELF or given.notes.get("offered_person") or leaving or given.withdraws is not None:
        return given
    next_ = questions.pending(question.business, question.facts)
    if next_ is None or (names == {operations.AGENT.name} and question.facts.reference):
        return given
    if names == {pricing.AGENT.name} and given.notes.get("missing"):
        return given  # the quote asked for what it lacks
    return replace(given, text=f"{given.text}\n{next_.text}", notes={**given.notes, **next_.notes})
