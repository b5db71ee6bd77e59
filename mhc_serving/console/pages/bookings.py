"""Booking requests by the day of the party: confirm, decline, propose another date."""

from datetime import datetime

import sqlalchemy as sa
from nicegui import ui

from mhc_core.accounts.sessions import Person
from mhc_core.db.queries import audit
from mhc_core.db.queries import bookings as queries
from mhc_core.db.queries.bookings import Booking
from mhc_serving.console.pages import booking_card
from mhc_serving.console.visit import Visit
from mhc_serving.console.widgets import box, empty, text

_ROWS = 50
_STATUSES = {
    "requested": "wait for us", "confirmed": "confirmed", "declined": "declined", "withdrawn": "withdrawn", "": "all",
}  # fmt: skip


async def build(visit: Visit) -> None:
    """The page."""
    with box("div", "head"):
        text("h1", "Bookings")
        status = ui.select(_STATUSES, value="requested", label="Which", on_change=lambda: show(fresh=True))
        status.props("outlined dense").classes("narrow")
    listed = box("ul", "cards")
    more = ui.button("More", on_click=lambda: show(fresh=False)).props("flat")
    offset = [0]

    def read(connection: sa.Connection, person: Person, now: datetime) -> list[Booking]:
        found = queries.page(connection, status.value or None, None, None, _ROWS, offset[0])
        audit.record(connection, person.name, "bookings.read", "bookings", {"requests": len(found)}, now)
        return found

    async def show(*, fresh: bool) -> None:
        if fresh:
            offset[0] = 0
        found = await visit.act(read)
        if found is None:
            return
        if fresh:
            listed.clear()
        offset[0] += len(found.value)
        with listed:
            for one in found.value:
                with box("li", "card"):
                    booking_card.draw(visit, one, lambda: show(fresh=True), link=True)
            if not offset[0]:
                with box("li"):
                    empty(
                        "No such requests.",
                        "They come when customers ask for a party in the chat; look at the others above.",
                    )
        more.set_visibility(len(found.value) == _ROWS)

    await show(fresh=True)
