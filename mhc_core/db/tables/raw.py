"""Raw conversations and feedback: the only tables that hold customers' own words."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB, TSVECTOR, UUID

from mhc_core.db.tables.base import USD, UTC_TIME, created, json_column, metadata, one_of, unit
from mhc_core.vocabulary import Channel, ConversationStatus, FeedbackVia, Intent, Outcome

conversations = sa.Table(
    "conversations",
    metadata,
    sa.Column("id", UUID(as_uuid=True), primary_key=True),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("source_id", sa.Text, nullable=False),
    sa.Column("channel", sa.Text, nullable=False),
    sa.Column("customer_id", sa.Text),
    sa.Column("thread_id", sa.Text),
    sa.Column("status", sa.Text, nullable=False, server_default=ConversationStatus.ACTIVE),
    sa.Column("intent", sa.Text),
    sa.Column("escalation_reason", sa.Text),
    sa.Column("escalated_at", UTC_TIME),
    sa.Column("agent_id", sa.Text),
    sa.Column("outcome", sa.Text),
    sa.Column("booking_value_usd", USD),
    sa.Column("started_at", UTC_TIME, nullable=False),
    sa.Column("last_message_at", UTC_TIME, nullable=False),
    json_column("channel_metadata"),
    json_column("facts"),
    created(),
    sa.Column("updated_at", UTC_TIME, nullable=False, server_default=sa.func.now()),
    sa.UniqueConstraint("source", "source_id"),
    one_of("channel", Channel),
    one_of("status", ConversationStatus),
    one_of("outcome", Outcome),
    sa.Index(None, "customer_id", "channel"),
    sa.Index(None, "thread_id"),
    sa.Index(None, "status", "last_message_at"),
    sa.Index(None, "started_at"),
    sa.Index(None, "updated_at"),
)

messages = sa.Table(
    "messages",
    metadata,
    sa.Column("id", UUID(as_uuid=True), primary_key=True),
    sa.Column("conversation_id", sa.ForeignKey(conversations.c.id, ondelete="CASCADE"), nullable=False),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("role", sa.Text, nullable=False),
    sa.Column("content", sa.Text, nullable=False),
    sa.Column("intent", sa.Text),
    sa.Column("confidence", sa.REAL),
    sa.Column("model_version_id", sa.Text),
    sa.Column("prompt_version_id", sa.Text),
    sa.Column("knowledge_version_id", sa.Text),
    sa.Column("example_id", UUID(as_uuid=True)),
    sa.Column("citations", JSONB, nullable=False, server_default=sa.text("'[]'::jsonb")),
    sa.Column("cached", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("input_tokens", sa.Integer),
    sa.Column("output_tokens", sa.Integer),
    sa.Column("cost_usd", USD),
    sa.Column("latency_ms", sa.REAL),
    sa.Column("edited_content", sa.Text),
    sa.Column("edit_reason", sa.Text),
    sa.Column("edited_by", sa.Text),
    sa.Column("edited_at", UTC_TIME),
    sa.Column("sent_at", UTC_TIME, nullable=False),
    json_column("message_metadata"),
    created(),
    sa.Column("search", TSVECTOR, sa.Computed("to_tsvector('english', left(content, 200000))", persisted=True)),
    sa.UniqueConstraint("conversation_id", "position"),
    sa.CheckConstraint("role in ('user', 'assistant', 'system', 'agent')", name="role"),
    one_of("intent", Intent),
    unit("confidence"),
    sa.Index(None, "search", postgresql_using="gin"),
    sa.Index(None, "sent_at"),
    sa.Index(None, "example_id", postgresql_where=sa.text("example_id is not null")),
    sa.Index("ix_messages_reading", "sent_at", postgresql_where=sa.text("message_metadata ? 'reading'")),
    sa.Index(
        "ix_messages_dearest",
        sa.text("date_trunc('month'::text, timezone('UTC'::text, sent_at))"),
        sa.text("cost_usd desc"),
        postgresql_where=sa.text("cost_usd > 0"),
    ),
    sa.Index(
        "ix_messages_thread",
        sa.text("(message_metadata ->> 'thread')"),
        postgresql_where=sa.text("message_metadata ? 'thread'"),
    ),
)

_NEGATIVE = -0.3
"""Polarity (-1 to 1) of a comment from which down its words alone are a dislike: a lexicon is often wrong near 0."""
_VERDICT = f"""
    case when coalesce(vote = 'down'::text, false) or coalesce(stars <= 2, false) or coalesce(not helpful, false)
           or coalesce(not accurate, false) or coalesce(comment_polarity <= '{_NEGATIVE}'::real, false)
         then 'down'::text
         when coalesce(vote = 'up'::text, false) or coalesce(stars >= 4, false) or coalesce(helpful, false)
           or coalesce(accurate, false) or coalesce(comment_polarity >= '{-_NEGATIVE}'::real, false)
         then 'up'::text
         else null::text
    end
"""
"""All signals of a person as one: *down* when any of them is a dislike, else *up* when one is praise.

Written as PostgreSQL prints it, so that migrations can compare it.
"""

feedback = sa.Table(
    "feedback",
    metadata,
    sa.Column("id", UUID(as_uuid=True), primary_key=True),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("source_id", sa.Text, nullable=False),
    sa.Column("conversation_id", sa.ForeignKey(conversations.c.id, ondelete="CASCADE"), nullable=False),
    sa.Column("message_id", sa.ForeignKey(messages.c.id, ondelete="CASCADE")),
    sa.Column("customer_id", sa.Text),
    sa.Column("vote", sa.Text),
    sa.Column("stars", sa.SmallInteger),
    sa.Column("helpful", sa.Boolean),
    sa.Column("accurate", sa.Boolean),
    sa.Column("comment", sa.Text),
    sa.Column("score", sa.REAL),
    sa.Column("given_at", UTC_TIME, nullable=False),
    created(),
    sa.Column("comment_polarity", sa.REAL),
    sa.Column("verdict", sa.Text, sa.Computed(_VERDICT, persisted=True)),
    sa.UniqueConstraint("source", "source_id"),
    sa.CheckConstraint("vote in ('up', 'down')", name="vote"),
    sa.CheckConstraint("stars between 1 and 5", name="stars"),
    unit("score"),
    sa.CheckConstraint("comment_polarity between -1 and 1", name="comment_polarity"),
    sa.Index(None, "conversation_id"),
    sa.Index(None, "message_id"),
    sa.Index(None, "given_at"),
    sa.Index(None, "created_at"),
)

feedback_history = sa.Table(
    "feedback_history",
    metadata,
    sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
    sa.Column("feedback_id", sa.ForeignKey(feedback.c.id, ondelete="CASCADE"), nullable=False),
    sa.Column("via", sa.Text, nullable=False),
    sa.Column("vote", sa.Text),
    sa.Column("stars", sa.SmallInteger),
    sa.Column("helpful", sa.Boolean),
    sa.Column("accurate", sa.Boolean),
    sa.Column("comment", sa.Text),
    sa.Column("given_at", UTC_TIME, nullable=False),
    one_of("via", FeedbackVia),
    sa.Index(None, "feedback_id", "id"),
)
