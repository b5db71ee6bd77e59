"""Knowledge, its search index, and what all stages share."""

import sqlalchemy as sa
from alembic import op
from pgvector.sqlalchemy import HALFVEC
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TSVECTOR

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

UTC_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "api_keys",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("key_sha256", sa.Text, nullable=False, unique=True),
        sa.Column("created_at", UTC_TIME, nullable=False, server_default=sa.func.now()),
        sa.Column("last_used_at", UTC_TIME),
        sa.Column("revoked_at", UTC_TIME),
        sa.CheckConstraint("role in ('app', 'agent', 'reviewer', 'admin')", name="role"),
        schema="ai",
    )
    op.create_table(
        "audit_log",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("at", UTC_TIME, nullable=False, server_default=sa.func.now()),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("details", JSONB, nullable=False, server_default=sa.text("'{}'::jsonb")),
        schema="ai",
    )
    op.create_index("ix_audit_log_at", "audit_log", ["at"], schema="ai")
    op.create_index("ix_audit_log_subject", "audit_log", ["subject"], schema="ai")
    op.create_table(
        "erasures",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("customer_hash", sa.Text, nullable=False, unique=True),
        sa.Column("status", sa.Text, nullable=False, server_default="requested"),
        sa.Column("requested_by", sa.Text, nullable=False),
        sa.Column("requested_at", UTC_TIME, nullable=False),
        sa.Column("finished_at", UTC_TIME),
        sa.Column("progress", JSONB, nullable=False, server_default=sa.text("'{}'::jsonb")),
        sa.Column("certificate", JSONB),
        sa.CheckConstraint("status in ('requested', 'erased', 'finished')", name="status"),
        schema="ai",
    )
    op.create_table(
        "installation",
        sa.Column("singleton", sa.Boolean, primary_key=True, server_default=sa.true()),
        sa.Column("salt", sa.LargeBinary, nullable=False),
        sa.Column("created_at", UTC_TIME, nullable=False, server_default=sa.func.now()),
        sa.CheckConstraint("singleton", name="singleton"),
        schema="ai",
    )
    op.create_table(
        "knowledge_versions",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("embedder", sa.Text, nullable=False),
        sa.Column("dimensions", sa.Integer, nullable=False),
        sa.Column("article_count", sa.Integer, nullable=False),
        sa.Column("chunk_count", sa.Integer, nullable=False),
        sa.Column("metrics", JSONB, nullable=False, server_default=sa.text("'{}'::jsonb")),
        sa.Column("created_at", UTC_TIME, nullable=False, server_default=sa.func.now()),
        schema="ai",
    )
    op.create_table(
        "scrub_terms",
        sa.Column("term_hash", sa.Text, primary_key=True),
        sa.Column("list", sa.Text, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("words", sa.SmallInteger, nullable=False),
        sa.Column("added_by", sa.Text, nullable=False),
        sa.Column("added_at", UTC_TIME, nullable=False),
        sa.CheckConstraint("list in ('allow', 'deny')", name="list"),
        schema="ai",
    )
    op.create_table(
        "scrub_marks",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("message_id", sa.Uuid, sa.ForeignKey("ai.messages.id", ondelete="CASCADE"), nullable=False),
        sa.Column("edited", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("start", sa.Integer, nullable=False),
        sa.Column("end", sa.Integer, nullable=False),
        sa.Column("marked_by", sa.Text, nullable=False),
        sa.Column("marked_at", UTC_TIME, nullable=False),
        sa.UniqueConstraint("message_id", "edited", "kind", "start", "end"),
        sa.CheckConstraint("kind in ('missed', 'wrong')", name="kind"),
        schema="ai",
    )
    op.create_table(
        "knowledge_articles",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("category", sa.Text, nullable=False),
        sa.Column("tags", ARRAY(sa.Text), nullable=False, server_default=sa.text("'{}'")),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("content_sha256", sa.Text, nullable=False),
        sa.Column("origin", sa.Text, nullable=False),
        sa.Column("example_id", sa.Uuid, sa.ForeignKey("ai.training_examples.id", ondelete="CASCADE"), unique=True),
        sa.Column("active", sa.Boolean, nullable=False, server_default=sa.true()),
        sa.Column("reviewed_at", UTC_TIME, nullable=False),
        sa.Column("created_at", UTC_TIME, nullable=False, server_default=sa.func.now()),
        sa.Column("updated_at", UTC_TIME, nullable=False, server_default=sa.func.now()),
        sa.CheckConstraint("origin in ('file', 'learned')", name="origin"),
        schema="ai",
    )
    op.create_index("ix_knowledge_articles_category", "knowledge_articles", ["category"], schema="ai")
    op.create_index(
        "ix_knowledge_articles_reviewed_at",
        "knowledge_articles",
        ["reviewed_at"],
        schema="ai",
        postgresql_where=sa.text("active"),
    )
    op.create_table(
        "knowledge_chunks",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("article_id", sa.Text, sa.ForeignKey("ai.knowledge_articles.id", ondelete="CASCADE"), nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("content_sha256", sa.Text, nullable=False),
        sa.Column("embedder", sa.Text, nullable=False),
        sa.Column("dimensions", sa.Integer, nullable=False),
        sa.Column("embedding", HALFVEC(), nullable=False),
        sa.Column("created_at", UTC_TIME, nullable=False, server_default=sa.func.now()),
        sa.Column("search", TSVECTOR, sa.Computed("to_tsvector('english', title || ' ' || content)", persisted=True)),
        sa.UniqueConstraint("article_id", "content_sha256", "embedder"),
        schema="ai",
    )
    op.create_index(
        "ix_knowledge_chunks_embedding_384",
        "knowledge_chunks",
        [sa.literal_column("(embedding::halfvec(384))").label("halfvec")],
        schema="ai",
        postgresql_using="hnsw",
        postgresql_with={"m": 16, "ef_construction": 64},
        postgresql_ops={"halfvec": "halfvec_cosine_ops"},
        postgresql_where=sa.text("dimensions = 384"),
    )
    op.create_index("ix_knowledge_chunks_search", "knowledge_chunks", ["search"], schema="ai", postgresql_using="gin")
    op.create_table(
        "retrieval_questions",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("question", sa.Text, nullable=False, unique=True),
        sa.Column("article_id", sa.Text, sa.ForeignKey("ai.knowledge_articles.id", ondelete="CASCADE"), nullable=False),
        sa.Column("created_at", UTC_TIME, nullable=False, server_default=sa.func.now()),
        schema="ai",
    )
    op.create_index("ix_retrieval_questions_article_id", "retrieval_questions", ["article_id"], schema="ai")
    op.create_table(
        "knowledge_version_chunks",
        sa.Column(
            "version_id", sa.Text, sa.ForeignKey("ai.knowledge_versions.id", ondelete="CASCADE"), primary_key=True
        ),
        sa.Column(
            "chunk_id", sa.BigInteger, sa.ForeignKey("ai.knowledge_chunks.id", ondelete="CASCADE"), primary_key=True
        ),
        schema="ai",
    )
    op.create_index("ix_knowledge_version_chunks_chunk_id", "knowledge_version_chunks", ["chunk_id"], schema="ai")


def downgrade() -> None:
    for table in (
        "knowledge_version_chunks",
        "retrieval_questions",
        "knowledge_chunks",
        "knowledge_articles",
        "scrub_marks",
        "scrub_terms",
        "knowledge_versions",
        "installation",
        "erasures",
        "audit_log",
        "api_keys",
    ):
        op.drop_table(table, schema="ai")
