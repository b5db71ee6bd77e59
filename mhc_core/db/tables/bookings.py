"""What customers asked to be booked, in their own words and numbers: raw, like the conversations they come from.

Bookings that other systems took stand beside them; whoever wants both reads ``db/queries/every_booking``.
"""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB, UUID

from mhc_core.db.tables.base import USD, UTC_TIME, created, metadata
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
    sa.Index(None, "updated_at"),
    sa.Index(None, "event_on"),
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

# Imported. ``redacted``: past its retention, the customer's pseudonym stands in place of their id.
bookings = sa.Table(
    "bookings",
    metadata,
    sa.Column("id", UUID(as_uuid=True), primary_key=True),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("source_id", sa.Text, nullable=False),
    sa.Column("customer_id", sa.Text),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("booked_at", UTC_TIME, nullable=False),
    sa.Column("event_at", UTC_TIME),
    sa.Column("guests", sa.Integer),
    sa.Column("value_usd", USD),
    sa.Column("zip", sa.Text),
    sa.Column("region", sa.Text),
    sa.Column("redacted", sa.Boolean, nullable=False, server_default=sa.text("false")),
    created(),
    sa.Column("updated_at", UTC_TIME, nullable=False, server_default=sa.func.now()),
    sa.CheckConstraint(
        "status in ('requested', 'confirmed', 'completed', 'cancelled', 'declined', 'refunded')", name="status"
    ),
    sa.UniqueConstraint("source", "source_id"),
    sa.Index(None, "customer_id"),
    sa.Index(None, "updated_at"),
    sa.Index(None, "event_at"),
)
