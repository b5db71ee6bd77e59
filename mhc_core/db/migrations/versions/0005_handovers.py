"""Conversations at a person, and the outbox of what is told about them."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

UTC_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "handovers",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("conversation_id", sa.Uuid, sa.ForeignKey("ai.conversations.id", ondelete="CASCADE"), nullable=False),
        sa.Column("state", sa.Text, nullable=False, server_default="waiting"),
        sa.Column("reason", sa.Text),
        sa.Column("queue", sa.Text, nullable=False),
        sa.Column("urgent", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("opened_at", UTC_TIME, nullable=False),
        sa.Column("claimed_by", sa.Text),
        sa.Column("claimed_at", UTC_TIME),
        sa.Column("closed_at", UTC_TIME),
        sa.CheckConstraint("state in ('waiting', 'claimed', 'given_back', 'resolved')", name="state"),
        schema="ai",
    )
    op.create_index(
        "uq_handovers_open",
        "handovers",
        ["conversation_id"],
        unique=True,
        schema="ai",
        postgresql_where=sa.text("state in ('waiting', 'claimed')"),
    )
    op.create_index("ix_handovers_conversation_id", "handovers", ["conversation_id"], schema="ai")
    op.create_index("ix_handovers_state_queue_opened_at", "handovers", ["state", "queue", "opened_at"], schema="ai")
    op.create_table(
        "webhook_deliveries",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("handover_id", sa.BigInteger, sa.ForeignKey("ai.handovers.id", ondelete="CASCADE"), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.Column("due_at", UTC_TIME, nullable=False),
        sa.Column("delivered_at", UTC_TIME),
        sa.Column("given_up_at", UTC_TIME),
        sa.Column("last_failure", sa.Text),
        schema="ai",
    )
    op.create_index("ix_webhook_deliveries_handover_id", "webhook_deliveries", ["handover_id"], schema="ai")
    op.create_index(
        "ix_webhook_deliveries_open",
        "webhook_deliveries",
        ["due_at"],
        schema="ai",
        postgresql_where=sa.text("delivered_at is null and given_up_at is null"),
    )


def downgrade() -> None:
    op.drop_table("webhook_deliveries", schema="ai")
    op.drop_table("handovers", schema="ai")
