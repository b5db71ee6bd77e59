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

# What the console's dashboard reads, by hours in UTC and by days and months of the business: hours are counted anew
# when something in them changed, the others are sums. No words, no customers.


def _period() -> tuple[sa.Column[str], sa.Column[object]]:
    return sa.Column("span", sa.Text, primary_key=True), sa.Column("start", UTC_TIME, primary_key=True)


figures_totals = sa.Table(
    "figures_totals",
    metadata,
    *_period(),
    _count("messages"),
    _count("handovers"),
    _count("bookings"),
    _count("thumbs_up"),
    _count("thumbs_down"),
    _count("stars"),
    _count("starred"),
    sa.Column("refreshed_at", UTC_TIME, nullable=False),
    sa.CheckConstraint("span in ('hour', 'day', 'month')", name="span"),
)

figures_answers = sa.Table(
    "figures_answers",
    metadata,
    *_period(),
    sa.Column("model", sa.Text, primary_key=True),
    _count("answers"),
    _count("cached"),
)

figures_latencies = sa.Table(
    "figures_latencies",
    metadata,
    *_period(),
    sa.Column("bucket", sa.SmallInteger, primary_key=True, autoincrement=False),
    _count("answers"),
)


def _uses() -> tuple[sa.Column[int], ...]:
    """Answers by what became of them; all but ``retrieved`` count those that cite the article or chunk."""
    return tuple(_count(name) for name in ("used", "booked", "liked", "disliked", "retrieved", "contradicted"))


figures_articles = sa.Table(
    "figures_articles",
    metadata,
    *_period(),
    sa.Column("article", sa.Text, primary_key=True),
    *_uses(),
)

figures_chunks = sa.Table(
    "figures_chunks",
    metadata,
    *_period(),
    sa.Column("chunk", sa.BigInteger, primary_key=True, autoincrement=False),
    *_uses(),
    sa.Index(None, "chunk"),
)

figures_flow = sa.Table(
    "figures_flow",
    metadata,
    *_period(),
    sa.Column("channel", sa.Text, primary_key=True),
    sa.Column("intent", sa.Text, primary_key=True),
    sa.Column("agent", sa.Text, primary_key=True),
    sa.Column("outcome", sa.Text, primary_key=True),
    _count("conversations"),
    _count("escalated"),
    _count("booked"),
)
