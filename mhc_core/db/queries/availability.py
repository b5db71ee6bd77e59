"""SQL of how full the days to come are: parties whose booking holds, by day."""

from datetime import date

import sqlalchemy as sa

from mhc_core.db.queries import days, every_booking

_PARTIES = f"""
    select event_on, cast(sum(parties) as int) from (
        select r.event_on, count(*) as parties from ai.booking_requests r
         where r.event_on between :first and :last and r.{every_booking.HOLDS} group by 1
         union all
        select cast(timezone({days.ZONE}, b.event_at) as date), count(*) from ai.bookings b
         where b.event_at >= timezone({days.ZONE}, cast(:first as timestamp))
           and b.event_at < timezone({days.ZONE}, cast(:last as timestamp) + interval '1 day')
           and b.{every_booking.HOLDS} group by 1) each_source
     group by 1 order by 1
"""


def parties(connection: sa.Connection, first: date, last: date) -> dict[date, int]:
    """How many parties are to be cooked on each day from ``first`` to ``last`` that has any. One statement.

    The sources and what *holds* means are those of ``every_booking``; the days are bounds here, along the indexes.
    """
    rows = connection.execute(sa.text(_PARTIES), {"first": first, "last": last})
    return {row[0]: row[1] for row in rows}
