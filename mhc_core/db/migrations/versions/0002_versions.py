"""Prompts, data sets, models and how they go live."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

UTC_TIME = sa.DateTime(timezone=True)
USD = sa.Numeric(14, 6)


def upgrade() -> None:
    op.create_table(
        "dataset_versions",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("train_uri", sa.Text, nullable=False),
        sa.Column("validation_uri", sa.Text, nullable=False),
        sa.Column("train_count", sa.Integer, nullable=False),
        sa.Column("validation_count", sa.Integer, nullable=False),
        sa.Column("last_sequence", sa.BigInteger, nullable=False),
        sa.Column("manifest", JSONB, nullable=False, server_default=sa.text("'{}'::jsonb")),
        sa.Column("created_at", UTC_TIME, nullable=False, server_default=sa.func.now()),
        schema="ai",
    )
    op.create_table(
        "prompt_versions",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("created_at", UTC_TIME, nullable=False, server_default=sa.func.now()),
        schema="ai",
    )
    op.create_index("ix_prompt_versions_name", "prompt_versions", ["name"], schema="ai")
    op.create_table(
        "version_aliases",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("alias", sa.Text, nullable=False),
        sa.Column("version_id", sa.Text, nullable=False),
        sa.Column("moved_by", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("moved_at", UTC_TIME, nullable=False),
        sa.CheckConstraint("kind in ('model', 'knowledge', 'prompt')", name="kind"),
        schema="ai",
    )
    op.create_index(
        "ix_version_aliases_kind_alias", "version_aliases", ["kind", "alias", sa.text("id desc")], schema="ai"
    )
    op.create_table(
        "training_jobs",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("key", sa.Text, nullable=False, unique=True),
        sa.Column("dataset_id", sa.Text, sa.ForeignKey("ai.dataset_versions.id"), nullable=False),
        sa.Column("provider", sa.Text, nullable=False),
        sa.Column("base_model", sa.Text, nullable=False),
        sa.Column("hyperparameters", JSONB, nullable=False, server_default=sa.text("'{}'::jsonb")),
        sa.Column("status", sa.Text, nullable=False, server_default="intended"),
        sa.Column("provider_job_id", sa.Text, unique=True),
        sa.Column("provider_model_id", sa.Text),
        sa.Column("artifact_uri", sa.Text),
        sa.Column("artifact_sha256", sa.Text),
        sa.Column("progress", JSONB, nullable=False, server_default=sa.text("'{}'::jsonb")),
        sa.Column("metrics", JSONB, nullable=False, server_default=sa.text("'{}'::jsonb")),
        sa.Column("estimated_cost_usd", USD),
        sa.Column("cost_usd", USD),
        sa.Column("error", sa.Text),
        sa.Column("created_at", UTC_TIME, nullable=False, server_default=sa.func.now()),
        sa.Column("finished_at", UTC_TIME),
        sa.CheckConstraint(
            "status in ('intended', 'submitted', 'running', 'succeeded', 'failed', 'cancelled')", name="status"
        ),
        schema="ai",
    )
    op.create_index("ix_training_jobs_dataset_id", "training_jobs", ["dataset_id"], schema="ai")
    op.create_index(
        "ix_training_jobs_open",
        "training_jobs",
        ["id"],
        schema="ai",
        postgresql_where=sa.text("status in ('intended','submitted','running')"),
    )
    op.create_table(
        "model_versions",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("provider", sa.Text, nullable=False),
        sa.Column("base_model", sa.Text, nullable=False),
        sa.Column("dataset_id", sa.Text, sa.ForeignKey("ai.dataset_versions.id")),
        sa.Column("training_job_id", sa.BigInteger, sa.ForeignKey("ai.training_jobs.id"), unique=True),
        sa.Column("provider_model_id", sa.Text),
        sa.Column("artifact_uri", sa.Text),
        sa.Column("artifact_sha256", sa.Text),
        sa.Column("cost_usd", USD, nullable=False, server_default="0"),
        sa.Column("metrics", JSONB, nullable=False, server_default=sa.text("'{}'::jsonb")),
        sa.Column("created_at", UTC_TIME, nullable=False, server_default=sa.func.now()),
        schema="ai",
    )
    op.create_table(
        "dataset_members",
        sa.Column("dataset_id", sa.Text, sa.ForeignKey("ai.dataset_versions.id", ondelete="CASCADE"), primary_key=True),
        sa.Column(
            "example_id", sa.Uuid, sa.ForeignKey("ai.training_examples.id", ondelete="CASCADE"), primary_key=True
        ),
        sa.Column("split", sa.Text, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.CheckConstraint("split in ('train', 'validation')", name="split"),
        schema="ai",
    )
    op.create_index("ix_dataset_members_example_id", "dataset_members", ["example_id"], schema="ai")
    op.create_table(
        "evaluations",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("key", sa.Text, nullable=False, unique=True),
        sa.Column("candidate_id", sa.Text, sa.ForeignKey("ai.model_versions.id"), nullable=False),
        sa.Column("baseline_id", sa.Text, sa.ForeignKey("ai.model_versions.id"), nullable=False),
        sa.Column("dataset_id", sa.Text, sa.ForeignKey("ai.dataset_versions.id"), nullable=False),
        sa.Column("knowledge_version_id", sa.Text),
        sa.Column("questions", sa.Integer, nullable=False),
        sa.Column("candidate_metrics", JSONB, nullable=False, server_default=sa.text("'{}'::jsonb")),
        sa.Column("baseline_metrics", JSONB, nullable=False, server_default=sa.text("'{}'::jsonb")),
        sa.Column("difference", sa.REAL, nullable=False),
        sa.Column("interval_low", sa.REAL, nullable=False),
        sa.Column("interval_high", sa.REAL, nullable=False),
        sa.Column("verdict", sa.Text, nullable=False),
        sa.Column("reasons", ARRAY(sa.Text), nullable=False),
        sa.Column("differences", ARRAY(sa.REAL), nullable=False),
        sa.Column("created_at", UTC_TIME, nullable=False, server_default=sa.func.now()),
        sa.CheckConstraint("verdict in ('promote', 'hold', 'reject')", name="verdict"),
        schema="ai",
    )
    op.create_index("ix_evaluations_candidate_id", "evaluations", ["candidate_id"], schema="ai")
    op.create_table(
        "rollouts",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("model_version_id", sa.Text, sa.ForeignKey("ai.model_versions.id"), nullable=False, unique=True),
        sa.Column("evaluation_id", sa.BigInteger, sa.ForeignKey("ai.evaluations.id")),
        sa.Column("status", sa.Text, nullable=False, server_default="pending"),
        sa.Column("created_at", UTC_TIME, nullable=False, server_default=sa.func.now()),
        sa.Column("updated_at", UTC_TIME, nullable=False, server_default=sa.func.now()),
        sa.CheckConstraint("status in ('pending', 'approved', 'promoted', 'rejected', 'rolled_back')", name="status"),
        schema="ai",
    )
    op.create_table(
        "rollout_decisions",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("rollout_id", sa.BigInteger, sa.ForeignKey("ai.rollouts.id"), nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("decided_by", sa.Text, nullable=False),
        sa.Column("decided_at", UTC_TIME, nullable=False),
        sa.Column("evidence", JSONB, nullable=False, server_default=sa.text("'{}'::jsonb")),
        sa.CheckConstraint("action in ('approve', 'promote', 'reject', 'rollback')", name="action"),
        schema="ai",
    )
    op.create_index("ix_rollout_decisions_rollout_id", "rollout_decisions", ["rollout_id"], schema="ai")


def downgrade() -> None:
    for table in (
        "rollout_decisions",
        "rollouts",
        "evaluations",
        "dataset_members",
        "model_versions",
        "training_jobs",
        "version_aliases",
        "prompt_versions",
        "dataset_versions",
    ):
        op.drop_table(table, schema="ai")
