"""Answers kept for the next customer."""

import sqlalchemy as sa
from alembic import op
from pgvector.sqlalchemy import HALFVEC
from sqlalchemy.dialects.postgresql import JSONB

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

UTC_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "response_cache",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("scope_sha256", sa.Text, nullable=False),
        sa.Column("question_sha256", sa.Text, nullable=False),
        sa.Column("question", sa.Text, nullable=False),
        sa.Column("dimensions", sa.Integer, nullable=False),
        sa.Column("embedding", HALFVEC(), nullable=False),
        sa.Column("answer", JSONB, nullable=False, server_default=sa.text("'{}'::jsonb")),
        sa.Column("message_id", sa.Uuid, sa.ForeignKey("ai.messages.id", ondelete="CASCADE"), nullable=False),
        sa.Column("admitted_at", UTC_TIME, nullable=False),
        sa.Column("expires_at", UTC_TIME, nullable=False),
        sa.Column("withdrawn_at", UTC_TIME),
        sa.UniqueConstraint("scope_sha256", "question_sha256"),
        schema="ai",
    )
    op.create_index(
        "ix_response_cache_embedding_384",
        "response_cache",
        [sa.literal_column("(embedding::halfvec(384))").label("halfvec")],
        schema="ai",
        postgresql_using="hnsw",
        postgresql_with={"m": 16, "ef_construction": 64},
        postgresql_ops={"halfvec": "halfvec_cosine_ops"},
        postgresql_where=sa.text("dimensions = 384"),
    )
    op.create_index("ix_response_cache_message_id", "response_cache", ["message_id"], schema="ai")
    op.create_index("ix_response_cache_expires_at", "response_cache", ["expires_at"], schema="ai")
    op.create_table(
        "response_cache_outcomes",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("entry_id", sa.BigInteger, sa.ForeignKey("ai.response_cache.id", ondelete="CASCADE"), nullable=False),
        sa.Column("message_id", sa.Uuid, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("log_odds", sa.REAL, nullable=False),
        sa.Column("correct", sa.Boolean, nullable=False),
        sa.Column("at", UTC_TIME, nullable=False),
        sa.UniqueConstraint("entry_id", "message_id", "kind"),
        sa.CheckConstraint("kind in ('explore', 'thumb')", name="kind"),
        schema="ai",
    )


def downgrade() -> None:
    op.drop_table("response_cache_outcomes", schema="ai")
    op.drop_table("response_cache", schema="ai")
