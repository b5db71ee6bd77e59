"""Frozen evaluation sets."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB, UUID

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

UTC_TIME = sa.DateTime(timezone=True)
EMPTY = sa.text("'{}'::jsonb")


def upgrade() -> None:
    op.create_table(
        "evaluation_sets",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column(
            "dataset_id",
            sa.Text,
            sa.ForeignKey("ai.dataset_versions.id", name="fk_evaluation_sets_dataset_id"),
            nullable=False,
        ),
        sa.Column("questions", sa.Integer, nullable=False),
        sa.Column("manifest", JSONB, nullable=False, server_default=EMPTY),
        sa.Column("retired_at", UTC_TIME),
        sa.Column("created_at", UTC_TIME, nullable=False, server_default=sa.func.now()),
        schema="ai",
    )
    op.create_table(
        "evaluation_set_members",
        sa.Column(
            "set_id",
            sa.Text,
            sa.ForeignKey("ai.evaluation_sets.id", ondelete="CASCADE", name="fk_evaluation_set_members_set_id"),
            primary_key=True,
        ),
        sa.Column("position", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column(
            "example_id",
            UUID(as_uuid=True),
            sa.ForeignKey("ai.training_examples.id", ondelete="CASCADE", name="fk_evaluation_set_members_example_id"),
            nullable=False,
        ),
        sa.Column("customer_hash", sa.Text, nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("intent", sa.Text, nullable=False),
        sa.Column("messages", JSONB, nullable=False),
        schema="ai",
    )
    op.create_index("ix_evaluation_set_members_example_id", "evaluation_set_members", ["example_id"], schema="ai")
    op.add_column("evaluations", sa.Column("evaluation_set_id", sa.Text), schema="ai")
    op.add_column("evaluations", sa.Column("details", JSONB, nullable=False, server_default=EMPTY), schema="ai")
    op.create_foreign_key(
        "fk_evaluations_evaluation_set_id",
        "evaluations",
        "evaluation_sets",
        ["evaluation_set_id"],
        ["id"],
        source_schema="ai",
        referent_schema="ai",
    )


def downgrade() -> None:
    op.drop_constraint("fk_evaluations_evaluation_set_id", "evaluations", schema="ai")
    for column in ("details", "evaluation_set_id"):
        op.drop_column("evaluations", column, schema="ai")
    for table in ("evaluation_set_members", "evaluation_sets"):
        op.drop_table(table, schema="ai")
