"""How busy the next days will be: parties expected by region, what is booked, and which days need something done."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from nicegui import ui

from mhc_core.accounts.sessions import Person
from mhc_core.db.queries import demand as queries
from mhc_core.db.queries.demand import EVERYWHERE, Forecast
from mhc_core.demand.staffing import Need, needs
from mhc_serving.console.visit import Visit
from mhc_serving.console.widgets import Chart, Figure, Table, bands, box, empty, text

EVERY_SECONDS = 60.0
_FIGURES = ("Expected", "Booked already", "More chefs needed", "Room for an offer")
_HEADS = ("Day", ">Expected", ">Booked", ">80 %", ">95 %")


async def build(visit: Visit) -> None:
    """The page."""
    zone, business = visit.console.zone, visit.console.business
    forecasts: dict[str, list[Forecast]] = {}
    with box("div", "head"):
        text("h1", "Demand")
        told = text("span", "", "dim")
        box("span", "space")
        chosen = ui.select({}, label="Region", on_change=lambda _: draw()).props("outlined dense")
    with box("div") as nothing:
        empty(
            "There is no forecast yet.",
            "It takes about 15 months of events: mhc import bookings FILE brings those of the past; the asset "
            "demand_forecast in Dagster says what it waits for.",
        )
    with box("dl", "figures gap-top"):
        shown = {
            name: Figure(name) for name in ("Expected", "Booked already", "More chefs needed", "Room for an offer")
        }
    with box("div", "charts"):
        chart = Chart("Parties a day", _HEADS, wide=True)
        with box("section", "card wide"):
            text("h2", "Days that need something done")
            needed = text("p", "", "dim")
            table = Table("Days that need something done", ("Day", "Needs", ">Expected", ">Up to", ">Booked"))

    def read(connection: sa.Connection, person: Person, now: datetime) -> tuple[list[Forecast], datetime]:
        return queries.forecasts(connection), now

    def draw() -> None:
        found = forecasts.get(chosen.value, [])
        wanted = needs(business, found, visit.console.clock().astimezone(zone).date())
        _figures(shown, found, wanted)
        names = [_named(one) for one in found]
        ends = {
            "95 % interval": [(one.low_95, one.high_95) for one in found],
            "80 % interval": [(one.low_80, one.high_80) for one in found],
        }
        rows = [
            (name, f"{one.expected:.1f}", one.booked, _span(one.low_80, one.high_80), _span(one.low_95, one.high_95))
            for name, one in zip(names, found, strict=True)
        ]
        chart.show(bands(names, ("expected", [round(one.expected, 2) for one in found]), ends), rows)
        cooked = business.chefs.parties_a_day.get(chosen.value)
        needed.text = (
            f"The chefs cook {cooked} parties a day. More are needed where that is exceeded with a chance of 10 % or "
            "more; an offer is safe where half of them stay free."
            if cooked
            else "Write how many parties can be cooked a day under [chefs] in the business file, and days are marked."
        )
        table.show(
            [
                (name, want, f"{one.expected:.1f}", f"{one.high_80:.0f}", one.booked)
                for name, one, want in zip(names, found, wanted, strict=True)
                if want
            ]
        )

    async def renew() -> None:
        found = await visit.look(read)
        if found is None:
            return
        rows, now = found.value
        forecasts.clear()
        for one in rows:
            forecasts.setdefault(one.region, []).append(one)
        nothing.set_visibility(not rows)
        names = sorted(forecasts, key=lambda name: (name != EVERYWHERE, name))
        regions = {name: "All regions" if name == EVERYWHERE else name for name in names}
        chosen.set_options(regions, value=chosen.value if chosen.value in regions else next(iter(regions), None))
        told.text = f"by {rows[0].method}, looked at {now.astimezone(zone):%H:%M}" if rows else ""
        draw()

    await renew()
    ui.timer(EVERY_SECONDS, renew, immediate=False)


def _figures(shown: dict[str, Figure], found: Sequence[Forecast], wanted: Sequence[Need | None]) -> None:
    busiest = max(found, key=lambda one: one.expected, default=None)
    shown["Expected"].show(f"{sum(one.expected for one in found):.0f}", f"parties in {len(found)} days")
    shown["Booked already"].show(
        f"{sum(one.booked for one in found)}", f"busiest day: {_named(busiest)}" if busiest else ""
    )
    shown["More chefs needed"].show(f"{wanted.count('more chefs')}", "days")
    shown["Room for an offer"].show(f"{wanted.count('room for an offer')}", "days")


def _named(one: Forecast) -> str:
    return f"{one.day:%a, %b} {one.day.day}"


def _span(low: float, high: float) -> str:
    return f"{low:.1f} to {high:.1f}"
