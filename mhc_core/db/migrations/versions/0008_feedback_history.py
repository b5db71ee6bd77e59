"""Every rating that was ever given."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import UUID

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

UTC_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "feedback_history",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column(
            "feedback_id",
            UUID(as_uuid=True),
            sa.ForeignKey("ai.feedback.id", ondelete="CASCADE", name="fk_feedback_history_feedback_id"),
            nullable=False,
        ),
        sa.Column("via", sa.Text, nullable=False),
        sa.Column("vote", sa.Text),
        sa.Column("stars", sa.SmallInteger),
        sa.Column("helpful", sa.Boolean),
        sa.Column("accurate", sa.Boolean),
        sa.Column("comment", sa.Text),
        sa.Column("given_at", UTC_TIME, nullable=False),
        sa.CheckConstraint("via in ('chat', 'email', 'survey', 'agent')", name="via"),
        schema="ai",
    )
    op.create_index("ix_feedback_history_feedback_id_id", "feedback_history", ["feedback_id", "id"], schema="ai")


def downgrade() -> None:
    op.drop_table("feedback_history", schema="ai")
