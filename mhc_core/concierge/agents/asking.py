"""Asking a model that calls tools, for any agent; agents have words of their own where there is no such model."""

from collections.abc import Sequence

from mhc_core.concierge.agents import context, safety
from mhc_core.concierge.agents.reply import Agent, AgentContext, Question, Reply
from mhc_core.concierge.models.choice import ask
from mhc_core.concierge.tools import registry
from mhc_core.languages import ENGLISH, speaking
from mhc_core.protocols import ChatAnswer, ChatRequest, Passage
from mhc_core.vocabulary import Intent


def converse(agent: Agent, question: Question, around: AgentContext, intent: Intent) -> Reply | None:
    """The answer of a model that calls this agent's tools, in English; ``None`` where no such model is live or
    answers."""
    with speaking(ENGLISH):
        return _conversed(agent, question, around, intent)


def _conversed(agent: Agent, question: Question, around: AgentContext, intent: Intent) -> Reply | None:
    models = [model for model in around.live.models if getattr(model, "calls_tools", False)]
    if not models:
        return None
    chosen = around.wording(f"agent/{agent.prompt}")
    passages = around.passages(question)
    prepared = context.prepare(question.facts, question.turns, question.text, passages, chosen.version.content)
    given = ask(
        models,
        ChatRequest(
            question.text,
            prepared.history,
            prepared.passages,
            intent,
            prepared.system_prompt,
            agent.temperature,
            registry.offered(around.case, agent.tools),
        ),
    )
    if given is None:
        return None
    model, answer, fallback = given
    case = around.case
    return Reply(
        text=safety.without_promises(question.business, answer.text, intent),
        agent=agent.name,
        intent=intent,
        confidence=min(1.0, max(0.0, answer.confidence)),
        model_id=model.version_id,
        citations=cited(answer, [*passages, *case.passages]),
        escalation=case.escalation,
        prompt_id=chosen.version.id,
        exposure=chosen.exposure,
        knowledge_id=around.live.knowledge_id,
        input_tokens=answer.input_tokens,
        output_tokens=answer.output_tokens,
        booking=case.booking,
        evidence=[*case.evidence, *(passage.content for passage in passages)],
        notes={**prepared.notes, **fallback, "tools": [call.name for call in case.calls]},
        written=True,
        prompt=prepared.system_prompt,
    )


def cited(answer: ChatAnswer, passages: Sequence[Passage]) -> tuple[Passage, ...]:
    """The passages that the answer rests on, one for each article, best first."""
    best: dict[str, Passage] = {}
    for passage in passages:
        if (
            passage.chunk_id in answer.cited_chunk_ids
            and passage.score > best.get(passage.article_id, passage).score - 1e-9
        ):
            best[passage.article_id] = passage
    return tuple(sorted(best.values(), key=lambda passage: -passage.score))
