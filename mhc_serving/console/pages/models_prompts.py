"""Wordings that models answer under: their versions, what is in production, and a new one written here."""

import difflib
from datetime import datetime

import sqlalchemy as sa
from nicegui import ui

from mhc_core.accounts.sessions import Person
from mhc_core.db.queries import prompts
from mhc_core.db.queries.prompts import StoredPrompt
from mhc_core.prompts import registry
from mhc_core.scrubbing import loading
from mhc_serving.console.visit import Visit, Work
from mhc_serving.console.widgets import box, dialog, moment, text

_Read = tuple[dict[str, str], list[StoredPrompt]]


class Prompts:
    """The section: a prompt is opened to see its versions and to change what is in production."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        text("h2", "Prompts")
        text("p", "The rules above each wording belong to the release; serving takes a new one within seconds.", "dim")
        self._list = box("ul", "cards").props('aria-label="Prompts"')

    async def show(self) -> None:
        """Read the prompts."""

        def read(connection: sa.Connection, person: Person, now: datetime) -> _Read:
            live = {one.name: one.version_id for one in prompts.standing(connection)}
            return live, prompts.listed(connection)

        found = await self._visit.act(read)
        if found is None:
            return
        live, stored = found.value
        by_name: dict[str, list[StoredPrompt]] = {}
        for one in stored:
            by_name.setdefault(one.name, []).append(one)
        self._list.clear()
        with self._list:
            for name, known in by_name.items():
                self._row(name, known, live.get(name))
            if not by_name:
                with box("li"):
                    text("p", "None yet: `mhc serve` records those of this release when it starts.", "dim")

    def _row(self, name: str, known: list[StoredPrompt], live: str | None) -> None:
        standing = next((one for one in known if one.id == live), None)
        by = f"by {standing.added_by}, {moment(standing.created_at, self._visit.console.zone)}" if standing else ""
        with box("li", "card"):
            with box("div", "chips"):
                text("h3", name, "inline")
                text("span", f"{len(known)} version{'s' if len(known) > 1 else ''}", "chip")
            text("p", f"{live or 'nothing'} in production {by}", "dim")
            ui.button("Open", on_click=lambda: self._open(name, known, live)).props(
                f'flat dense aria-label="Open {name}"'
            )

    def _open(self, name: str, known: list[StoredPrompt], live: str | None) -> None:
        by_id = {one.id: one for one in known}
        with dialog(name) as opened:
            labels = {one.id: f"{one.id}{', in production' if one.id == live else ''}" for one in known}
            version = ui.select(labels, value=live if live in labels else known[0].id, label="Version")
            version.props("outlined dense").classes("full")
            field = ui.textarea("Wording").props("outlined autogrow").classes("full mono editor")
            differs = text("pre", "", "mono note").props('role=status aria-label="Difference from production"')
            why = ui.input("Why; it is kept with the decision", value="by hand").props("outlined dense").classes("full")
            with box("div", "acts"):
                ui.button("Record as a new version", on_click=lambda: record()).props("unelevated")
                promote = ui.button("Put in production", on_click=lambda: put()).props("outline")
                ui.button("Roll back", on_click=lambda: back()).props("outline")
                ui.button("Close", on_click=opened.close).props("flat")

        def compared() -> None:
            chosen, standing = by_id[str(version.value)], by_id.get(live or "")
            field.value = chosen.task
            promote.set_enabled(chosen.id != live)
            lines = difflib.unified_diff(
                (standing.task if standing else "").splitlines(), chosen.task.splitlines(), live or "", chosen.id,
                lineterm="", n=1,
            )  # fmt: skip
            differs.text = "\n".join(lines)
            differs.set_visibility(bool(differs.text))

        async def act(work: Work[str]) -> None:
            done = await self._visit.act(work)
            if done is not None:
                self._visit.say(done.value)
                opened.close()
                await self.show()

        async def record() -> None:
            def work(connection: sa.Connection, person: Person, now: datetime) -> str:
                console = self._visit.console
                scrubber = loading.scrubber(connection, console.settings)
                made = registry.add(
                    connection, console.business, name, str(field.value or ""), person.name, scrubber, now
                )
                return f"{made.id} is recorded; open the prompt again to put it in production"

            await act(work)

        async def put() -> None:
            def work(connection: sa.Connection, person: Person, now: datetime) -> str:
                registry.promote(connection, str(version.value), person.name, str(why.value or "by hand"), now)
                return f"{version.value} is in production"

            await act(work)

        async def back() -> None:
            def work(connection: sa.Connection, person: Person, now: datetime) -> str:
                return f"{registry.roll_back(connection, name, person.name, str(why.value or 'by hand'), now)} is back"

            await act(work)

        version.on_value_change(compared)
        compared()
