"""UTC days as half-open ranges, so that an index on a timestamp serves a partition."""

from datetime import UTC, date, datetime, time, timedelta

import sqlalchemy as sa


def bounds(day: date) -> tuple[datetime, datetime]:
    """Start of the UTC day and start of the next."""
    start = datetime.combine(day, time(), UTC)
    return start, start + timedelta(days=1)


def within(column: sa.ColumnElement[datetime], day: date) -> sa.ColumnElement[bool]:
    """``column`` lies in the UTC day."""
    start, end = bounds(day)
    return sa.and_(column >= start, column < end)
