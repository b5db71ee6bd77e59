"""Customers: how many are in which tier, whom the team should write to, and who is worth most or may be lost."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from nicegui import ui

from mhc_core.accounts.sessions import Person
from mhc_core.db.queries import audit, campaigns, customer_list
from mhc_core.db.queries.campaigns import Task
from mhc_core.db.queries.customer_list import Listed, Order, TierSum
from mhc_core.db.queries.customers import LIKELY
from mhc_serving.console import places
from mhc_serving.console.visit import Visit
from mhc_serving.console.widgets import Chart, Figure, Table, bars, box, dollars, empty, moment, share, text

_ROWS = 50
_ORDERS: dict[Order, str] = {"value": "worth most", "risk": "most likely lost", "bookings": "most bookings"}
_HEADS = ("Customer", "Tier", ">Completed", "Next tier", "Last booked", "Channel", ">Guests", ">Spent", ">Expected",
          ">Risk", "Why")  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Seen:
    tiers: list[TierSum]
    tasks: list[Task]
    listed: list[Listed]


async def build(visit: Visit) -> None:
    """The page."""
    with box("div", "head"):
        text("h1", "Customers")
        box("span", "space")
        order = ui.select(dict(_ORDERS), value="value", label="First", on_change=lambda: show())
        order.props("outlined dense")
    with box("div") as nothing:
        empty(
            "There are no profiles yet.",
            "They come from bookings: staff confirm requests here, and mhc import bookings FILE brings those of the "
            "past. The asset customer_profiles counts them every night.",
        )
    with box("dl", "figures gap-top"):
        shown = {
            name: Figure(name) for name in ("Customers", "Completed bookings", "Expected in a year", "May be lost")
        }
    with box("section", "card gap-top"):
        text("h2", "To write to in person")
        text("p", "Customers at high risk of being lost, and the most that may be offered to them.", "dim")
        tasks = box("ul", "cards")
    with box("div", "charts gap-top"):
        chart = Chart(
            "Customers by tier", ("Tier", ">Customers", ">Completed", ">Spent", ">Expected", ">May be lost"), wide=True
        )
        with box("section", "card wide"):
            text("h2", "Customers")
            text("p", "By pseudonym: money is in USD, expected is of the next 52 weeks.", "dim")
            table = Table("Customers", _HEADS)

    def read(connection: sa.Connection, person: Person, now: datetime) -> _Seen:
        tiers = customer_list.tiers(connection, LIKELY)
        listed = customer_list.first(connection, order.value, _ROWS)
        return _Seen(tiers, campaigns.tasks(connection, _ROWS), listed)

    async def close(task: int) -> None:
        def work(connection: sa.Connection, person: Person, now: datetime) -> None:
            if campaigns.close_task(connection, task, person.name, now):
                audit.record(connection, person.name, "customer_task.closed", str(task), {}, now)

        if await visit.act(work):
            await show()

    async def show() -> None:
        found = await visit.look(read)
        if found is None:
            return
        seen = found.value
        nothing.set_visibility(not seen.tiers)
        _figures(shown, seen.tiers)
        tasks.clear()
        with tasks:
            for one in seen.tasks:
                _task(visit, one, close)
            if not seen.tasks:
                with box("li"):
                    text("p", "Nobody just now.", "dim")
        chart.show(
            bars([one.tier for one in seen.tiers], [one.customers for one in seen.tiers]),
            [
                (one.tier, f"{one.customers:,}", f"{one.completed:,}", dollars(one.spend_usd),
                 dollars(one.expected_usd), one.likely_lost)
                for one in seen.tiers
            ],
        )  # fmt: skip
        table.show([_row(one) for one in seen.listed])

    await show()


def _figures(shown: dict[str, Figure], tiers: list[TierSum]) -> None:
    shown["Customers"].show(f"{sum(one.customers for one in tiers):,}", "with a booking, ever")
    shown["Completed bookings"].show(f"{sum(one.completed for one in tiers):,}", "that count for loyalty")
    expected = sum(one.expected_usd for one in tiers)
    shown["Expected in a year"].show(dollars(expected) if expected else "–", "from those who booked before")
    shown["May be lost"].show(f"{sum(one.likely_lost for one in tiers):,}", f"at a risk of {LIKELY:.0%} or more")


def _task(visit: Visit, one: Task, close: object) -> None:
    zone = visit.console.zone
    with box("li", "card"):
        text("strong", f"Up to {one.percent} % off may be offered. ", "inline")
        text("span", f"Last on {one.channel}, since {moment(one.opened_at, zone)}.", "dim")
        with box("ul"):
            for reason in one.reasons:
                text("li", reason)
        with box("div", "row"):
            ui.link("Conversation", f"{places.INBOX.path}?conversation={one.conversation_id}")
            ui.button("Done", on_click=lambda: close(one.id)).props("flat dense")  # type: ignore[operator]


def _row(one: Listed) -> tuple[object, ...]:
    until = f"{one.next_tier} in {one.bookings_until_next}" if one.next_tier else "the highest"
    return (
        one.customer_hash[:8], one.tier, one.completed, until,
        f"{one.last_booked_on:%b} {one.last_booked_on.day}, {one.last_booked_on:%Y}" if one.last_booked_on else "–",
        one.last_channel or "–", one.usual_guests or "–", dollars(one.spend_usd),
        "–" if one.expected_usd is None else dollars(one.expected_usd), share(one.churn_risk), "; ".join(one.reasons),
    )  # fmt: skip
