"""Answers are kept by what their question means: no vectors of questions, no learning from single comparisons.

Kept answers live for an hour, so none is carried over. The vectors of questions and sentences from which selection is
learned are kept, so that a server starts without embedding them.
"""

import sqlalchemy as sa
from alembic import op
from pgvector.sqlalchemy import HALFVEC
from sqlalchemy.dialects.postgresql import UUID

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_table("response_cache_outcomes", schema="ai")
    op.execute("delete from ai.response_cache")
    op.execute("drop index ai.ix_response_cache_embedding_384")
    op.drop_column("response_cache", "embedding", schema="ai")
    op.drop_column("response_cache", "dimensions", schema="ai")
    op.add_column("response_cache", sa.Column("meaning_sha256", sa.Text), schema="ai")
    op.create_index(
        "ix_response_cache_scope_sha256_meaning_sha256",
        "response_cache",
        ["scope_sha256", "meaning_sha256"],
        schema="ai",
    )
    op.create_table(
        "knowledge_vectors",
        sa.Column("text_sha256", sa.Text, primary_key=True),
        sa.Column("embedder", sa.Text, primary_key=True),
        sa.Column("embedding", HALFVEC(), nullable=False),
        schema="ai",
    )


def downgrade() -> None:
    op.drop_table("knowledge_vectors", schema="ai")
    op.execute("delete from ai.response_cache")
    op.drop_index("ix_response_cache_scope_sha256_meaning_sha256", "response_cache", schema="ai")
    op.drop_column("response_cache", "meaning_sha256", schema="ai")
    op.add_column("response_cache", sa.Column("dimensions", sa.Integer, nullable=False), schema="ai")
    op.add_column("response_cache", sa.Column("embedding", HALFVEC(), nullable=False), schema="ai")
    op.execute(
        "create index ix_response_cache_embedding_384 on ai.response_cache using hnsw "
        "((embedding::halfvec(384)) halfvec_cosine_ops) with (m = 16, ef_construction = 64) where dimensions = 384"
    )
    op.create_table(
        "response_cache_outcomes",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("entry_id", sa.BigInteger, nullable=False),
        sa.Column("message_id", UUID(as_uuid=True), nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("log_odds", sa.REAL, nullable=False),
        sa.Column("correct", sa.Boolean, nullable=False),
        sa.Column("at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["ai.response_cache.id"], ondelete="CASCADE"),
        sa.UniqueConstraint("entry_id", "message_id", "kind"),
        sa.CheckConstraint("kind in ('explore', 'thumb')", name="kind"),
        schema="ai",
    )
