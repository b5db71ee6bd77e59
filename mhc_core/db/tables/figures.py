"""What dashboards read: figures that can be made again from the other tables at any time."""

import sqlalchemy as sa

from mhc_core.db.tables.base import UTC_TIME, metadata


def _count(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=False)


conversation_stats = sa.Table(
    "conversation_stats",
    metadata,
    sa.Column("day", sa.Date, primary_key=True),
    sa.Column("channel", sa.Text, primary_key=True),
    sa.Column("status", sa.Text, primary_key=True),
    _count("conversations"),
    _count("messages"),
    _count("escalated"),
    _count("booked"),
    sa.Column("booking_value_usd", sa.Numeric, nullable=False),
    sa.Column("average_score", sa.REAL),
    _count("thumbs_up"),
    _count("thumbs_down"),
    sa.Column("average_stars", sa.REAL),
    _count("human_edits"),
    sa.Column("cost_usd", sa.Numeric, nullable=False),
    sa.Column("average_first_answer_ms", sa.REAL),
    sa.Column("refreshed_at", UTC_TIME, nullable=False),
)
