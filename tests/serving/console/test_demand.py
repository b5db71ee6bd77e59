"""Days to come, in a real browser: expected parties by region, and which days need chefs or could take an offer."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from fakes.consoles import Staff

from mhc_core.db.queries import demand
from mhc_core.db.queries.demand import Forecast

NOW = datetime.now(UTC)
TODAY = NOW.astimezone(ZoneInfo("America/Los_Angeles")).date()


def _forecast(region: str, ahead: int, expected: float) -> Forecast:
    low, high = expected * 0.7, expected * 1.4
    return Forecast(
        region, TODAY + timedelta(days=ahead), expected, int(expected / 2), low, high, low / 2, high * 1.5, "ETS"
    )


def test_a_forecast_marks_days_and_has_regions(staff: Staff, console_engine: sa.Engine) -> None:
    staff.sign_in("agent")
    staff.open("/demand")
    assert "mhc import bookings" in staff.see(".empty", "There is no forecast yet").text
    busy, quiet = 5, 20
    expected = dict.fromkeys(range(30), 5.0) | {busy: 9.0, quiet: 1.0}
    with console_engine.begin() as connection:
        everywhere = [_forecast("all", ahead, parties) for ahead, parties in expected.items()]
        demand.replace(connection, [*everywhere, _forecast("Bay Area", 1, 2.0)], NOW)
    staff.open("/demand")
    assert "150" in staff.see(".figure", "parties in 30 days").text
    staff.see("td", "more chefs")
    rows = [row.text for row in staff.browser.find_elements("css selector", "section table tbody tr")]
    marked = [row for row in rows if "more chefs" in row or "room for an offer" in row]
    days = [TODAY + timedelta(days=ahead) for ahead in (busy, quiet)]
    assert all(row.startswith(f"{day:%a, %b} {day.day} ") for row, day in zip(marked, days, strict=True)), marked
    assert "more chefs" in marked[0]
    assert "room for an offer" in marked[1]
    staff.see(".chart svg")
    assert staff.faults() == []
    with console_engine.begin() as connection:
        connection.execute(sa.text("delete from ai.demand_forecast"))
