"""SQL of what became of answers that cite an article or a chunk, from the sums that ``figures`` counts."""

from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa

from mhc_core.db.queries.figures import COLUMNS, Span

_SUMS = ", ".join(f"coalesce(sum(f.{name}), 0)" for name in COLUMNS["figures_articles"].split())


class ArticleUse(NamedTuple):
    """An active article with what became of answers that cite it."""

    id: str
    title: str
    category: str
    origin: str
    reviewed_at: datetime
    used: int
    booked: int
    liked: int
    disliked: int
    retrieved: int
    contradicted: int


def articles(connection: sa.Connection, span: Span, since: datetime) -> list[ArticleUse]:
    """All active articles with their sums from ``since`` on, by id."""
    rows = connection.execute(
        sa.text(f"""
            select k.id, k.title, k.category, k.origin, k.reviewed_at, {_SUMS}
              from ai.knowledge_articles k
              left join ai.figures_articles f on f.article = k.id and f.span = :span and f.start >= :since
             where k.active group by k.id order by k.id
        """),
        {"span": span, "since": since},
    )
    return [ArticleUse(*row[:5], *map(int, row[5:])) for row in rows]


class ChunkUse(NamedTuple):
    """A chunk of an article with what became of answers that cite it, and of how many it was retrieved for."""

    content: str
    used: int
    booked: int
    liked: int
    disliked: int
    retrieved: int
    contradicted: int


def chunks(connection: sa.Connection, version_id: str, article_id: str, span: Span, since: datetime) -> list[ChunkUse]:
    """The chunks of an article in a version, in its order, with their sums from ``since`` on."""
    rows = connection.execute(
        sa.text(f"""
            select k.content, {_SUMS}
              from ai.knowledge_version_chunks v join ai.knowledge_chunks k on k.id = v.chunk_id
              left join ai.figures_chunks f on f.chunk = k.id and f.span = :span and f.start >= :since
             where v.version_id = :version and k.article_id = :article group by k.id order by k.id
        """),
        {"version": version_id, "article": article_id, "span": span, "since": since},
    )
    return [ChunkUse(row[0], *map(int, row[1:])) for row in rows]
