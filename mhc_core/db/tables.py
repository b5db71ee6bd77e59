"""The tables of schema ``ai``, in the order data flows through them.

Raw customer text lives in ``conversations``, ``messages`` and ``feedback`` only; every later table holds scrubbed text.
Times are UTC, money is numeric (USD). Versioned things (data sets, models, knowledge, prompts) are never updated in
place: ``version_aliases`` says which one is live, and moving it is how a promotion or a rollback happens.
"""

import sqlalchemy as sa
from pgvector.sqlalchemy import HALFVEC
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TSVECTOR, UUID

from mhc_core.vocabulary import Channel, ConversationStatus, Decision, Intent, JobStatus, Outcome, Verdict

SCHEMA = "ai"
metadata = sa.MetaData(
    schema=SCHEMA,
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    },
)

UTC_TIME = sa.DateTime(timezone=True)
USD = sa.Numeric(14, 6)


def _created() -> sa.Column[object]:
    return sa.Column("created_at", UTC_TIME, nullable=False, server_default=sa.func.now())


def _json(name: str) -> sa.Column[object]:
    return sa.Column(name, JSONB, nullable=False, server_default=sa.text("'{}'::jsonb"))


def _one_of(column: str, values: type) -> sa.CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values)  # type: ignore[attr-defined]
    return sa.CheckConstraint(f"{column} in ({listed})", name=column)


def _unit(column: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(f"{column} between 0 and 1", name=column)


installation = sa.Table(
    "installation",
    metadata,
    sa.Column("singleton", sa.Boolean, primary_key=True, server_default=sa.true()),
    sa.Column("salt", sa.LargeBinary, nullable=False),
    _created(),
    sa.CheckConstraint("singleton", name="singleton"),
)

# --- raw: what customers and staff said -------------------------------------------------------------------------------

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
    _json("channel_metadata"),
    _created(),
    sa.Column("updated_at", UTC_TIME, nullable=False, server_default=sa.func.now()),
    sa.UniqueConstraint("source", "source_id"),
    _one_of("channel", Channel),
    _one_of("status", ConversationStatus),
    _one_of("outcome", Outcome),
    sa.Index(None, "customer_id", "channel"),
    sa.Index(None, "thread_id"),
    sa.Index(None, "status", "last_message_at"),
    sa.Index(None, "started_at"),
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
    _json("message_metadata"),
    _created(),
    sa.Column("search", TSVECTOR, sa.Computed("to_tsvector('english', left(content, 200000))", persisted=True)),
    sa.UniqueConstraint("conversation_id", "position"),
    sa.CheckConstraint("role in ('user', 'assistant', 'system', 'agent')", name="role"),
    _one_of("intent", Intent),
    _unit("confidence"),
    sa.Index(None, "search", postgresql_using="gin"),
    sa.Index(None, "sent_at"),
)

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
    _created(),
    sa.UniqueConstraint("source", "source_id"),
    sa.CheckConstraint("vote in ('up', 'down')", name="vote"),
    sa.CheckConstraint("stars between 1 and 5", name="stars"),
    _unit("score"),
    sa.Index(None, "conversation_id"),
    sa.Index(None, "message_id"),
    sa.Index(None, "given_at"),
)

# --- scoring and scrubbing --------------------------------------------------------------------------------------------

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
    _json("weights"),
    sa.Column("scorer", sa.Text, nullable=False),
    sa.Column("scored_at", UTC_TIME, nullable=False),
    sa.Column("scrubber", sa.Text),
    sa.Column("scrubbed_at", UTC_TIME),
    _unit("score"),
    sa.Index(None, "score"),
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
    _json("findings"),
    sa.Column("risk", sa.Text, nullable=False),
    sa.Column("embedder", sa.Text, nullable=False),
    sa.Column("embedding", HALFVEC(), nullable=False),
    sa.Column("content_sha256", sa.Text, nullable=False),
    sa.Column("duplicate_of", UUID(as_uuid=True)),
    sa.Column("active", sa.Boolean, nullable=False, server_default=sa.true()),
    sa.Column("verified", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("verified_by", sa.Text),
    sa.Column("verified_at", UTC_TIME),
    _created(),
    sa.CheckConstraint("origin in ('score', 'human_edit', 'correction')", name="origin"),
    sa.CheckConstraint("risk in ('none', 'low', 'medium', 'high')", name="risk"),
    _one_of("intent", Intent),
    _unit("quality"),
    sa.Index(
        "ix_training_examples_quality_verified",
        sa.text("quality desc"),
        "verified",
        postgresql_where=sa.text("active"),
    ),
    sa.Index("ix_training_examples_verified_at", "verified_at", postgresql_where=sa.text("active and verified")),
    sa.Index(None, "conversation_id"),
    sa.Index(None, "question_message_id"),
    sa.Index(None, "day"),
    sa.Index(
        "ix_training_examples_embedding_384",
        sa.literal_column("(embedding::halfvec(384))").label("halfvec"),
        postgresql_ops={"halfvec": "halfvec_cosine_ops"},
        postgresql_using="hnsw",
        postgresql_with={"m": 16, "ef_construction": 64},
        postgresql_where=sa.text("active and vector_dims(embedding) = 384"),
    ),
)

scrub_holds = sa.Table(
    "scrub_holds",
    metadata,
    sa.Column("answer_message_id", sa.ForeignKey(messages.c.id, ondelete="CASCADE"), primary_key=True),
    sa.Column("day", sa.Date, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("held_at", UTC_TIME, nullable=False),
    sa.CheckConstraint("kind in ('residue', 'error')", name="kind"),
    sa.Index(None, "day"),
)

# --- review -----------------------------------------------------------------------------------------------------------

review_items = sa.Table(
    "review_items",
    metadata,
    sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
    sa.Column("example_id", sa.ForeignKey(training_examples.c.id, ondelete="CASCADE"), nullable=False, unique=True),
    sa.Column("priority", sa.REAL, nullable=False),
    sa.Column("reasons", ARRAY(sa.Text), nullable=False),
    sa.Column("status", sa.Text, nullable=False, server_default="pending"),
    _created(),
    sa.CheckConstraint("status in ('pending', 'decided')", name="status"),
    sa.Index("ix_review_items_queue", sa.text("priority desc"), "id", postgresql_where=sa.text("status = 'pending'")),
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
    _one_of("decision", Decision),
    sa.Index(None, "item_id"),
    sa.Index(None, "decided_at"),
)

# --- data set, training, evaluation, rollout --------------------------------------------------------------------------

prompt_versions = sa.Table(
    "prompt_versions",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("content", sa.Text, nullable=False),
    _created(),
    sa.Index(None, "name"),
)

dataset_versions = sa.Table(
    "dataset_versions",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("train_uri", sa.Text, nullable=False),
    sa.Column("validation_uri", sa.Text, nullable=False),
    sa.Column("train_count", sa.Integer, nullable=False),
    sa.Column("validation_count", sa.Integer, nullable=False),
    sa.Column("last_sequence", sa.BigInteger, nullable=False),
    _json("manifest"),
    _created(),
)

dataset_members = sa.Table(
    "dataset_members",
    metadata,
    sa.Column("dataset_id", sa.ForeignKey(dataset_versions.c.id, ondelete="CASCADE"), primary_key=True),
    sa.Column("example_id", sa.ForeignKey(training_examples.c.id, ondelete="CASCADE"), primary_key=True),
    sa.Column("split", sa.Text, nullable=False),
    sa.Column("position", sa.Integer, nullable=False),
    sa.CheckConstraint("split in ('train', 'validation')", name="split"),
    sa.Index(None, "example_id"),
)

training_jobs = sa.Table(
    "training_jobs",
    metadata,
    sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
    sa.Column("key", sa.Text, nullable=False, unique=True),
    sa.Column("dataset_id", sa.ForeignKey(dataset_versions.c.id), nullable=False),
    sa.Column("provider", sa.Text, nullable=False),
    sa.Column("base_model", sa.Text, nullable=False),
    _json("hyperparameters"),
    sa.Column("status", sa.Text, nullable=False, server_default=JobStatus.INTENDED),
    sa.Column("provider_job_id", sa.Text, unique=True),
    sa.Column("provider_model_id", sa.Text),
    sa.Column("artifact_uri", sa.Text),
    sa.Column("artifact_sha256", sa.Text),
    _json("progress"),
    _json("metrics"),
    sa.Column("estimated_cost_usd", USD),
    sa.Column("cost_usd", USD),
    sa.Column("error", sa.Text),
    _created(),
    sa.Column("finished_at", UTC_TIME),
    _one_of("status", JobStatus),
    sa.Index(None, "dataset_id"),
    sa.Index("ix_training_jobs_open", "id", postgresql_where=sa.text("status in ('intended','submitted','running')")),
)

model_versions = sa.Table(
    "model_versions",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("provider", sa.Text, nullable=False),
    sa.Column("base_model", sa.Text, nullable=False),
    sa.Column("dataset_id", sa.ForeignKey(dataset_versions.c.id)),
    sa.Column("training_job_id", sa.ForeignKey(training_jobs.c.id), unique=True),
    sa.Column("provider_model_id", sa.Text),
    sa.Column("artifact_uri", sa.Text),
    sa.Column("artifact_sha256", sa.Text),
    sa.Column("cost_usd", USD, nullable=False, server_default="0"),
    _json("metrics"),
    _created(),
)

evaluations = sa.Table(
    "evaluations",
    metadata,
    sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
    sa.Column("key", sa.Text, nullable=False, unique=True),
    sa.Column("candidate_id", sa.ForeignKey(model_versions.c.id), nullable=False),
    sa.Column("baseline_id", sa.ForeignKey(model_versions.c.id), nullable=False),
    sa.Column("dataset_id", sa.ForeignKey(dataset_versions.c.id), nullable=False),
    sa.Column("knowledge_version_id", sa.Text),
    sa.Column("questions", sa.Integer, nullable=False),
    _json("candidate_metrics"),
    _json("baseline_metrics"),
    sa.Column("difference", sa.REAL, nullable=False),
    sa.Column("interval_low", sa.REAL, nullable=False),
    sa.Column("interval_high", sa.REAL, nullable=False),
    sa.Column("verdict", sa.Text, nullable=False),
    sa.Column("reasons", ARRAY(sa.Text), nullable=False),
    _created(),
    _one_of("verdict", Verdict),
    sa.Index(None, "candidate_id"),
)

rollouts = sa.Table(
    "rollouts",
    metadata,
    sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
    sa.Column("model_version_id", sa.ForeignKey(model_versions.c.id), nullable=False, unique=True),
    sa.Column("evaluation_id", sa.ForeignKey(evaluations.c.id)),
    sa.Column("status", sa.Text, nullable=False, server_default="pending"),
    _created(),
    sa.Column("updated_at", UTC_TIME, nullable=False, server_default=sa.func.now()),
    sa.CheckConstraint("status in ('pending', 'approved', 'promoted', 'rejected', 'rolled_back')", name="status"),
)

rollout_decisions = sa.Table(
    "rollout_decisions",
    metadata,
    sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
    sa.Column("rollout_id", sa.ForeignKey(rollouts.c.id), nullable=False),
    sa.Column("action", sa.Text, nullable=False),
    sa.Column("decided_by", sa.Text, nullable=False),
    sa.Column("decided_at", UTC_TIME, nullable=False),
    _json("evidence"),
    sa.CheckConstraint("action in ('approve', 'promote', 'reject', 'rollback')", name="action"),
    sa.Index(None, "rollout_id"),
)

version_aliases = sa.Table(
    "version_aliases",
    metadata,
    sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("alias", sa.Text, nullable=False),
    sa.Column("version_id", sa.Text, nullable=False),
    sa.Column("moved_by", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("moved_at", UTC_TIME, nullable=False),
    sa.CheckConstraint("kind in ('model', 'knowledge', 'prompt')", name="kind"),
    sa.Index(None, "kind", "alias", sa.text("id desc")),
)

# --- knowledge --------------------------------------------------------------------------------------------------------

knowledge_articles = sa.Table(
    "knowledge_articles",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("category", sa.Text, nullable=False),
    sa.Column("tags", ARRAY(sa.Text), nullable=False, server_default=sa.text("'{}'")),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("content_sha256", sa.Text, nullable=False),
    sa.Column("origin", sa.Text, nullable=False),
    sa.Column("example_id", sa.ForeignKey(training_examples.c.id, ondelete="CASCADE"), unique=True),
    sa.Column("active", sa.Boolean, nullable=False, server_default=sa.true()),
    sa.Column("reviewed_at", UTC_TIME, nullable=False),
    _created(),
    sa.Column("updated_at", UTC_TIME, nullable=False, server_default=sa.func.now()),
    sa.CheckConstraint("origin in ('file', 'learned')", name="origin"),
    sa.Index(None, "category"),
    sa.Index("ix_knowledge_articles_reviewed_at", "reviewed_at", postgresql_where=sa.text("active")),
)

knowledge_versions = sa.Table(
    "knowledge_versions",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("embedder", sa.Text, nullable=False),
    sa.Column("dimensions", sa.Integer, nullable=False),
    sa.Column("article_count", sa.Integer, nullable=False),
    sa.Column("chunk_count", sa.Integer, nullable=False),
    _json("metrics"),
    _created(),
)

knowledge_chunks = sa.Table(
    "knowledge_chunks",
    metadata,
    sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
    sa.Column("article_id", sa.ForeignKey(knowledge_articles.c.id, ondelete="CASCADE"), nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("content", sa.Text, nullable=False),
    sa.Column("content_sha256", sa.Text, nullable=False),
    sa.Column("embedder", sa.Text, nullable=False),
    sa.Column("dimensions", sa.Integer, nullable=False),
    sa.Column("embedding", HALFVEC(), nullable=False),
    _created(),
    sa.Column("search", TSVECTOR, sa.Computed("to_tsvector('english', title || ' ' || content)", persisted=True)),
    sa.UniqueConstraint("article_id", "content_sha256", "embedder"),
    sa.Index(
        "ix_knowledge_chunks_embedding_384",
        sa.literal_column("(embedding::halfvec(384))").label("halfvec"),
        postgresql_ops={"halfvec": "halfvec_cosine_ops"},
        postgresql_using="hnsw",
        postgresql_with={"m": 16, "ef_construction": 64},
        postgresql_where=sa.text("dimensions = 384"),
    ),
    sa.Index(None, "search", postgresql_using="gin"),
)

knowledge_version_chunks = sa.Table(
    "knowledge_version_chunks",
    metadata,
    sa.Column("version_id", sa.ForeignKey(knowledge_versions.c.id, ondelete="CASCADE"), primary_key=True),
    sa.Column("chunk_id", sa.ForeignKey(knowledge_chunks.c.id, ondelete="CASCADE"), primary_key=True),
    sa.Index(None, "chunk_id"),
)

retrieval_questions = sa.Table(
    "retrieval_questions",
    metadata,
    sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
    sa.Column("question", sa.Text, nullable=False, unique=True),
    sa.Column("article_id", sa.ForeignKey(knowledge_articles.c.id, ondelete="CASCADE"), nullable=False),
    _created(),
    sa.Index(None, "article_id"),
)

# --- across stages ----------------------------------------------------------------------------------------------------

api_keys = sa.Table(
    "api_keys",
    metadata,
    sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("role", sa.Text, nullable=False),
    sa.Column("key_sha256", sa.Text, nullable=False, unique=True),
    _created(),
    sa.Column("last_used_at", UTC_TIME),
    sa.Column("revoked_at", UTC_TIME),
    sa.CheckConstraint("role in ('app', 'agent', 'reviewer', 'admin')", name="role"),
)

audit_log = sa.Table(
    "audit_log",
    metadata,
    sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
    sa.Column("at", UTC_TIME, nullable=False, server_default=sa.func.now()),
    sa.Column("actor", sa.Text, nullable=False),
    sa.Column("action", sa.Text, nullable=False),
    sa.Column("subject", sa.Text, nullable=False),
    _json("details"),
    sa.Index(None, "subject"),
    sa.Index(None, "at"),
)
