"""Messages that nobody asked for, and who allowed them. People stand here as their pseudonym, never with an address.

An address is read from ``conversations`` at the moment of sending.
"""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from mhc_core.db.tables.base import UTC_TIME, metadata
from mhc_core.db.tables.raw import conversations

# Each row proves one consent: when and how it was given, and to which words.
contact_consents = sa.Table(
    "contact_consents",
    metadata,
    sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
    sa.Column("customer_hash", sa.Text, nullable=False),
    sa.Column("channel", sa.Text, nullable=False),
    sa.Column("given_at", UTC_TIME, nullable=False),
    sa.Column("how", sa.Text, nullable=False),
    sa.Column("wording", sa.Text, nullable=False),
    sa.Column("recorded_by", sa.Text, nullable=False),
    sa.Column("recorded_at", UTC_TIME, nullable=False),
    sa.Column("revoked_at", UTC_TIME),
    sa.Column("revoked_by", sa.Text),
    sa.CheckConstraint("channel in ('sms', 'whatsapp', 'email')", name="channel"),
    sa.UniqueConstraint("customer_hash", "channel", "given_at"),
)

# Who wants no advertising at all. It outlives an erasure: else a person who is forgotten would be written to again.
contact_optouts = sa.Table(
    "contact_optouts",
    metadata,
    sa.Column("customer_hash", sa.Text, primary_key=True),
    sa.Column("opted_out_at", UTC_TIME, nullable=False),
    sa.Column("how", sa.Text, nullable=False),
    sa.Column("channel", sa.Text),
    sa.CheckConstraint("how in ('keyword', 'words', 'link', 'staff')", name="how"),
)

# Up to when messages that came in were looked through for the wish to hear nothing more. One row.
inbound_screenings = sa.Table(
    "inbound_screenings",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("screened_until", UTC_TIME, nullable=False),
    sa.CheckConstraint("id = 1", name="id"),
)

# Plan and outbox in one: a step of a campaign for one person, once. ``anchor`` is what it follows: a conversation or a
# booking. ``counted`` rows had nothing against them when planned, in both arms, so the report compares like with like.
campaign_touches = sa.Table(
    "campaign_touches",
    metadata,
    sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
    sa.Column("campaign", sa.Text, nullable=False),
    sa.Column("step", sa.Text, nullable=False),
    sa.Column("customer_hash", sa.Text, nullable=False),
    sa.Column("anchor", sa.Text, nullable=False),
    sa.Column("conversation_id", sa.ForeignKey(conversations.c.id, ondelete="CASCADE"), nullable=False),
    sa.Column("arm", sa.Text, nullable=False),
    sa.Column("counted", sa.Boolean, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("reason", sa.Text),
    sa.Column("channel", sa.Text),
    sa.Column("template", sa.Text, nullable=False),
    sa.Column("language", sa.Text),
    sa.Column("due_at", UTC_TIME, nullable=False),
    sa.Column("expires_at", UTC_TIME, nullable=False),
    sa.Column("not_before", UTC_TIME, nullable=False),
    sa.Column("planned_at", UTC_TIME, nullable=False),
    sa.Column("taken_at", UTC_TIME),
    sa.Column("finished_at", UTC_TIME),
    sa.Column("provider_message_id", sa.Text),
    sa.CheckConstraint("arm in ('treated', 'holdout')", name="arm"),
    sa.CheckConstraint(
        "state in ('planned', 'withheld', 'skipped', 'sending', 'sent', 'refused', 'unknown')", name="state"
    ),
    sa.UniqueConstraint("campaign", "step", "customer_hash", "anchor"),
    sa.Index("ix_campaign_touches_customer_hash_taken_at", "customer_hash", "taken_at"),
    sa.Index("ix_campaign_touches_due", "not_before", "id", postgresql_where=sa.text("state = 'planned'")),
    sa.Index(None, "conversation_id"),
)

# A code is made with the message that carries it, and is worth something once.
offer_codes = sa.Table(
    "offer_codes",
    metadata,
    sa.Column("code", sa.Text, primary_key=True),
    sa.Column("touch_id", sa.ForeignKey(campaign_touches.c.id, ondelete="CASCADE"), nullable=False, unique=True),
    sa.Column("percent", sa.Integer, nullable=False),
    sa.Column("issued_at", UTC_TIME, nullable=False),
    sa.Column("expires_at", UTC_TIME, nullable=False),
    sa.Column("redeemed_at", UTC_TIME),
    sa.Column("redeemed_by", sa.Text),
    sa.CheckConstraint("percent between 1 and 100", name="percent"),
)

# What a person of the team should do about a customer, with the offer that they may make.
customer_tasks = sa.Table(
    "customer_tasks",
    metadata,
    sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
    sa.Column("customer_hash", sa.Text, nullable=False),
    sa.Column("anchor", sa.Text, nullable=False),
    sa.Column("conversation_id", sa.ForeignKey(conversations.c.id, ondelete="CASCADE"), nullable=False),
    sa.Column("percent", sa.Integer, nullable=False),
    sa.Column("reasons", JSONB, nullable=False),
    sa.Column("opened_at", UTC_TIME, nullable=False),
    sa.Column("closed_at", UTC_TIME),
    sa.Column("closed_by", sa.Text),
    sa.CheckConstraint("percent between 0 and 100", name="percent"),
    sa.UniqueConstraint("customer_hash", "anchor"),
    sa.Index(None, "conversation_id"),
)
