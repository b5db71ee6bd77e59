"""SQL of events that are booked, and of forecasts of them."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple

import orjson
import sqlalchemy as sa

from mhc_core.business.customers import Region
from mhc_core.db.queries import days, every_booking

EVERYWHERE = "all"


class Event(NamedTuple):
    """When an event is whose booking holds, when it was booked, and where it is, if that is known."""

    event_on: date
    booked_on: date
    region: str | None


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


def events(connection: sa.Connection, regions: Mapping[str, Region]) -> list[Event]:
    """All that have a day, soonest first; one that was booked after its day counts as booked on it."""
    rows = connection.execute(
        sa.text(f"""
            select event_on, least(cast(timezone({days.ZONE}, booked_at) as date), event_on) as booked_on,
                   coalesce(b.region, by_zip.name, by_city.name) as region
              from ({every_booking.ALL}) b {every_booking.BY_ZIP.format("b")} {every_booking.BY_CITY.format("b")}
             where {every_booking.HOLDS} and event_on is not null order by 1, 2, 3
        """),
        every_booking.parameters(connection) | every_booking.places(regions),
    )
    return [Event(*row) for row in rows]


def method(connection: sa.Connection) -> str | None:
    """What the newest forecast of the whole area was made with."""
    query = sa.text("select method from ai.demand_forecast where region = :all limit 1")
    found: str | None = connection.scalar(query, {"all": EVERYWHERE})
    return found


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
