"""SQL of the knowledge stage: articles, chunks, index versions and their membership, retrieval questions, retrieval."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from pgvector import HalfVector
from sqlalchemy.dialects.postgresql import insert

from mhc_core.db.queries.vectors import packed, unpacked
from mhc_core.db.tables import (
    knowledge_articles,
    knowledge_chunks,
    knowledge_vectors,
    knowledge_version_chunks,
    knowledge_versions,
    retrieval_questions,
)

HNSW_MAX_DIMENSIONS = 4000
"""pgvector's limit for an HNSW index over ``halfvec``; above it search is exact."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """A piece of an article. ``topic`` is title and tags; ``content_sha256`` covers topic and content."""

    article_id: str
    title: str
    topic: str
    content: str
    content_sha256: str


@dataclass(frozen=True, slots=True)
class KnowledgeVersion:
    """An immutable index: which chunks belong to it, made with which embedder."""

    id: str
    embedder: str
    dimensions: int
    article_count: int
    chunk_count: int
    metrics: dict[str, Any]
    created_at: datetime


# --- articles ---------------------------------------------------------------------------------------------------------


def article_hashes(connection: sa.Connection) -> dict[str, tuple[str, str, bool]]:
    """Content hash, origin and whether it is active, of every article by id."""
    article = knowledge_articles.c
    rows = connection.execute(sa.select(article.id, article.content_sha256, article.origin, article.active))
    return {row.id: (row.content_sha256, row.origin, row.active) for row in rows}


def upsert_articles(connection: sa.Connection, rows: Sequence[Mapping[str, Any]], now: datetime) -> None:
    """Write articles by id; one that exists keeps its origin, and whether it is active unless the rows say."""
    if not rows:
        return
    statement = insert(knowledge_articles)
    names = ["title", "category", "tags", "body", "content_sha256", "reviewed_at"]
    changed = {name: statement.excluded[name] for name in (*names, *(["active"] if "active" in rows[0] else []))}
    connection.execute(
        statement.on_conflict_do_update(index_elements=["id"], set_={**changed, "updated_at": now}),
        [{**row, "created_at": now, "updated_at": now} for row in rows],
    )


def replace_questions(connection: sa.Connection, questions: Mapping[str, Sequence[str]], now: datetime) -> None:
    """Make ``questions`` (article id → questions) the stored questions of those articles.

    A question that belonged to another article moves to the one that names it now.
    """
    stored = retrieval_questions.c
    for_articles = sa.delete(retrieval_questions).where(stored.article_id.in_(list(questions)))
    connection.execute(for_articles)
    rows = [
        {"question": question, "article_id": article_id, "created_at": now}
        for article_id, asked in questions.items()
        for question in asked
    ]
    if rows:
        statement = insert(retrieval_questions)
        connection.execute(
            statement.on_conflict_do_update(
                index_elements=["question"], set_={"article_id": statement.excluded.article_id}
            ),
            rows,
        )


def articles(connection: sa.Connection, active_only: bool = True) -> list[sa.Row[Any]]:
    """All articles, ordered by id."""
    query = sa.select(knowledge_articles).order_by(knowledge_articles.c.id)
    if active_only:
        query = query.where(knowledge_articles.c.active)
    return list(connection.execute(query))


def article(connection: sa.Connection, article_id: str) -> sa.Row[Any] | None:
    """One article, active or not."""
    return connection.execute(sa.select(knowledge_articles).where(knowledge_articles.c.id == article_id)).one_or_none()


def count_active(connection: sa.Connection) -> int:
    """How many articles are active."""
    active = sa.select(sa.func.count()).select_from(knowledge_articles).where(knowledge_articles.c.active)
    return connection.scalar(active) or 0


def stale_articles(connection: sa.Connection, reviewed_before: datetime) -> list[sa.Row[Any]]:
    """Active articles last reviewed before that time, longest ago first."""
    column = knowledge_articles.c
    return list(
        connection.execute(
            sa.select(column.id, column.title, column.category, column.reviewed_at)
            .where(column.active, column.reviewed_at < reviewed_before)
            .order_by(column.reviewed_at, column.id)
        )
    )


# --- chunks and versions ----------------------------------------------------------------------------------------------


def lock_index(connection: sa.Connection) -> None:
    """Let one transaction at a time add chunks and versions."""
    connection.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtextextended("ai.knowledge_versions", 0))))


def lock_vectors(connection: sa.Connection) -> None:
    """Let one transaction at a time make vectors that are to be kept, so that none is made twice."""
    connection.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtextextended("ai.knowledge_vectors", 0))))


def chunk_ids(connection: sa.Connection, embedder: str) -> dict[tuple[str, str], int]:
    """Ids of all chunks this embedder has embedded, by (article id, content hash)."""
    chunk = knowledge_chunks.c
    rows = connection.execute(
        sa.select(chunk.article_id, chunk.content_sha256, chunk.id).where(chunk.embedder == embedder)
    )
    return {(row.article_id, row.content_sha256): row.id for row in rows}


def copy_chunks(
    connection: sa.Connection, chunks: Sequence[Chunk], embedder: str, vectors: NDArray[np.float32]
) -> None:
    """Load new chunks by binary COPY."""
    driver: Any = connection.connection.driver_connection
    columns = "article_id, title, content, content_sha256, embedder, dimensions, embedding"
    with (
        driver.cursor() as cursor,
        cursor.copy(f"copy ai.knowledge_chunks ({columns}) from stdin (format binary)") as copy,
    ):
        # halfvec's binary form goes through as bytes, so the connection needs no registered type.
        copy.set_types(["text", "text", "text", "text", "text", "int4", "bytea"])
        for chunk, vector in zip(chunks, vectors, strict=True):
            copy.write_row(
                (
                    chunk.article_id,
                    chunk.title,
                    chunk.content,
                    chunk.content_sha256,
                    embedder,
                    len(vector),
                    HalfVector(vector).to_binary(),
                )
            )


def ensure_index(connection: sa.Connection, dimensions: int) -> None:
    """Create the HNSW index for this dimension unless it exists; none above pgvector's limit."""
    size = int(dimensions)
    name = f"ix_knowledge_chunks_embedding_{size}"
    if size > HNSW_MAX_DIMENSIONS or connection.scalar(sa.select(sa.func.to_regclass(f"ai.{name}"))) is not None:
        return
    connection.execute(sa.text("select ai.index_knowledge_chunks(:size)"), {"size": size})


def refresh_statistics(connection: sa.Connection) -> None:
    """Tell the planner what was just loaded: without it the first searches scan every chunk (20 times slower)."""
    connection.execute(sa.text("select ai.analyze_knowledge()"))


def insert_version(
    connection: sa.Connection,
    version_id: str,
    embedder: str,
    dimensions: int,
    article_count: int,
    members: Sequence[int],
    now: datetime,
) -> None:
    """Write a version with its members; one that exists stays as it is."""
    written = connection.execute(
        insert(knowledge_versions)
        .values(
            id=version_id,
            embedder=embedder,
            dimensions=dimensions,
            article_count=article_count,
            chunk_count=len(members),
            created_at=now,
        )
        .on_conflict_do_nothing()
        .returning(knowledge_versions.c.id)
    ).one_or_none()
    if written is not None:
        connection.execute(
            sa.text(
                "insert into ai.knowledge_version_chunks (version_id, chunk_id)"
                " select :version_id, unnest(cast(:members as bigint[]))"
            ),
            {"version_id": version_id, "members": list(members)},
        )


def version(connection: sa.Connection, version_id: str) -> KnowledgeVersion | None:
    """One version, or None."""
    row = connection.execute(sa.select(knowledge_versions).where(knowledge_versions.c.id == version_id)).one_or_none()
    return None if row is None else KnowledgeVersion(**row._mapping)


def versions(connection: sa.Connection) -> list[KnowledgeVersion]:
    """All versions, newest first."""
    order = (knowledge_versions.c.created_at.desc(), knowledge_versions.c.id)
    rows = connection.execute(sa.select(knowledge_versions).order_by(*order))
    return [KnowledgeVersion(**row._mapping) for row in rows]


def save_metrics(connection: sa.Connection, version_id: str, metrics: Mapping[str, Any]) -> None:
    """Record what was measured of a version; its content stays immutable."""
    connection.execute(
        sa.update(knowledge_versions).where(knowledge_versions.c.id == version_id).values(metrics=dict(metrics))
    )


def questions(connection: sa.Connection, without: str | None = None) -> list[tuple[str, str]]:
    """The stored questions of active articles, as (question, article id), in a fixed order.

    Args:
        without: a category whose questions are left out.
    """
    stored = retrieval_questions.c
    rows = connection.execute(
        sa.select(stored.question, stored.article_id)
        .join(knowledge_articles, knowledge_articles.c.id == stored.article_id)
        .where(knowledge_articles.c.active, knowledge_articles.c.category.is_distinct_from(without))
        .order_by(stored.article_id, stored.question)
    )
    return [(row.question, row.article_id) for row in rows]


def member_articles(connection: sa.Connection, version_id: str) -> set[str]:
    """Ids of the articles that have a chunk in this version."""
    rows = connection.scalars(
        sa.select(knowledge_chunks.c.article_id)
        .join(knowledge_version_chunks, knowledge_version_chunks.c.chunk_id == knowledge_chunks.c.id)
        .where(knowledge_version_chunks.c.version_id == version_id)
        .distinct()
    )
    return set(rows)


def known_vectors(connection: sa.Connection, embedder: str, hashes: Sequence[str]) -> dict[str, NDArray[np.float32]]:
    """The vectors that are kept of texts, by the hashes of these."""
    kept = knowledge_vectors.c
    rows = connection.execute(
        sa.select(kept.text_sha256, packed(kept.embedding)).where(
            kept.embedder == embedder, kept.text_sha256 == sa.func.any(list(hashes))
        )
    ).all()
    return dict(zip((row[0] for row in rows), unpacked([row[1] for row in rows]), strict=True))


def kept_vectors(connection: sa.Connection, embedder: str, hashes: Sequence[str]) -> set[str]:
    """Of which of these texts, by their hashes, vectors are kept."""
    kept = knowledge_vectors.c
    return set(
        connection.scalars(
            sa.select(kept.text_sha256).where(kept.embedder == embedder, kept.text_sha256 == sa.func.any(list(hashes)))
        )
    )


def keep_vectors(connection: sa.Connection, embedder: str, vectors: Mapping[str, NDArray[np.float32]]) -> None:
    """Keep vectors of texts that have none yet, by binary COPY; the caller holds the lock of the index."""
    driver: Any = connection.connection.driver_connection
    columns = "text_sha256, embedder, embedding"
    with (
        driver.cursor() as cursor,
        cursor.copy(f"copy ai.knowledge_vectors ({columns}) from stdin (format binary)") as copy,
    ):
        copy.set_types(["text", "text", "bytea"])
        for digest, vector in vectors.items():
            copy.write_row((digest, embedder, HalfVector(vector).to_binary()))


def texts(connection: sa.Connection, version_id: str) -> list[sa.Row[Any]]:
    """The chunks of a version in reading order: id, article_id, title, content; category and origin of the article."""
    chunk, member, article_ = knowledge_chunks.c, knowledge_version_chunks.c, knowledge_articles.c
    return list(
        connection.execute(
            sa.select(chunk.id, chunk.article_id, chunk.title, chunk.content, article_.category, article_.origin)
            .join(knowledge_version_chunks, member.chunk_id == chunk.id)
            .join(knowledge_articles, knowledge_articles.c.id == chunk.article_id)
            .where(member.version_id == version_id)
            .order_by(chunk.article_id, chunk.id)
        )
    )


def count_members(connection: sa.Connection, version_id: str) -> int:
    """How many chunks belong to this version."""
    members = sa.select(sa.func.count()).select_from(knowledge_version_chunks)
    return connection.scalar(members.where(knowledge_version_chunks.c.version_id == version_id)) or 0
