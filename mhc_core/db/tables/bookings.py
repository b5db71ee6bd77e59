"""What customers asked to be booked, in their own words and numbers: raw, like the conversations they come from."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB, UUID

from mhc_core.db.tables.base import USD, UTC_TIME, metadata
from mhc_core.db.tables.raw import conversations

booking_requests = sa.Table(
    "booking_requests",
    metadata,
    sa.Column("id", UUID(as_uuid=True), primary_key=True),
    sa.Column("conversation_id", sa.ForeignKey(conversations.c.id, ondelete="CASCADE"), nullable=False, unique=True),
    sa.Column("status", sa.Text, nullable=False, server_default="requested"),
    sa.Column("event_on", sa.Date),
    sa.Column("starts_at", sa.Time),
    sa.Column("adults", sa.Integer, nullable=False),
    sa.Column("children", sa.Integer, nullable=False, server_default="0"),
    sa.Column("under_six", sa.Integer, nullable=False, server_default="0"),
    sa.Column("total_usd", USD),
    sa.Column("details", JSONB, nullable=False, server_default=sa.text("'{}'::jsonb")),
    sa.Column("requested_at", UTC_TIME, nullable=False),
    sa.Column("updated_at", UTC_TIME, nullable=False),
    sa.CheckConstraint("status in ('requested', 'confirmed', 'declined', 'withdrawn')", name="status"),
    sa.Index(None, "status", "requested_at"),
)

# That a customer was asked, once for each booking, how the event was.
event_surveys = sa.Table(
    "event_surveys",
    metadata,
    sa.Column("booking_id", sa.ForeignKey(booking_requests.c.id, ondelete="CASCADE"), primary_key=True),
    sa.Column("way", sa.Text, nullable=False),
    sa.Column("asked_at", UTC_TIME, nullable=False),
    sa.Column("sent_at", UTC_TIME),
    sa.CheckConstraint("way in ('chat', 'staff')", name="way"),
)
