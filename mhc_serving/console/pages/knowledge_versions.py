"""Versions of the index: which is live, what differs between two, and back to the one before."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from nicegui import ui

from mhc_core.accounts.sessions import Person
from mhc_core.db.queries import knowledge as queries
from mhc_core.db.queries import knowledge_desk, versions
from mhc_core.db.queries.knowledge import KnowledgeVersion
from mhc_core.knowledge import index
from mhc_serving.console.side_by_side import side_by_side
from mhc_serving.console.visit import Visit
from mhc_serving.console.widgets import Table, box, dialog, moment, text


@dataclass(frozen=True)
class _Read:
    live: str | None
    versions: list[KnowledgeVersion]


class Versions:
    """The section; ``changed`` is called when another version went live."""

    def __init__(self, visit: Visit, changed: Callable[[], Awaitable[None]]) -> None:
        self._visit, self._changed = visit, changed
        text("h2", "Versions of the index")
        self._table = Table(
            "Versions of the index", ("Version", "State", ">Articles", ">Pieces", ">Hit rate", ">MRR", "Made")
        )
        with box("div", "filters gap-top"):
            self._first = ui.select([], label="Compare").props("outlined dense").classes("narrow")
            self._second = ui.select([], label="with").props("outlined dense").classes("narrow")
            ui.button("Compare", on_click=self._compare).props("outline")
            ui.button("Roll back", on_click=self._ask).props("outline")
        self._found = box("div")

    async def show(self) -> None:
        """Read the versions."""

        def read(connection: sa.Connection, person: Person, now: datetime) -> _Read:
            return _Read(versions.live(connection, index.KIND), queries.versions(connection)[:30])

        found = await self._visit.act(read)
        if found is None:
            return
        seen = found.value
        self._table.show(
            [
                (one.id, "live" if one.id == seen.live else "", f"{one.article_count:,}", f"{one.chunk_count:,}",
                 _number(one.metrics.get("hit_rate")), _number(one.metrics.get("mrr")),
                 moment(one.created_at, self._visit.console.zone))
                for one in seen.versions
            ]
        )  # fmt: skip
        ids = [one.id for one in seen.versions]
        for part, value in ((self._first, ids[1:2]), (self._second, ids[:1])):
            part.set_options(ids, value=next(iter(value), None))

    async def _compare(self) -> None:
        first, second = self._first.value, self._second.value
        if not first or not second:
            self._visit.say("Choose two versions.", "warning")
            return
        found = await self._visit.act(
            lambda connection, person, now: knowledge_desk.differences(connection, first, second)
        )
        if found is not None:
            self._found.clear()
            with self._found:
                for one in found.value:
                    text("h3", f"{one.article_id} {one.title}")
                    side_by_side((first, second), one.first.splitlines(), one.second.splitlines())
            if not found.value:
                self._visit.say("They hold the same.")

    def _ask(self) -> None:
        with dialog("Make the version before the live one live again?") as opened, box("div", "acts"):
            ui.button("Roll back", on_click=lambda: back()).props("unelevated")
            ui.button("Cancel", on_click=opened.close).props("flat")

        async def back() -> None:
            done = await self._visit.act(lambda connection, person, now: index.rollback(connection, now, person.name))
            opened.close()
            if done is not None:
                self._visit.say(f"{done.value} is live again.")
                await self._changed()


def _number(value: object) -> str:
    return f"{value:.3f}" if isinstance(value, float) else "–" if value is None else str(value)
