"""SQL of learned articles: which examples may become one, and which articles lost their example."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from mhc_core.db.queries import calls
from mhc_core.db.queries.retrieval import literal
from mhc_core.db.tables import knowledge_articles, knowledge_chunks, knowledge_version_chunks, training_examples

_TEXT_SHA256 = sa.func.encode(
    sa.func.sha256(
        sa.func.convert_to(training_examples.c.question + "\n" + training_examples.c.answer, sa.literal("UTF8"))
    ),
    sa.literal("hex"),
)
"""What a learned article's ``content_sha256`` is: the hash of the text it was made from."""


def withdraw(connection: sa.Connection, now: datetime) -> list[str]:
    """Deactivate learned articles whose example is not active and verified any more, or was reworded; their ids."""
    example = training_examples.c
    article = knowledge_articles.c
    rows = connection.scalars(
        sa.update(knowledge_articles)
        .where(
            article.active,
            article.example_id == example.id,
            sa.or_(sa.not_(example.active & example.verified), article.content_sha256 != _TEXT_SHA256),
        )
        .values(active=False, updated_at=now)
        .returning(knowledge_articles.c.id)
    )
    return sorted(rows)


def withdraw_unpublished(
    connection: sa.Connection, live_version_id: str | None, now: datetime, only: Collection[str] | None
) -> list[str]:
    """Deactivate active learned articles that the live version does not hold, all or ``only`` these; their ids."""
    held = (
        sa.select(knowledge_chunks.c.article_id)
        .join(knowledge_version_chunks, knowledge_version_chunks.c.chunk_id == knowledge_chunks.c.id)
        .where(knowledge_version_chunks.c.version_id == live_version_id)
    )
    article = knowledge_articles.c
    rows = connection.scalars(
        sa.update(knowledge_articles)
        .where(
            article.active,
            article.origin == "learned",
            article.id.not_in(held),
            sa.true() if only is None else article.id.in_(list(only)),
        )
        .values(active=False, updated_at=now)
        .returning(article.id)
    )
    return sorted(rows)


def examples(connection: sa.Connection, intents: Sequence[str], quality: float, limit: int) -> list[sa.Row[Any]]:
    """Verified, active examples of these intents that are no article as they are worded now, best first."""
    example = training_examples.c
    taken = sa.exists().where(
        knowledge_articles.c.example_id == example.id, knowledge_articles.c.content_sha256 == _TEXT_SHA256
    )
    return list(
        connection.execute(
            sa.select(
                example.id,
                example.intent,
                example.question,
                example.answer,
                example.context,
                example.language,
                example.verified_at,
                _TEXT_SHA256.label("text_sha256"),
            )
            .where(
                example.active,
                example.verified,
                example.duplicate_of.is_(None),
                example.risk.in_(("none", "low")),
                example.quality >= quality,
                example.intent.in_(list(intents)),
                sa.not_(taken),
                ~calls.withheld(example.conversation_id),
            )
            .order_by(example.quality.desc(), example.id)
            .limit(limit)
        )
    )


def learned_texts(connection: sa.Connection) -> list[sa.Row[Any]]:
    """Example id, title and body of every learned article.

    Withdrawn ones are among them: what was withdrawn does not come back in the words of another example.
    """
    article = knowledge_articles.c
    return list(
        connection.execute(
            sa.select(article.example_id, article.title, article.body)
            .where(article.origin == "learned")
            .order_by(article.id)
        )
    )


def said_already(
    connection: sa.Connection, embedder: str, vectors: NDArray[np.float32], answers: Sequence[str]
) -> list[tuple[float, float]]:
    """What the chunks of active articles say of each answer: cosine of the nearest one, and coverage.

    ``vectors`` are of question and answer together. Coverage is the share, 0..1, of the answer's words (stemmed,
    without stop words, numbers among them) that the three nearest chunks hold. Without chunks it is (-1, 0).
    """
    if not answers:
        return []
    size = vectors.shape[1]
    rows = connection.execute(
        sa.text(
            f"""
            select coalesce(found.cosine, -1) as cosine, coalesce(found.held, 0) as held
              from unnest(cast(:vectors as halfvec({size})[]), cast(:answers as text[]))
                   with ordinality asked(vector, answer, place)
              left join lateral (
                   select max(near.cosine) as cosine,
                          (select avg((exists (select 1 from unnest(array_agg(near.search)) held(search)
                                                where word.lexeme = any(tsvector_to_array(held.search))))::int)
                             from unnest(to_tsvector('english', asked.answer)) word) as held
                     from (select 1 - (c.embedding::halfvec({size}) <=> asked.vector) as cosine, c.search
                             from ai.knowledge_chunks c
                            where c.embedder = :embedder and c.dimensions = {size}
                              and exists (select 1 from ai.knowledge_articles a where a.id = c.article_id and a.active)
                            order by c.embedding::halfvec({size}) <=> asked.vector
                            limit 3) near
              ) found on true
             order by asked.place
            """
        ),
        {"embedder": embedder, "vectors": [literal(vector) for vector in vectors], "answers": list(answers)},
    )
    return [(float(row.cosine), float(row.held)) for row in rows]
