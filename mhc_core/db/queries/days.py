"""Days of the business as half-open ranges, so that an index on a timestamp serves a partition.

Times are stored in UTC. A day is the business's: it begins at midnight in the zone of the business file, which every
session knows (``mhc.zone``, see ``db.engine``), and has 23 or 25 hours when clocks change. Whatever cuts days asks
here, so that pipeline, reports and figures agree.
"""

from datetime import date, datetime, timedelta

import sqlalchemy as sa

ZONE = "current_setting('mhc.zone')"
START = f"timezone({ZONE}, cast(:day as timestamp))"
END = f"timezone({ZONE}, cast(:day as timestamp) + interval '1 day')"
"""First moment of the day in the parameter ``day`` and of the next, for statements that are written as text."""


def start_of(day: date) -> sa.ColumnElement[datetime]:
    """The first moment of a day."""
    return sa.func.timezone(sa.literal_column(ZONE), sa.cast(day, sa.DateTime))


def within(column: sa.ColumnElement[datetime], day: date) -> sa.ColumnElement[bool]:
    """``column`` lies in the day."""
    return sa.and_(column >= start_of(day), column < start_of(day + timedelta(days=1)))


def day_of(column: sa.ColumnElement[datetime]) -> sa.ColumnElement[date]:
    """The day in which ``column`` lies."""
    return sa.cast(sa.func.timezone(sa.literal_column(ZONE), column), sa.Date)


def at(connection: sa.Connection, moment: datetime) -> date:
    """The day of a moment."""
    return connection.execute(sa.select(day_of(sa.literal(moment, sa.DateTime(timezone=True))))).scalar_one()


def cut_again(connection: sa.Connection) -> int:
    """Put what was learned or held on the day of its conversation, after the zone of the business changed.

    Returns how many rows moved; as a rule none.
    """
    moved = 0
    for table, found in (
        ("training_examples", "ai.conversations c where c.id = t.conversation_id"),
        (
            "scrub_holds",
            "ai.messages m join ai.conversations c on c.id = m.conversation_id where m.id = t.answer_message_id",
        ),
    ):
        day = f"timezone({ZONE}, c.started_at)::date"
        moved += connection.execute(
            sa.text(f"update ai.{table} t set day = {day} from {found} and t.day <> {day}")
        ).rowcount
    return moved
