"""Data sets, training and evaluation; which version is live."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from mhc_core.db.tables.artifact_address import ArtifactAddress
from mhc_core.db.tables.base import USD, UTC_TIME, created, json_column, metadata, one_of
from mhc_core.db.tables.learning import training_examples
from mhc_core.vocabulary import JobStatus, Verdict

prompt_versions = sa.Table(
    "prompt_versions",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("task", sa.Text, nullable=False),
    sa.Column("content", sa.Text, nullable=False),
    sa.Column("added_by", sa.Text, nullable=False, server_default="release"),
    created(),
    sa.Index(None, "name"),
)

dataset_versions = sa.Table(
    "dataset_versions",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("train_uri", ArtifactAddress, nullable=False),
    sa.Column("validation_uri", ArtifactAddress, nullable=False),
    sa.Column("train_count", sa.Integer, nullable=False),
    sa.Column("validation_count", sa.Integer, nullable=False),
    sa.Column("last_sequence", sa.BigInteger, nullable=False),
    json_column("manifest"),
    created(),
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
    json_column("hyperparameters"),
    sa.Column("status", sa.Text, nullable=False, server_default=JobStatus.INTENDED),
    sa.Column("provider_job_id", sa.Text, unique=True),
    sa.Column("provider_model_id", sa.Text),
    sa.Column("artifact_uri", ArtifactAddress),
    sa.Column("artifact_sha256", sa.Text),
    json_column("progress"),
    json_column("metrics"),
    sa.Column("estimated_cost_usd", USD),
    sa.Column("cost_usd", USD),
    sa.Column("error", sa.Text),
    created(),
    sa.Column("finished_at", UTC_TIME),
    sa.Column("code_version", sa.Text),
    sa.Column("base_licence", sa.Text),
    sa.Column("started_at", UTC_TIME),
    one_of("status", JobStatus),
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
    sa.Column("artifact_uri", ArtifactAddress),
    sa.Column("artifact_sha256", sa.Text),
    sa.Column("cost_usd", USD, nullable=False, server_default="0"),
    json_column("metrics"),
    created(),
)

evaluation_sets = sa.Table(
    "evaluation_sets",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("dataset_id", sa.ForeignKey(dataset_versions.c.id), nullable=False),
    sa.Column("questions", sa.Integer, nullable=False),
    json_column("manifest"),
    sa.Column("retired_at", UTC_TIME),
    created(),
)

evaluation_set_members = sa.Table(
    "evaluation_set_members",
    metadata,
    sa.Column("set_id", sa.ForeignKey(evaluation_sets.c.id, ondelete="CASCADE"), primary_key=True),
    sa.Column("position", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("example_id", sa.ForeignKey(training_examples.c.id, ondelete="CASCADE"), nullable=False),
    sa.Column("customer_hash", sa.Text, nullable=False),
    sa.Column("day", sa.Date, nullable=False),
    sa.Column("channel", sa.Text, nullable=False),
    sa.Column("intent", sa.Text, nullable=False),
    sa.Column("messages", JSONB, nullable=False),
    sa.Index(None, "example_id"),
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
    json_column("candidate_metrics"),
    json_column("baseline_metrics"),
    sa.Column("difference", sa.REAL, nullable=False),
    sa.Column("interval_low", sa.REAL, nullable=False),
    sa.Column("interval_high", sa.REAL, nullable=False),
    sa.Column("verdict", sa.Text, nullable=False),
    sa.Column("reasons", ARRAY(sa.Text), nullable=False),
    sa.Column("differences", ARRAY(sa.REAL), nullable=False),
    created(),
    sa.Column("evaluation_set_id", sa.ForeignKey(evaluation_sets.c.id)),
    json_column("details"),
    one_of("verdict", Verdict),
    sa.Index(None, "candidate_id"),
)

evaluation_answers = sa.Table(
    "evaluation_answers",
    metadata,
    sa.Column("evaluation_id", sa.ForeignKey(evaluations.c.id, ondelete="CASCADE"), primary_key=True),
    sa.Column("example_id", sa.ForeignKey(training_examples.c.id, ondelete="CASCADE"), primary_key=True),
    sa.Column("difference", sa.REAL, nullable=False),
    sa.Column("candidate", sa.Text, nullable=False),
    sa.Column("baseline", sa.Text, nullable=False),
    sa.Index(None, "example_id"),
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
    sa.CheckConstraint("kind in ('model', 'knowledge', 'prompt', 'understanding', 'tagger')", name="kind"),
    sa.Index(None, "kind", "alias", sa.text("id desc")),
)
