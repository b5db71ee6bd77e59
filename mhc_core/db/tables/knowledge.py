"""Articles, their translations, chunks and vectors, immutable index versions."""

import sqlalchemy as sa
from pgvector.sqlalchemy import HALFVEC
from sqlalchemy.dialects.postgresql import ARRAY, TSVECTOR

from mhc_core.db.tables.base import UTC_TIME, created, json_column, metadata
from mhc_core.db.tables.learning import training_examples

knowledge_articles = sa.Table(
    "knowledge_articles",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("category", sa.Text, nullable=False),
    sa.Column("tags", ARRAY(sa.Text), nullable=False, server_default=sa.text("'{}'")),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("content_sha256", sa.Text, nullable=False),
    sa.Column("origin", sa.Text, nullable=False),
    sa.Column("example_id", sa.ForeignKey(training_examples.c.id, ondelete="CASCADE"), unique=True),
    sa.Column("active", sa.Boolean, nullable=False, server_default=sa.true()),
    sa.Column("reviewed_at", UTC_TIME, nullable=False),
    created(),
    sa.Column("updated_at", UTC_TIME, nullable=False, server_default=sa.func.now()),
    sa.CheckConstraint("origin in ('file', 'learned')", name="origin"),
    sa.Index(None, "category"),
    sa.Index("ix_knowledge_articles_reviewed_at", "reviewed_at", postgresql_where=sa.text("active")),
)

knowledge_versions = sa.Table(
    "knowledge_versions",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("embedder", sa.Text, nullable=False),
    sa.Column("dimensions", sa.Integer, nullable=False),
    sa.Column("article_count", sa.Integer, nullable=False),
    sa.Column("chunk_count", sa.Integer, nullable=False),
    json_column("metrics"),
    created(),
)

knowledge_chunks = sa.Table(
    "knowledge_chunks",
    metadata,
    sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
    sa.Column("article_id", sa.ForeignKey(knowledge_articles.c.id, ondelete="CASCADE"), nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("content", sa.Text, nullable=False),
    sa.Column("content_sha256", sa.Text, nullable=False),
    sa.Column("embedder", sa.Text, nullable=False),
    sa.Column("dimensions", sa.Integer, nullable=False),
    sa.Column("embedding", HALFVEC(), nullable=False),
    created(),
    sa.Column("search", TSVECTOR, sa.Computed("to_tsvector('english', title || ' ' || content)", persisted=True)),
    sa.UniqueConstraint("article_id", "content_sha256", "embedder"),
    sa.Index(
        "ix_knowledge_chunks_embedding_384",
        sa.literal_column("(embedding::halfvec(384))").label("halfvec"),
        postgresql_ops={"halfvec": "halfvec_cosine_ops"},
        postgresql_using="hnsw",
        postgresql_with={"m": 16, "ef_construction": 64},
        postgresql_where=sa.text("dimensions = 384"),
    ),
    sa.Index(None, "search", postgresql_using="gin"),
)

knowledge_version_chunks = sa.Table(
    "knowledge_version_chunks",
    metadata,
    sa.Column("version_id", sa.ForeignKey(knowledge_versions.c.id, ondelete="CASCADE"), primary_key=True),
    sa.Column("chunk_id", sa.ForeignKey(knowledge_chunks.c.id, ondelete="CASCADE"), primary_key=True),
    sa.Index(None, "chunk_id"),
)

retrieval_questions = sa.Table(
    "retrieval_questions",
    metadata,
    sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
    sa.Column("question", sa.Text, nullable=False, unique=True),
    sa.Column("article_id", sa.ForeignKey(knowledge_articles.c.id, ondelete="CASCADE"), nullable=False),
    created(),
    sa.Index(None, "article_id"),
)

knowledge_vectors = sa.Table(
    "knowledge_vectors",
    metadata,
    sa.Column("text_sha256", sa.Text, primary_key=True),
    sa.Column("embedder", sa.Text, primary_key=True),
    sa.Column("embedding", HALFVEC(), nullable=False),
)

knowledge_translations = sa.Table(
    "knowledge_translations",
    metadata,
    sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
    sa.Column("article_id", sa.ForeignKey(knowledge_articles.c.id, ondelete="CASCADE"), nullable=False),
    sa.Column("language", sa.Text, nullable=False),
    sa.Column("source_sha256", sa.Text, nullable=False),
    sa.Column("content_sha256", sa.Text, nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("questions", ARRAY(sa.Text), nullable=False, server_default=sa.text("'{}'")),
    sa.Column("origin", sa.Text, nullable=False),
    sa.Column("made_by", sa.Text, nullable=False),
    sa.Column("reviewed", sa.Boolean, nullable=False, server_default=sa.false()),
    created(),
    sa.UniqueConstraint("article_id", "language", "content_sha256"),
    sa.CheckConstraint("origin in ('file', 'machine')", name="origin"),
)
