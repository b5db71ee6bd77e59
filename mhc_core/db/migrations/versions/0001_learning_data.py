"""What was said, how well it went, and what may be learned from it."""

import sqlalchemy as sa
from alembic import op
from pgvector.sqlalchemy import HALFVEC
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TSVECTOR

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

UTC_TIME = sa.DateTime(timezone=True)
USD = sa.Numeric(14, 6)

# One row per day (UTC), channel and status; the unique index is what REFRESH … CONCURRENTLY needs.
CONVERSATION_STATS = """
create materialized view ai.conversation_stats as
select
    (c.started_at at time zone 'UTC')::date as day,
    c.channel,
    c.status,
    count(*) as conversations,
    coalesce(sum(m.messages), 0)::bigint as messages,
    count(*) filter (where c.escalated_at is not null or c.status = 'escalated') as escalated,
    count(*) filter (where c.outcome = 'booked') as booked,
    coalesce(sum(c.booking_value_usd), 0) as booking_value_usd,
    avg(s.score)::real as average_score,
    coalesce(sum(f.thumbs_up), 0)::bigint as thumbs_up,
    coalesce(sum(f.thumbs_down), 0)::bigint as thumbs_down,
    avg(f.stars)::real as average_stars,
    coalesce(sum(m.human_edits), 0)::bigint as human_edits,
    coalesce(sum(m.cost_usd), 0) as cost_usd,
    avg(m.first_answer_ms)::real as average_first_answer_ms
from ai.conversations c
left join ai.conversation_scores s on s.conversation_id = c.id
left join lateral (
    select
        count(*) as messages,
        count(*) filter (where edited_content is not null) as human_edits,
        sum(cost_usd) as cost_usd,
        (array_agg(latency_ms order by position) filter (where role = 'assistant' and latency_ms is not null))[1]
            as first_answer_ms
    from ai.messages where conversation_id = c.id
) m on true
left join lateral (
    select
        count(*) filter (where vote = 'up') as thumbs_up,
        count(*) filter (where vote = 'down') as thumbs_down,
        avg(stars) as stars
    from ai.feedback where conversation_id = c.id
) f on true
group by 1, 2, 3
"""
CONVERSATION_STATS_KEY = "create unique index conversation_stats_key on ai.conversation_stats (day, channel, status)"


def upgrade() -> None:
    op.create_table(
        "conversations",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("source_id", sa.Text, nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("customer_id", sa.Text),
        sa.Column("thread_id", sa.Text),
        sa.Column("status", sa.Text, nullable=False, server_default="active"),
        sa.Column("intent", sa.Text),
        sa.Column("escalation_reason", sa.Text),
        sa.Column("escalated_at", UTC_TIME),
        sa.Column("agent_id", sa.Text),
        sa.Column("outcome", sa.Text),
        sa.Column("booking_value_usd", USD),
        sa.Column("started_at", UTC_TIME, nullable=False),
        sa.Column("last_message_at", UTC_TIME, nullable=False),
        sa.Column("channel_metadata", JSONB, nullable=False, server_default=sa.text("'{}'::jsonb")),
        sa.Column("created_at", UTC_TIME, nullable=False, server_default=sa.func.now()),
        sa.Column("updated_at", UTC_TIME, nullable=False, server_default=sa.func.now()),
        sa.UniqueConstraint("source", "source_id"),
        sa.CheckConstraint("channel in ('web', 'sms', 'email', 'instagram', 'facebook', 'phone')", name="channel"),
        sa.CheckConstraint(
            "outcome in ('booked', 'quoted', 'resolved', 'escalated', 'not_booked', 'abandoned', 'unresolved')",
            name="outcome",
        ),
        sa.CheckConstraint("status in ('active', 'escalated', 'closed')", name="status"),
        schema="ai",
    )
    op.create_index("ix_conversations_customer_id_channel", "conversations", ["customer_id", "channel"], schema="ai")
    op.create_index("ix_conversations_started_at", "conversations", ["started_at"], schema="ai")
    op.create_index(
        "ix_conversations_status_last_message_at", "conversations", ["status", "last_message_at"], schema="ai"
    )
    op.create_index("ix_conversations_thread_id", "conversations", ["thread_id"], schema="ai")
    op.create_table(
        "conversation_scores",
        sa.Column(
            "conversation_id", sa.Uuid, sa.ForeignKey("ai.conversations.id", ondelete="CASCADE"), primary_key=True
        ),
        sa.Column("score", sa.REAL, nullable=False),
        sa.Column("feedback", sa.REAL),
        sa.Column("outcome", sa.REAL),
        sa.Column("coherence", sa.REAL),
        sa.Column("sentiment", sa.REAL),
        sa.Column("efficiency", sa.REAL),
        sa.Column("weights", JSONB, nullable=False, server_default=sa.text("'{}'::jsonb")),
        sa.Column("scorer", sa.Text, nullable=False),
        sa.Column("scored_at", UTC_TIME, nullable=False),
        sa.Column("scrubber", sa.Text),
        sa.Column("scrubbed_at", UTC_TIME),
        sa.CheckConstraint("score between 0 and 1", name="score"),
        schema="ai",
    )
    op.create_index("ix_conversation_scores_score", "conversation_scores", ["score"], schema="ai")
    op.create_table(
        "messages",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("conversation_id", sa.Uuid, sa.ForeignKey("ai.conversations.id", ondelete="CASCADE"), nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("intent", sa.Text),
        sa.Column("confidence", sa.REAL),
        sa.Column("model_version_id", sa.Text),
        sa.Column("prompt_version_id", sa.Text),
        sa.Column("knowledge_version_id", sa.Text),
        sa.Column("example_id", sa.Uuid),
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
        sa.Column("message_metadata", JSONB, nullable=False, server_default=sa.text("'{}'::jsonb")),
        sa.Column("created_at", UTC_TIME, nullable=False, server_default=sa.func.now()),
        sa.Column("search", TSVECTOR, sa.Computed("to_tsvector('english', left(content, 200000))", persisted=True)),
        sa.UniqueConstraint("conversation_id", "position"),
        sa.CheckConstraint("confidence between 0 and 1", name="confidence"),
        sa.CheckConstraint(
            "intent in ('pricing', 'booking', 'menu', 'policy', 'availability', 'travel', 'complaint', "
            "'allergy', 'account', 'smalltalk', 'other')",
            name="intent",
        ),
        sa.CheckConstraint("role in ('user', 'assistant', 'system', 'agent')", name="role"),
        schema="ai",
    )
    op.create_index("ix_messages_search", "messages", ["search"], schema="ai", postgresql_using="gin")
    op.create_index("ix_messages_sent_at", "messages", ["sent_at"], schema="ai")
    op.create_table(
        "feedback",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("source_id", sa.Text, nullable=False),
        sa.Column("conversation_id", sa.Uuid, sa.ForeignKey("ai.conversations.id", ondelete="CASCADE"), nullable=False),
        sa.Column("message_id", sa.Uuid, sa.ForeignKey("ai.messages.id", ondelete="CASCADE")),
        sa.Column("customer_id", sa.Text),
        sa.Column("vote", sa.Text),
        sa.Column("stars", sa.SmallInteger),
        sa.Column("helpful", sa.Boolean),
        sa.Column("accurate", sa.Boolean),
        sa.Column("comment", sa.Text),
        sa.Column("score", sa.REAL),
        sa.Column("given_at", UTC_TIME, nullable=False),
        sa.Column("created_at", UTC_TIME, nullable=False, server_default=sa.func.now()),
        sa.UniqueConstraint("source", "source_id"),
        sa.CheckConstraint("score between 0 and 1", name="score"),
        sa.CheckConstraint("stars between 1 and 5", name="stars"),
        sa.CheckConstraint("vote in ('up', 'down')", name="vote"),
        schema="ai",
    )
    op.create_index("ix_feedback_conversation_id", "feedback", ["conversation_id"], schema="ai")
    op.create_index("ix_feedback_given_at", "feedback", ["given_at"], schema="ai")
    op.create_index("ix_feedback_message_id", "feedback", ["message_id"], schema="ai")
    op.create_table(
        "scrub_holds",
        sa.Column("answer_message_id", sa.Uuid, sa.ForeignKey("ai.messages.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("held_at", UTC_TIME, nullable=False),
        sa.CheckConstraint("kind in ('residue', 'error')", name="kind"),
        schema="ai",
    )
    op.create_index("ix_scrub_holds_day", "scrub_holds", ["day"], schema="ai")
    op.create_table(
        "training_examples",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("sequence", sa.BigInteger, sa.Identity(always=True), nullable=False, unique=True),
        sa.Column("conversation_id", sa.Uuid, sa.ForeignKey("ai.conversations.id", ondelete="CASCADE"), nullable=False),
        sa.Column("question_message_id", sa.Uuid, sa.ForeignKey("ai.messages.id", ondelete="CASCADE"), nullable=False),
        sa.Column(
            "answer_message_id",
            sa.Uuid,
            sa.ForeignKey("ai.messages.id", ondelete="CASCADE"),
            nullable=False,
            unique=True,
        ),
        sa.Column("customer_hash", sa.Text, nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("intent", sa.Text, nullable=False),
        sa.Column("origin", sa.Text, nullable=False),
        sa.Column("question", sa.Text, nullable=False),
        sa.Column("answer", sa.Text, nullable=False),
        sa.Column("context", JSONB, nullable=False, server_default=sa.text("'[]'::jsonb")),
        sa.Column("quality", sa.REAL, nullable=False),
        sa.Column("confidence", sa.REAL),
        sa.Column("vote", sa.Text),
        sa.Column("novelty", sa.REAL),
        sa.Column("findings", JSONB, nullable=False, server_default=sa.text("'{}'::jsonb")),
        sa.Column("risk", sa.Text, nullable=False),
        sa.Column("language", sa.Text),
        sa.Column("tags", ARRAY(sa.Text), nullable=False, server_default=sa.text("'{}'")),
        sa.Column("embedder", sa.Text, nullable=False),
        sa.Column("embedding", HALFVEC(), nullable=False),
        sa.Column("content_sha256", sa.Text, nullable=False),
        sa.Column("duplicate_of", sa.Uuid),
        sa.Column("active", sa.Boolean, nullable=False, server_default=sa.true()),
        sa.Column("verified", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("verified_by", sa.Text),
        sa.Column("verified_at", UTC_TIME),
        sa.Column("created_at", UTC_TIME, nullable=False, server_default=sa.func.now()),
        sa.CheckConstraint(
            "intent in ('pricing', 'booking', 'menu', 'policy', 'availability', 'travel', 'complaint', "
            "'allergy', 'account', 'smalltalk', 'other')",
            name="intent",
        ),
        sa.CheckConstraint("origin in ('score', 'human_edit', 'correction')", name="origin"),
        sa.CheckConstraint("quality between 0 and 1", name="quality"),
        sa.CheckConstraint("risk in ('none', 'low', 'medium', 'high')", name="risk"),
        schema="ai",
    )
    op.create_index("ix_training_examples_conversation_id", "training_examples", ["conversation_id"], schema="ai")
    op.create_index("ix_training_examples_day", "training_examples", ["day"], schema="ai")
    op.create_index(
        "ix_training_examples_embedding_384",
        "training_examples",
        [sa.literal_column("(embedding::halfvec(384))").label("halfvec")],
        schema="ai",
        postgresql_using="hnsw",
        postgresql_with={"m": 16, "ef_construction": 64},
        postgresql_ops={"halfvec": "halfvec_cosine_ops"},
        postgresql_where=sa.text("active and vector_dims(embedding) = 384"),
    )
    op.create_index(
        "ix_training_examples_quality_verified",
        "training_examples",
        [sa.text("quality desc"), "verified"],
        schema="ai",
        postgresql_where=sa.text("active"),
    )
    op.create_index(
        "ix_training_examples_question_message_id", "training_examples", ["question_message_id"], schema="ai"
    )
    op.create_index(
        "ix_training_examples_verified_at",
        "training_examples",
        ["verified_at"],
        schema="ai",
        postgresql_where=sa.text("active and verified"),
    )
    op.create_table(
        "review_items",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column(
            "example_id",
            sa.Uuid,
            sa.ForeignKey("ai.training_examples.id", ondelete="CASCADE"),
            nullable=False,
            unique=True,
        ),
        sa.Column("priority", sa.REAL, nullable=False),
        sa.Column("reasons", ARRAY(sa.Text), nullable=False),
        sa.Column("status", sa.Text, nullable=False, server_default="pending"),
        sa.Column("created_at", UTC_TIME, nullable=False, server_default=sa.func.now()),
        sa.CheckConstraint("status in ('pending', 'decided')", name="status"),
        schema="ai",
    )
    op.create_index(
        "ix_review_items_queue",
        "review_items",
        [sa.text("priority desc"), "id"],
        schema="ai",
        postgresql_where=sa.text("status = 'pending'"),
    )
    op.create_table(
        "review_decisions",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("item_id", sa.BigInteger, sa.ForeignKey("ai.review_items.id", ondelete="CASCADE"), nullable=False),
        sa.Column("decision", sa.Text, nullable=False),
        sa.Column("edited_answer", sa.Text),
        sa.Column("reason", sa.Text),
        sa.Column("decided_by", sa.Text, nullable=False),
        sa.Column("decided_at", UTC_TIME, nullable=False),
        sa.Column("bulk_filter", JSONB),
        sa.CheckConstraint("decision in ('approve', 'edit', 'reject', 'skip')", name="decision"),
        schema="ai",
    )
    op.create_index("ix_review_decisions_decided_at", "review_decisions", ["decided_at"], schema="ai")
    op.create_index("ix_review_decisions_item_id", "review_decisions", ["item_id"], schema="ai")
    op.execute(CONVERSATION_STATS)
    op.execute(CONVERSATION_STATS_KEY)


def downgrade() -> None:
    op.execute("drop materialized view ai.conversation_stats")
    for table in (
        "review_decisions",
        "review_items",
        "training_examples",
        "scrub_holds",
        "feedback",
        "messages",
        "conversation_scores",
        "conversations",
    ):
        op.drop_table(table, schema="ai")
