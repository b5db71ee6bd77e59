"""Recorded calls beside their conversations: consent, and how the words were heard. Audio itself is never kept."""

import sqlalchemy as sa

from mhc_core.db.tables.base import UTC_TIME, metadata, one_of, unit
from mhc_core.db.tables.raw import conversations
from mhc_core.vocabulary import Consent

calls = sa.Table(
    "calls",
    metadata,
    sa.Column("conversation_id", sa.ForeignKey(conversations.c.id, ondelete="CASCADE"), primary_key=True),
    sa.Column("consent", sa.Text, nullable=False),
    sa.Column("consent_wording", sa.Text),
    sa.Column("consent_said_at", UTC_TIME, nullable=False),
    sa.Column("speakers", sa.Text, nullable=False),
    sa.Column("confidence", sa.REAL),
    sa.Column("recogniser", sa.Text),
    sa.Column("audio_sha256", sa.Text),
    sa.Column("audio_seconds", sa.REAL),
    sa.Column("checked_by", sa.Text),
    sa.Column("checked_at", UTC_TIME),
    one_of("consent", Consent),
    sa.CheckConstraint("speakers in ('channel', 'label', 'turns')", name="speakers"),
    unit("confidence"),
    sa.Index(None, "audio_sha256", postgresql_where=sa.text("audio_sha256 is not null")),
)
