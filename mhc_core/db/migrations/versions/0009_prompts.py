"""Prompts that are written in the database, and experiments on them."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

UTC_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("prompt_versions", sa.Column("task", sa.Text), schema="ai")
    op.add_column(
        "prompt_versions", sa.Column("added_by", sa.Text, nullable=False, server_default="release"), schema="ai"
    )
    op.execute(
        "update ai.prompt_versions set task = split_part(content, E'\\nThis time:\\n', 2), "
        "name = regexp_replace(name, '^system/', 'agent/knowledge/')"
    )
    op.alter_column("prompt_versions", "task", nullable=False, schema="ai")
    op.create_table(
        "experiments",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("name", sa.Text, nullable=False, unique=True),
        sa.Column("prompt", sa.Text, nullable=False),
        sa.Column("salt", sa.Text, nullable=False),
        sa.Column("primary_metric", sa.Text, nullable=False),
        sa.Column("window_hours", sa.Integer, nullable=False),
        sa.Column("status", sa.Text, nullable=False, server_default="running"),
        sa.Column("started_by", sa.Text, nullable=False),
        sa.Column("started_at", UTC_TIME, nullable=False),
        sa.Column("changed_by", sa.Text, nullable=False),
        sa.Column("changed_at", UTC_TIME, nullable=False),
        sa.CheckConstraint("primary_metric in ('contained', 'booked', 'feedback')", name="primary_metric"),
        sa.CheckConstraint("status in ('running', 'paused', 'ended')", name="status"),
        sa.CheckConstraint("window_hours between 1 and 2160", name="window_hours"),
        schema="ai",
    )
    op.create_index(
        "uq_experiments_running",
        "experiments",
        ["prompt"],
        unique=True,
        schema="ai",
        postgresql_where=sa.text("status = 'running'"),
    )
    op.create_table(
        "experiment_variants",
        sa.Column("experiment_id", sa.BigInteger, sa.ForeignKey("ai.experiments.id"), primary_key=True),
        sa.Column("position", sa.SmallInteger, primary_key=True, autoincrement=False),
        sa.Column("version_id", sa.Text, sa.ForeignKey("ai.prompt_versions.id"), nullable=False),
        sa.Column("weight", sa.Integer, nullable=False),
        sa.Column("stopped_at", UTC_TIME),
        sa.Column("stopped_by", sa.Text),
        sa.Column("stopped_because", sa.Text),
        sa.UniqueConstraint("experiment_id", "version_id"),
        sa.CheckConstraint("weight between 1 and 1000", name="weight"),
        schema="ai",
    )
    op.create_table(
        "experiment_exposures",
        sa.Column("experiment_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("customer_hash", sa.Text, primary_key=True),
        sa.Column("position", sa.SmallInteger, nullable=False),
        sa.Column("message_id", sa.Uuid, sa.ForeignKey("ai.messages.id", ondelete="CASCADE"), nullable=False),
        sa.Column("exposed_at", UTC_TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["experiment_id", "position"], ["ai.experiment_variants.experiment_id", "ai.experiment_variants.position"]
        ),
        schema="ai",
    )
    op.create_index("ix_experiment_exposures_message_id", "experiment_exposures", ["message_id"], schema="ai")


def downgrade() -> None:
    op.drop_table("experiment_exposures", schema="ai")
    op.drop_table("experiment_variants", schema="ai")
    op.drop_table("experiments", schema="ai")
    op.drop_column("prompt_versions", "added_by", schema="ai")
    op.drop_column("prompt_versions", "task", schema="ai")
