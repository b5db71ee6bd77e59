"""Everything else: the live model answers from the passages found, or says honestly that it does not know."""

from dataclasses import replace

from mhc_core.concierge.agents import context, foreign, handover, safety
from mhc_core.concierge.agents.asking import cited
from mhc_core.concierge.agents.reply import Agent, AgentContext, Question, Reply
from mhc_core.concierge.models.choice import ask
from mhc_core.concierge.tools import registry
from mhc_core.languages import ENGLISH, speaking, translated
from mhc_core.prompts import wordings
from mhc_core.protocols import ChatRequest
from mhc_core.understanding.result import Act
from mhc_core.vocabulary import Intent

NO_MODEL = "none"
CHOICES = 3
"""Topics that are offered at most when no answer is given."""
NAMED_FROM = 0.3
"""A topic is offered when its passage has at least this score."""


def reply(question: Question, around: AgentContext) -> Reply:
    """The model's answer with its citations; below the minimum confidence, no answer but topics and a person. All of it
    is in the language of the conversation."""
    with speaking(ENGLISH):
        found = _written(question, around)
    if found is None or found.confidence < around.minimum_confidence:
        return _unknown(question, around, found)
    if Act.COMPLAIN not in question.acts:
        return found
    text = f"{found.text}\n{handover.offer_text(question.business)}"
    return replace(found, text=text, notes={**found.notes, "offered_person": True})


def _written(question: Question, around: AgentContext) -> Reply | None:
    """What a model answers; None where none does."""
    tagged = question.intent
    chosen = around.wording(wordings.knowledge(tagged))
    passages = around.passages(question)
    tools = registry.offered(around.case, AGENT.tools)
    prepared = context.prepare(question.facts, question.turns, question.text, passages, chosen.version.content)
    read = tagged if question.understood is not None else None
    system = foreign.prompt(prepared.system_prompt, question.language)
    request = ChatRequest(question.text, prepared.history, prepared.passages, read, system, AGENT.temperature, tools)
    given = ask(foreign.writers(around.live, question.language), request)
    if given is None:
        return None
    model, answer, fallback = given
    found = Reply(
        text=answer.text,
        agent=AGENT.name,
        intent=answer.intent,
        confidence=min(1.0, max(0.0, answer.confidence)),
        model_id=model.version_id,
        citations=cited(answer, [*passages, *around.case.passages]),
        evidence=[*around.case.evidence, *(passage.content for passage in passages)],
        escalation=around.case.escalation,
        prompt_id=(chosen.version if given.read_prompt else chosen.standing).id,
        exposure=chosen.exposure if given.read_prompt else None,
        knowledge_id=around.live.knowledge_id,
        example_id=answer.example_id,
        input_tokens=answer.input_tokens,
        output_tokens=answer.output_tokens,
        notes={**prepared.notes, **fallback},
        written=True,
        prompt=system,
    )
    if question.language == ENGLISH:
        return replace(found, text=safety.without_promises(question.business, found.text, found.intent))
    told = foreign.told(question, around, found, passages)
    if told is None:
        return None
    with speaking(question.language):
        return replace(told, text=safety.with_caution(question.business, told.text, told.intent))


def _unknown(question: Question, around: AgentContext, withheld: Reply | None) -> Reply:
    """No invention, and nothing that was not asked for: the nearest topics to choose from, and the offer of a person.

    Every choice is a title that its article answers word for word.
    """
    nothing = Reply("", AGENT.name, question.intent, 0.0, NO_MODEL, knowledge_id=around.live.knowledge_id)
    base = withheld or nothing
    near = [
        passage.title
        for passage in around.passages(question)
        if passage.score >= NAMED_FROM and passage.language == question.language
    ]
    choices = list(dict.fromkeys(near))[:CHOICES]
    parts = [translated("I am sorry that this happened.")] if Act.COMPLAIN in question.acts else []
    parts.append(translated("I do not know that."))
    if choices:
        parts.append(translated("I can tell you about: {topics}.", topics="; ".join(choices)))
    parts.append(handover.offer_text(question.business))
    text = " ".join(parts)
    if base.intent is Intent.ALLERGY:
        text = f"{text}\n{safety.shared_grill(question.business)}"
    notes = {**base.notes, "offered_person": True, "withheld": True, "choices": choices}
    return replace(base, text=text, citations=(), example_id=None, written=False, notes=notes)


AGENT = Agent(
    name="knowledge",
    prompt="knowledge",
    temperature=0.3,
    tools=("quote", "protein_plan", "travel_fee", "policy_lookup", "hand_over"),
    reply=reply,
)
