"""Answers kept for the next customer who asks the same. ``question`` was shown to hold no personal data."""

import sqlalchemy as sa
from pgvector.sqlalchemy import HALFVEC
from sqlalchemy.dialects.postgresql import UUID

from mhc_core.db.tables.base import UTC_TIME, json_column, metadata
from mhc_core.db.tables.raw import messages

response_cache = sa.Table(
    "response_cache",
    metadata,
    sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
    sa.Column("scope_sha256", sa.Text, nullable=False),
    sa.Column("question_sha256", sa.Text, nullable=False),
    sa.Column("question", sa.Text, nullable=False),
    sa.Column("dimensions", sa.Integer, nullable=False),
    sa.Column("embedding", HALFVEC(), nullable=False),
    json_column("answer"),
    sa.Column("message_id", sa.ForeignKey(messages.c.id, ondelete="CASCADE"), nullable=False),
    sa.Column("admitted_at", UTC_TIME, nullable=False),
    sa.Column("expires_at", UTC_TIME, nullable=False),
    sa.Column("withdrawn_at", UTC_TIME),
    sa.UniqueConstraint("scope_sha256", "question_sha256"),
    sa.Index(
        "ix_response_cache_embedding_384",
        sa.literal_column("(embedding::halfvec(384))").label("halfvec"),
        postgresql_ops={"halfvec": "halfvec_cosine_ops"},
        postgresql_using="hnsw",
        postgresql_with={"m": 16, "ef_construction": 64},
        postgresql_where=sa.text("dimensions = 384"),
    ),
    sa.Index(None, "message_id"),
    sa.Index(None, "expires_at"),
)

response_cache_outcomes = sa.Table(
    "response_cache_outcomes",
    metadata,
    sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
    sa.Column("entry_id", sa.ForeignKey(response_cache.c.id, ondelete="CASCADE"), nullable=False),
    sa.Column("message_id", UUID(as_uuid=True), nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("log_odds", sa.REAL, nullable=False),
    sa.Column("correct", sa.Boolean, nullable=False),
    sa.Column("at", UTC_TIME, nullable=False),
    sa.UniqueConstraint("entry_id", "message_id", "kind"),
    sa.CheckConstraint("kind in ('explore', 'thumb')", name="kind"),
)
