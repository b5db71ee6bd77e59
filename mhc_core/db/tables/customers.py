"""What is known of each customer who ever booked: a profile, and the ledger of their loyalty. Pseudonyms only."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, UUID

from mhc_core.db.tables.base import USD, UTC_TIME, metadata, unit

# ``bookings`` are those that hold or took place, ``completed`` the balance of ``loyalty_events``, days the business's.
# ``needs`` are allergens and diets, each with its message; ``consents`` are channels.
customer_profiles = sa.Table(
    "customer_profiles",
    metadata,
    sa.Column("customer_hash", sa.Text, primary_key=True),
    sa.Column("bookings", sa.Integer, nullable=False),
    sa.Column("completed", sa.Integer, nullable=False),
    sa.Column("spend_usd", USD, nullable=False),
    sa.Column("first_booked_on", sa.Date),
    sa.Column("last_booked_on", sa.Date),
    sa.Column("mean_gap_days", sa.REAL),
    sa.Column("usual_guests", sa.Integer),
    sa.Column("last_channel", sa.Text),
    sa.Column("tier", sa.Text, nullable=False),
    sa.Column("next_tier", sa.Text),
    sa.Column("bookings_until_next", sa.Integer),
    sa.Column("expected_usd", USD),
    sa.Column("churn_risk", sa.REAL),
    sa.Column("needs", JSONB, nullable=False, server_default=sa.text("'[]'::jsonb")),
    sa.Column("consents", ARRAY(sa.Text), nullable=False, server_default=sa.text("'{}'::text[]")),
    sa.Column("opted_out_at", UTC_TIME),
    sa.Column("updated_at", UTC_TIME, nullable=False),
    unit("churn_risk"),
    # The first of each order that staff look at (queries/customer_list.py).
    sa.Index(
        "ix_customer_profiles_value",
        sa.text("expected_usd desc nulls last"),
        sa.text("spend_usd desc"),
        "customer_hash",
    ),
    sa.Index(
        "ix_customer_profiles_risk",
        sa.text("churn_risk desc nulls last"),
        sa.text("expected_usd desc nulls last"),
        "customer_hash",
    ),
    sa.Index("ix_customer_profiles_completed", sa.text("completed desc"), sa.text("spend_usd desc"), "customer_hash"),
)

# Up to when changes are in the profiles.
profile_watermark = sa.Table(
    "profile_watermark",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("seen_until", UTC_TIME, nullable=False),
)

# Append-only: the last event of a booking says whether it counts. ``at`` is when that came to be so.
loyalty_events = sa.Table(
    "loyalty_events",
    metadata,
    sa.Column("id", UUID(as_uuid=True), primary_key=True),
    sa.Column("customer_hash", sa.Text, nullable=False),
    sa.Column("booking_id", UUID(as_uuid=True), nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("at", UTC_TIME, nullable=False),
    sa.Column("recorded_at", UTC_TIME, nullable=False),
    sa.CheckConstraint("kind in ('completed', 'taken_back')", name="kind"),
    sa.Index(None, "customer_hash"),
    sa.Index(None, "booking_id"),
)
