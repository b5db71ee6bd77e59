"""Data sets, and what differs between two of them."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from nicegui import ui

from mhc_core.accounts.sessions import Person
from mhc_core.dataset import differences
from mhc_core.dataset.differences import Change, Difference
from mhc_core.db.queries import dataset
from mhc_core.db.queries.dataset import DatasetVersion
from mhc_serving.console import dagster_links
from mhc_serving.console.visit import Visit
from mhc_serving.console.widgets import Table, box, moment, text

PAGE = 10
_CHIPS = {Change.ADDED: "good", Change.REMOVED: "bad", Change.CHANGED: "warn"}


class Datasets:
    """The section."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        self._found: Sequence[Difference] = ()
        self._shown = 0
        text("h2", "Data sets")
        self._table = Table("Data sets", ("Version", ">Training", ">Validation", "Made"))
        self._link = ui.link("The newest in Dagster", dagster_links.BASE, new_tab=True)
        with box("div", "filters gap-top"):
            self._first = ui.select([], label="Compare data set").props("outlined dense").classes("narrow")
            self._second = ui.select([], label="with data set").props("outlined dense").classes("narrow")
            ui.button("Differences", on_click=self._compare).props("outline")
        self._counts = text("p", "", "dim").props("role=status")
        self._list = box("div")
        self._more = ui.button("More differences", on_click=self._page).props("flat")
        self._more.set_visibility(False)

    def show(self, versions: Sequence[DatasetVersion]) -> None:
        """Show the versions, newest first."""
        zone = self._visit.console.zone
        self._table.show(
            [
                (one.id, f"{one.train_count:,}", f"{one.validation_count:,}", moment(one.created_at, zone))
                for one in versions
            ]
        )
        self._link.set_visibility(bool(versions))
        if versions:
            address = dagster_links.made(dagster_links.COLLECTED, versions[0].created_at)
            self._link.props(f'href="{address}"')
        ids = [one.id for one in versions]
        for part, value in ((self._first, ids[1:2]), (self._second, ids[:1])):
            part.set_options(ids, value=next(iter(value), None))

    async def _compare(self) -> None:
        first, second = self._first.value, self._second.value
        if not first or not second:
            self._visit.say("Choose two data sets.", "warning")
            return

        def read(connection: sa.Connection, person: Person, now: datetime) -> Sequence[Difference]:
            one, other = dataset.usable(connection, first), dataset.usable(connection, second)
            return differences.differences(one, other)

        found = await self._visit.act(read)
        if found is None:
            return
        self._found, self._shown = found.value, 0
        counts = {change: sum(one.change is change for one in self._found) for change in Change}
        self._counts.text = ", ".join(f"{count:,} {change}" for change, count in counts.items())
        self._list.clear()
        self._page()

    def _page(self) -> None:
        until = self._shown + PAGE
        with self._list:
            for one in self._found[self._shown : until]:
                _card(one)
        self._shown = until
        self._more.set_visibility(until < len(self._found))


def _card(one: Difference) -> None:
    with box("div", "card gap-top"):
        with box("div", "chips"):
            text("span", one.change, f"chip {_CHIPS[one.change]}")
            splits = [side.split for side in (one.first, one.second) if side is not None]
            text("span", " → ".join(dict.fromkeys(splits)), "chip")
            text("span", one.example_id, "dim small")
        sides = [side for side in dict.fromkeys((one.first, one.second)) if side is not None]
        with box("div", "beside"):
            for side in sides:
                with box("div"):
                    with box("div", "turn customer"):
                        text("p", side.question)
                    with box("div", "turn answer"):
                        text("p", side.answer)
