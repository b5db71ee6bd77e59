"""SQL of events that are booked, and of forecasts of them."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

import orjson
import sqlalchemy as sa

from mhc_core.db.queries import days

EVERYWHERE = "all"


class Event(NamedTuple):
    """When a confirmed event is, and when it was booked."""

    event_on: date
    booked_on: date


class Forecast(NamedTuple):
    """A row of ``demand_forecast`` but for its time."""

    region: str
    day: date
    expected: float
    booked: int
    low_80: float
    high_80: float
    low_95: float
    high_95: float
    method: str


def events(connection: sa.Connection) -> list[Event]:
    """All confirmed ones that have a day, soonest first; one that was booked after its day counts as booked on it."""
    rows = connection.execute(
        sa.text(f"""
            select event_on, least(cast(timezone({days.ZONE}, requested_at) as date), event_on) as booked_on
              from ai.booking_requests where status = 'confirmed' and event_on is not null order by 1, 2
        """)
    )
    return [Event(*row) for row in rows]


def replace(connection: sa.Connection, found: Sequence[Forecast], now: datetime) -> None:
    """These and no others."""
    connection.execute(sa.text("lock table ai.demand_forecast in share row exclusive mode"))
    connection.execute(sa.text("delete from ai.demand_forecast"))
    rows = [one._asdict() | {"made_at": now} for one in found]
    connection.execute(
        sa.text("""
            insert into ai.demand_forecast
            select * from jsonb_populate_recordset(null::ai.demand_forecast, cast(:rows as jsonb))
        """),
        {"rows": orjson.dumps(rows).decode()},
    )


def forecasts(connection: sa.Connection) -> list[Forecast]:
    """The newest forecast, by region and day."""
    names = ", ".join(Forecast._fields)
    return [
        Forecast(*row) for row in connection.execute(sa.text(f"select {names} from ai.demand_forecast order by 1, 2"))
    ]
