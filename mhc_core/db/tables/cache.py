"""Answers kept for the next customer who asks the same. ``question`` was shown to hold no personal data.

``meaning_sha256`` is what questions in other words may share with it.
"""

import sqlalchemy as sa

from mhc_core.db.tables.base import UTC_TIME, json_column, metadata
from mhc_core.db.tables.raw import messages

response_cache = sa.Table(
    "response_cache",
    metadata,
    sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
    sa.Column("scope_sha256", sa.Text, nullable=False),
    sa.Column("question_sha256", sa.Text, nullable=False),
    sa.Column("question", sa.Text, nullable=False),
    sa.Column("meaning_sha256", sa.Text),
    json_column("answer"),
    sa.Column("message_id", sa.ForeignKey(messages.c.id, ondelete="CASCADE"), nullable=False),
    sa.Column("admitted_at", UTC_TIME, nullable=False),
    sa.Column("expires_at", UTC_TIME, nullable=False),
    sa.Column("withdrawn_at", UTC_TIME),
    sa.UniqueConstraint("scope_sha256", "question_sha256"),
    sa.Index(None, "scope_sha256", "meaning_sha256"),
    sa.Index(None, "message_id"),
    sa.Index(None, "expires_at"),
)
