"""Experiments on prompts, and who was answered within one: customers as pseudonyms, no words."""

import sqlalchemy as sa

from mhc_core.db.tables.base import UTC_TIME, metadata, one_of
from mhc_core.db.tables.models import prompt_versions
from mhc_core.db.tables.raw import messages
from mhc_core.vocabulary import ExperimentMetric, ExperimentStatus

experiments = sa.Table(
    "experiments",
    metadata,
    sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
    sa.Column("name", sa.Text, nullable=False, unique=True),
    sa.Column("prompt", sa.Text, nullable=False),
    sa.Column("salt", sa.Text, nullable=False),
    sa.Column("primary_metric", sa.Text, nullable=False),
    sa.Column("window_hours", sa.Integer, nullable=False),
    sa.Column("status", sa.Text, nullable=False, server_default=ExperimentStatus.RUNNING),
    sa.Column("started_by", sa.Text, nullable=False),
    sa.Column("started_at", UTC_TIME, nullable=False),
    sa.Column("changed_by", sa.Text, nullable=False),
    sa.Column("changed_at", UTC_TIME, nullable=False),
    one_of("primary_metric", ExperimentMetric),
    one_of("status", ExperimentStatus),
    sa.CheckConstraint("window_hours between 1 and 2160", name="window_hours"),
    sa.Index("uq_experiments_running", "prompt", unique=True, postgresql_where=sa.text("status = 'running'")),
)

experiment_variants = sa.Table(
    "experiment_variants",
    metadata,
    sa.Column("experiment_id", sa.ForeignKey(experiments.c.id), primary_key=True),
    sa.Column("position", sa.SmallInteger, primary_key=True, autoincrement=False),
    sa.Column("version_id", sa.ForeignKey(prompt_versions.c.id), nullable=False),
    sa.Column("weight", sa.Integer, nullable=False),
    sa.Column("stopped_at", UTC_TIME),
    sa.Column("stopped_by", sa.Text),
    sa.Column("stopped_because", sa.Text),
    sa.UniqueConstraint("experiment_id", "version_id"),
    sa.CheckConstraint("weight between 1 and 1000", name="weight"),
)

experiment_exposures = sa.Table(
    "experiment_exposures",
    metadata,
    sa.Column("experiment_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("customer_hash", sa.Text, primary_key=True),
    sa.Column("position", sa.SmallInteger, nullable=False),
    sa.Column("message_id", sa.ForeignKey(messages.c.id, ondelete="CASCADE"), nullable=False),
    sa.Column("exposed_at", UTC_TIME, nullable=False),
    sa.ForeignKeyConstraint(
        ["experiment_id", "position"], [experiment_variants.c.experiment_id, experiment_variants.c.position]
    ),
    sa.Index(None, "message_id"),
)
