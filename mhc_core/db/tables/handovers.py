"""Conversations at a person: one row for each time one was handed over, what is told about it, and staff's notes.

Only notes and tags may hold words about a customer.
"""

import sqlalchemy as sa

from mhc_core.db.tables.base import UTC_TIME, metadata, one_of
from mhc_core.db.tables.raw import conversations
from mhc_core.vocabulary import HandoverState

handovers = sa.Table(
    "handovers",
    metadata,
    sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
    sa.Column("conversation_id", sa.ForeignKey(conversations.c.id, ondelete="CASCADE"), nullable=False),
    sa.Column("state", sa.Text, nullable=False, server_default=HandoverState.WAITING),
    sa.Column("reason", sa.Text),
    sa.Column("queue", sa.Text, nullable=False),
    sa.Column("urgent", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("opened_at", UTC_TIME, nullable=False),
    sa.Column("claimed_by", sa.Text),
    sa.Column("claimed_at", UTC_TIME),
    sa.Column("closed_at", UTC_TIME),
    one_of("state", HandoverState),
    sa.Index(
        "uq_handovers_open",
        "conversation_id",
        unique=True,
        postgresql_where=sa.text("state in ('waiting', 'claimed')"),
    ),
    sa.Index(None, "conversation_id"),
    sa.Index(None, "state", "queue", "opened_at"),
)

conversation_notes = sa.Table(
    "conversation_notes",
    metadata,
    sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
    sa.Column("conversation_id", sa.ForeignKey(conversations.c.id, ondelete="CASCADE"), nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("written_by", sa.Text, nullable=False),
    sa.Column("written_at", UTC_TIME, nullable=False),
    sa.CheckConstraint("kind in ('note', 'tag')", name="kind"),
    sa.Index(None, "conversation_id"),
    sa.Index(
        "uq_conversation_notes_tag", "conversation_id", "text", unique=True, postgresql_where=sa.text("kind = 'tag'")
    ),
)

webhook_deliveries = sa.Table(
    "webhook_deliveries",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("handover_id", sa.ForeignKey(handovers.c.id, ondelete="CASCADE"), nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False, server_default=sa.text("0")),
    sa.Column("due_at", UTC_TIME, nullable=False),
    sa.Column("delivered_at", UTC_TIME),
    sa.Column("given_up_at", UTC_TIME),
    sa.Column("last_failure", sa.Text),
    sa.Index(None, "handover_id"),
    sa.Index(
        "ix_webhook_deliveries_open",
        "due_at",
        postgresql_where=sa.text("delivered_at is null and given_up_at is null"),
    ),
)
