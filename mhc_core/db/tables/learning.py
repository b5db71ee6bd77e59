"""Scores, scrubbed examples, and what reviewers decided about them."""

import sqlalchemy as sa
from pgvector.sqlalchemy import HALFVEC
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, UUID

from mhc_core.db.tables.base import UTC_TIME, created, json_column, metadata, one_of, unit
from mhc_core.db.tables.raw import conversations, messages
from mhc_core.vocabulary import Decision, Intent

conversation_scores = sa.Table(
    "conversation_scores",
    metadata,
    sa.Column("conversation_id", sa.ForeignKey(conversations.c.id, ondelete="CASCADE"), primary_key=True),
    sa.Column("score", sa.REAL, nullable=False),
    sa.Column("feedback", sa.REAL),
    sa.Column("outcome", sa.REAL),
    sa.Column("coherence", sa.REAL),
    sa.Column("sentiment", sa.REAL),
    sa.Column("efficiency", sa.REAL),
    json_column("weights"),
    sa.Column("scorer", sa.Text, nullable=False),
    sa.Column("scored_at", UTC_TIME, nullable=False),
    sa.Column("scrubber", sa.Text),
    sa.Column("scrubbed_at", UTC_TIME),
    sa.Column("low", sa.REAL),
    sa.Column("high", sa.REAL),
    sa.Column("learned", sa.REAL),
    sa.Column("features", ARRAY(sa.REAL), nullable=False, server_default=sa.text("'{}'")),
    unit("score"),
    unit("low"),
    unit("high"),
    unit("learned"),
    sa.Index(None, "score"),
    sa.Index(None, "scored_at"),
)

training_examples = sa.Table(
    "training_examples",
    metadata,
    sa.Column("id", UUID(as_uuid=True), primary_key=True),
    sa.Column("sequence", sa.BigInteger, sa.Identity(always=True), nullable=False, unique=True),
    sa.Column("conversation_id", sa.ForeignKey(conversations.c.id, ondelete="CASCADE"), nullable=False),
    sa.Column("question_message_id", sa.ForeignKey(messages.c.id, ondelete="CASCADE"), nullable=False),
    sa.Column("answer_message_id", sa.ForeignKey(messages.c.id, ondelete="CASCADE"), nullable=False, unique=True),
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
    json_column("findings"),
    sa.Column("risk", sa.Text, nullable=False),
    sa.Column("language", sa.Text),
    sa.Column("tags", ARRAY(sa.Text), nullable=False, server_default=sa.text("'{}'")),
    sa.Column("embedder", sa.Text, nullable=False),
    sa.Column("embedding", HALFVEC(), nullable=False),
    sa.Column("content_sha256", sa.Text, nullable=False),
    sa.Column("duplicate_of", UUID(as_uuid=True)),
    sa.Column("active", sa.Boolean, nullable=False, server_default=sa.true()),
    sa.Column("verified", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("verified_by", sa.Text),
    sa.Column("verified_at", UTC_TIME),
    created(),
    sa.Column("rejected_answer", sa.Text),
    sa.Column("numbers_sha256", sa.Text),
    # The confidence threshold with which its place in the queue was last worked out; null: that is still to be done.
    sa.Column("placed_for", sa.REAL),
    sa.CheckConstraint("origin in ('score', 'human_edit', 'correction')", name="origin"),
    sa.CheckConstraint("risk in ('none', 'low', 'medium', 'high')", name="risk"),
    one_of("intent", Intent),
    unit("quality"),
    sa.Index(
        "ix_training_examples_quality_verified",
        sa.text("quality desc"),
        "verified",
        postgresql_where=sa.text("active"),
    ),
    # All that a data set is chosen by, so that the many that are not taken are not read (dataset/newest.py).
    sa.Index(
        "ix_training_examples_candidates",
        "embedder",
        postgresql_include=["id", "day", "intent", "language", "quality", "conversation_id"],
        postgresql_where=sa.text("active and verified"),
    ),
    # Which members of a data set may still be learned from: the table itself is not read for it.
    sa.Index(
        "ix_training_examples_verified",
        "id",
        postgresql_include=["conversation_id"],
        postgresql_where=sa.text("active and verified"),
    ),
    sa.Index(None, "embedder"),
    sa.Index("ix_training_examples_verified_at", "verified_at", postgresql_where=sa.text("active and verified")),
    sa.Index(None, "conversation_id"),
    sa.Index(None, "question_message_id"),
    sa.Index(None, "day"),
    sa.Index(None, "numbers_sha256"),
    sa.Index("ix_training_examples_unplaced", "id", postgresql_where=sa.text("active and novelty is null")),
    sa.Index("ix_training_examples_unqueued", "placed_for", postgresql_where=sa.text("active and not verified")),
    sa.Index(
        "ix_training_examples_unnumbered",
        "id",
        postgresql_where=sa.text("numbers_sha256 is null and question <> ''"),
    ),
    sa.Index(None, "duplicate_of", postgresql_where=sa.text("duplicate_of is not null")),
)

scrub_holds = sa.Table(
    "scrub_holds",
    metadata,
    sa.Column("answer_message_id", sa.ForeignKey(messages.c.id, ondelete="CASCADE"), primary_key=True),
    sa.Column("day", sa.Date, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("held_at", UTC_TIME, nullable=False),
    sa.CheckConstraint("kind in ('residue', 'error', 'transcript')", name="kind"),
    sa.Index(None, "day"),
)

scrub_marks = sa.Table(
    "scrub_marks",
    metadata,
    sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
    sa.Column("message_id", sa.ForeignKey(messages.c.id, ondelete="CASCADE"), nullable=False),
    sa.Column("edited", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("type", sa.Text, nullable=False),
    sa.Column("start", sa.Integer, nullable=False),
    sa.Column("end", sa.Integer, nullable=False),
    sa.Column("marked_by", sa.Text, nullable=False),
    sa.Column("marked_at", UTC_TIME, nullable=False),
    sa.CheckConstraint("kind in ('missed', 'wrong')", name="kind"),
    sa.UniqueConstraint("message_id", "edited", "kind", "start", "end"),
)

scrub_terms = sa.Table(
    "scrub_terms",
    metadata,
    sa.Column("term_hash", sa.Text, primary_key=True),
    sa.Column("list", sa.Text, nullable=False),
    sa.Column("type", sa.Text, nullable=False),
    sa.Column("words", sa.SmallInteger, nullable=False),
    sa.Column("added_by", sa.Text, nullable=False),
    sa.Column("added_at", UTC_TIME, nullable=False),
    sa.CheckConstraint("list in ('allow', 'deny')", name="list"),
)


review_items = sa.Table(
    "review_items",
    metadata,
    sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
    sa.Column("example_id", sa.ForeignKey(training_examples.c.id, ondelete="CASCADE"), nullable=False, unique=True),
    sa.Column("priority", sa.REAL, nullable=False),
    sa.Column("reasons", ARRAY(sa.Text), nullable=False),
    sa.Column("status", sa.Text, nullable=False, server_default="pending"),
    created(),
    # Whether a decision that came with its message was looked for; false again when its conversation changed.
    sa.Column("looked", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.CheckConstraint("status in ('pending', 'decided')", name="status"),
    sa.Index("ix_review_items_queue", sa.text("priority desc"), "id", postgresql_where=sa.text("status = 'pending'")),
    sa.Index("ix_review_items_unlooked", "id", postgresql_where=sa.text("not looked")),
)

review_decisions = sa.Table(
    "review_decisions",
    metadata,
    sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
    sa.Column("item_id", sa.ForeignKey(review_items.c.id, ondelete="CASCADE"), nullable=False),
    sa.Column("decision", sa.Text, nullable=False),
    sa.Column("edited_answer", sa.Text),
    sa.Column("reason", sa.Text),
    sa.Column("decided_by", sa.Text, nullable=False),
    sa.Column("decided_at", UTC_TIME, nullable=False),
    sa.Column("bulk_filter", JSONB),
    sa.Column("former_answer", sa.Text),
    sa.Column("undone_at", UTC_TIME),
    one_of("decision", Decision),
    sa.Index(None, "item_id"),
    sa.Index(None, "decided_at"),
    sa.Index("ix_review_decisions_undone_at", "undone_at", postgresql_where=sa.text("undone_at is not null")),
)
