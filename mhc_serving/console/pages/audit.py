"""Who did what to which thing, when: the audit log with filters."""

from datetime import datetime

import orjson
import sqlalchemy as sa
from nicegui import ui

from mhc_core.accounts.sessions import Person
from mhc_core.db.queries import audit
from mhc_core.db.queries.audit import Entry
from mhc_serving.console.visit import Visit
from mhc_serving.console.widgets import Table, box, moment, text

_ROWS = 100


async def build(visit: Visit) -> None:
    """The page."""
    text("h1", "Audit log", "gap")
    with box("div", "filters card"):
        actor = ui.input("Who").props("outlined dense clearable")
        action = ui.input("Act begins with", placeholder="review.").props("outlined dense clearable")
        subject = ui.input("About", placeholder="review_item:12").props("outlined dense clearable")
        ui.button("Filter", on_click=lambda: first()).props("unelevated")
    with box("div", "card"):
        table = Table("Audit log", ("When", "Who", "Act", "About", "Details"))
    older = ui.button("Older entries", on_click=lambda: more()).props("flat")
    shown: list[Entry] = []

    def read(connection: sa.Connection, person: Person, now: datetime) -> list[Entry]:
        return audit.page(
            connection, actor=actor.value or "", action=action.value or "", subject=subject.value or "",
            before=shown[-1].id if shown else None, limit=_ROWS,
        )  # fmt: skip

    async def more() -> None:
        found = await visit.act(read)
        if found is None:
            return
        shown.extend(found.value)
        table.show(
            [
                (moment(one.at, visit.console.zone), one.actor, one.action, one.subject,
                 "" if not one.details else orjson.dumps(one.details, default=str).decode())
                for one in shown
            ]
        )  # fmt: skip
        older.set_visibility(len(found.value) == _ROWS)

    async def first() -> None:
        shown.clear()
        await more()

    for part in (actor, action, subject):
        part.on("keydown.enter", first)
    await more()
