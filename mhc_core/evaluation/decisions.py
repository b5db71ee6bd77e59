"""What people decided about answers, as a judge is shown it to see whether it agrees."""

from collections.abc import Sequence

import sqlalchemy as sa

from mhc_core.db.queries import evaluation_sets
from mhc_core.db.queries import review as reviews
from mhc_core.evaluation.judge import MAX_DECISIONS, Decided, Exchange
from mhc_core.knowledge.retrieval import search
from mhc_core.protocols import Embedder, Passage, Turn


def decided(
    connection: sa.Connection, knowledge_version: str | None, embedder: Embedder, top_k: int, seed: int
) -> list[Decided]:
    """Answers that reviewers approved or rejected, with the passages of their question.

    Articles learned from approved answers are left out: they would tell the judge what people decided.
    """
    found = reviews.human_decisions(connection, MAX_DECISIONS, seed)
    learned = evaluation_sets.learned_articles(connection) if knowledge_version else frozenset()
    vectors = embedder.embed([item.question for item in found])
    exchanges: list[Decided] = []
    for item, vector in zip(found, vectors, strict=True):
        passages: Sequence[Passage] = ()
        if knowledge_version:
            near = search(connection, knowledge_version, item.question, vector, 3 * top_k)
            passages = [passage for passage in near if passage.article_id not in learned][:top_k]
        turns = [*(Turn(turn["role"], turn["content"]) for turn in item.context), Turn("user", item.question)]
        exchanges.append(Decided(Exchange(turns, passages, item.answer), item.approved))
    return exchanges
