"""What is expected of customers and of days to come. A customer stands here as their pseudonym; no word of theirs does.

Each run replaces what is here: these are forecasts, and the latest is the one that counts.
"""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from mhc_core.db.tables.base import USD, UTC_TIME, metadata, unit

# Ends are those of the 80 % interval of the next 52 weeks.
customer_value = sa.Table(
    "customer_value",
    metadata,
    sa.Column("customer_hash", sa.Text, primary_key=True),
    sa.Column("bookings", sa.Integer, nullable=False),
    sa.Column("alive", sa.REAL, nullable=False),
    sa.Column("expected_bookings", sa.REAL, nullable=False),
    sa.Column("low_bookings", sa.Integer, nullable=False),
    sa.Column("high_bookings", sa.Integer, nullable=False),
    sa.Column("expected_usd", USD, nullable=False),
    sa.Column("low_usd", USD, nullable=False),
    sa.Column("high_usd", USD, nullable=False),
    sa.Column("valued_at", UTC_TIME, nullable=False),
    unit("alive"),
)

churn_risk = sa.Table(
    "churn_risk",
    metadata,
    sa.Column("customer_hash", sa.Text, primary_key=True),
    sa.Column("risk", sa.REAL, nullable=False),
    sa.Column("within_days", sa.Integer, nullable=False),
    sa.Column("reasons", JSONB, nullable=False),
    sa.Column("judged_at", UTC_TIME, nullable=False),
    unit("risk"),
)

demand_forecast = sa.Table(
    "demand_forecast",
    metadata,
    sa.Column("region", sa.Text, primary_key=True),
    sa.Column("day", sa.Date, primary_key=True),
    sa.Column("expected", sa.REAL, nullable=False),
    sa.Column("booked", sa.Integer, nullable=False),
    sa.Column("low_80", sa.REAL, nullable=False),
    sa.Column("high_80", sa.REAL, nullable=False),
    sa.Column("low_95", sa.REAL, nullable=False),
    sa.Column("high_95", sa.REAL, nullable=False),
    sa.Column("method", sa.Text, nullable=False),
    sa.Column("made_at", UTC_TIME, nullable=False),
)
