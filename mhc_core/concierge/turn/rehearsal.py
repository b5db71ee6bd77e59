"""The whole concierge for offline evaluation: what customers would have been answered with a model on trial."""

import time
from collections.abc import Sequence
from datetime import datetime
from datetime import time as clock
from uuid import UUID
from zoneinfo import ZoneInfo

from mhc_core.business.pricing import Business
from mhc_core.concierge.models.live import Live
from mhc_core.concierge.turn.offline import OfflineConcierge
from mhc_core.db.queries.serving import StoredTurn
from mhc_core.evaluation.answer_quality import Answered
from mhc_core.evaluation.offline import HeldOutQuestion, Respond
from mhc_core.knowledge.article_selector import ArticleSelector
from mhc_core.prompts import registry
from mhc_core.protocols import ChatModel, Embedder, Passage
from mhc_core.providers import attribution
from mhc_core.understanding.reader import Reader

NOON = clock(12)


def respondent(
    business: Business,
    reader: Reader,
    embedder: Embedder,
    knowledge_id: str | None,
    article_selector: ArticleSelector | None,
    passages: int,
    minimum_confidence: float,
) -> Respond:
    """Answers held-out questions on the day they were asked, with the knowledge and the understanding that are live.

    No passage of an article that was learned from a held-out answer is given.
    """
    zone = ZoneInfo(business.contact.timezone)

    def respond(model: ChatModel, question: HeldOutQuestion) -> Answered:
        live = Live(
            models=(model,),
            model_id=model.version_id,
            knowledge_id=knowledge_id,
            embedder=embedder,
            article_selector=article_selector,
            reader=reader,
            prompts=registry.release_prompts(business),
        )

        def search(topic: str, turns: Sequence[StoredTurn]) -> Sequence[Passage]:
            if article_selector is None or topic == question.request.question:
                return question.request.passages
            near = article_selector.passages(topic, embedder.embed([topic])[0], passages + len(question.leaking))
            return [passage for passage in near if passage.article_id not in question.leaking][:passages]

        concierge = OfflineConcierge(business, live, search, minimum_confidence)
        turns = [StoredTurn(turn.role, turn.content, {}) for turn in question.request.history]
        asked_at = datetime.combine(question.frozen.day, NOON, zone)
        started = time.perf_counter()
        with attribution.spending() as spent:
            reply = concierge.answer(question.request.question, turns, None, UUID(int=0), asked_at)
        given = question.request.passages
        cited = {passage.chunk_id for passage in reply.citations}
        return Answered(
            reference=question.reference,
            answer=reply.text,
            confidence=reply.confidence,
            evidence=[*(passage.content for passage in given), *reply.evidence],
            latency_ms=(time.perf_counter() - started) * 1000,
            cost_usd=float(spent.cost_usd),
            cited=[at for at, passage in enumerate(given) if passage.chunk_id in cited],
        )

    return respond
