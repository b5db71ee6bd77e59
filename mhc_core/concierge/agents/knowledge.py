"""Everything else: the live model answers from the passages found, or says honestly that it does not know."""

from dataclasses import replace

from mhc_core.concierge.agents import context, handover, safety
from mhc_core.concierge.agents.asking import cited
from mhc_core.concierge.agents.reply import Agent, AgentContext, Question, Reply
from mhc_core.concierge.models.choice import ask
from mhc_core.concierge.tools import registry
from mhc_core.prompts import wordings
from mhc_core.protocols import ChatRequest
from mhc_core.vocabulary import Intent

NO_MODEL = "none"
UNSURE_BELOW = 0.25
"""An answer with less confidence is given with a word of doubt and the offer of a person."""
NAMED_FROM = 0.5
"""A passage with at least this score is named when no answer is given."""


def reply(question: Question, around: AgentContext) -> Reply:
    """The model's answer with its citations; below the minimum confidence, no answer but the offer of a person."""
    tagged = question.intent
    chosen = around.wording(wordings.knowledge(tagged))
    passages = around.passages(question)
    tools = registry.offered(around.case, AGENT.tools)
    prepared = context.prepare(question.facts, question.turns, question.text, passages, chosen.version.content)
    request = ChatRequest(
        question.text, prepared.history, prepared.passages, None, prepared.system_prompt, AGENT.temperature, tools
    )
    given = ask(around.live.models, request)
    if given is None:
        return _unknown(question, around, tagged, 0.0, NO_MODEL)
    model, answer, fallback = given
    found = Reply(
        text=safety.without_promises(question.business, answer.text, answer.intent),
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
        cost_usd=answer.cost_usd,
        notes={**prepared.notes, **fallback},
        written=True,
        prompt=prepared.system_prompt,
    )
    if found.confidence < around.minimum_confidence:
        return _unknown(question, around, answer.intent, found.confidence, model.version_id, found)
    unsure = found.confidence < UNSURE_BELOW
    if not unsure and found.intent is not Intent.COMPLAINT:
        return found
    doubt = "I am not certain that this is what you mean: " if unsure else ""
    offer = handover.offer_text(question.business)
    return replace(found, text=f"{doubt}{found.text}\n{offer}", notes={**found.notes, "offered_person": True})


def _unknown(
    question: Question,
    around: AgentContext,
    intent: Intent,
    confidence: float,
    model_id: str,
    withheld: Reply | None = None,
) -> Reply:
    """No invention: says so, names the closest article when one is close, and offers a person."""
    offer = handover.offer_text(question.business)
    base = withheld or Reply("", AGENT.name, intent, confidence, model_id, knowledge_id=around.live.knowledge_id)
    if intent is Intent.SMALLTALK:
        text = (
            f"I am the automatic assistant of {question.business.name}, not a person. Ask me about prices, the menu, "
            "dates or our rules, or tell me how many guests you expect and I work out the price."
        )
        return replace(
            base,
            text=text,
            citations=(),
            example_id=None,
            written=False,
            notes={**base.notes, "withheld": withheld is not None},
        )
    near = [passage for passage in around.passages(question) if passage.score >= NAMED_FROM][:1]
    sorry = "I am sorry that this happened. " if intent is Intent.COMPLAINT else ""
    hint = f" The closest article we have is “{near[0].title}”." if near else ""
    text = f"{sorry}I am not sure enough about that to give you a good answer.{hint} {offer}"
    if intent is Intent.ALLERGY:
        text = f"{text}\n{safety.shared_grill(question.business)}"
    return replace(
        base,
        text=text,
        citations=tuple(near),
        example_id=None,
        written=False,
        notes={**base.notes, "offered_person": True, "withheld": withheld is not None},
    )


AGENT = Agent(
    name="knowledge",
    prompt="knowledge",
    temperature=0.3,
    tools=("quote", "protein_plan", "travel_fee", "policy_lookup", "hand_over"),
    reply=reply,
)
