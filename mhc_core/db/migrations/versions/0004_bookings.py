"""What a conversation has told so far, and booking requests."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB, UUID

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

UTC_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column(
        "conversations",
        sa.Column("facts", JSONB, nullable=False, server_default=sa.text("'{}'::jsonb")),
        schema="ai",
    )
    op.create_table(
        "booking_requests",
        sa.Column("id", UUID(as_uuid=True), primary_key=True),
        sa.Column(
            "conversation_id",
            UUID(as_uuid=True),
            sa.ForeignKey("ai.conversations.id", ondelete="CASCADE", name="fk_booking_requests_conversation_id"),
            nullable=False,
        ),
        sa.Column("status", sa.Text, nullable=False, server_default="requested"),
        sa.Column("event_on", sa.Date),
        sa.Column("starts_at", sa.Time),
        sa.Column("adults", sa.Integer, nullable=False),
        sa.Column("children", sa.Integer, nullable=False, server_default="0"),
        sa.Column("under_six", sa.Integer, nullable=False, server_default="0"),
        sa.Column("total_usd", sa.Numeric(14, 6)),
        sa.Column("details", JSONB, nullable=False, server_default=sa.text("'{}'::jsonb")),
        sa.Column("requested_at", UTC_TIME, nullable=False),
        sa.Column("updated_at", UTC_TIME, nullable=False),
        sa.CheckConstraint("status in ('requested', 'confirmed', 'declined', 'withdrawn')", name="status"),
        sa.UniqueConstraint("conversation_id", name="uq_booking_requests_conversation_id"),
        schema="ai",
    )
    op.create_index(
        "ix_booking_requests_status_requested_at", "booking_requests", ["status", "requested_at"], schema="ai"
    )


def downgrade() -> None:
    op.drop_table("booking_requests", schema="ai")
    op.drop_column("conversations", "facts", schema="ai")
