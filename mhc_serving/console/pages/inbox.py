"""Conversations that wait for a person, and all others: a live list, and the one that is open beside it."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from nicegui import ui

from mhc_core.accounts.sessions import Person
from mhc_core.db.queries import desk
from mhc_core.db.queries.desk import Listed, View
from mhc_core.vocabulary import Channel, ConversationStatus
from mhc_serving.console.pages.inbox_talk import OpenTalk
from mhc_serving.console.visit import Visit
from mhc_serving.console.widgets import ago, box, empty, text

EVERY_SECONDS = 2.0
_TAGS = 50
_VIEWS: dict[str, str] = {"waiting": "Waiting", "mine": "Mine", "all": "All"}
_EMPTY = {
    "waiting": ("Nobody waits for a person.", "New ones ring and appear here by themselves."),
    "mine": ("You have no conversation.", "Claim one of those that wait."),
    "all": ("Nothing found.", "Search for other words, or take filters off."),
}


@dataclass
class _State:
    view: View = "waiting"
    shown: list[tuple[object, ...]] = field(default_factory=list)
    open: UUID | None = None


async def build(visit: Visit) -> None:
    """The page."""
    page = _Inbox(visit)
    await page.start(ui.context.client.request.query_params.get("conversation", ""))


class _Inbox:
    """The list; what is open beside it is :class:`OpenTalk`."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        self._state = _State()
        with box("div", "head"):
            text("h1", "Inbox")
            self._view = ui.toggle(_VIEWS, value="waiting", on_change=self._turn).props(
                'no-caps dense unelevated aria-label="Which conversations"'
            )
            self._search = ui.input("Search all messages").props("outlined dense clearable debounce=300")
            self._search.on_value_change(self._searched)
            channels = {"": "all"} | {one.value: one.value for one in Channel}
            statuses = {"": "any"} | {one.value: one.value for one in ConversationStatus}
            self._channel = ui.select(channels, value="", label="Channel", on_change=self.show)
            self._status = ui.select(statuses, value="", label="Status", on_change=self.show)
            self._tag = ui.select({"": "any"}, value="", label="Tag", on_change=self.show)
            for part in (self._channel, self._status, self._tag):
                part.props("outlined dense").classes("narrow")
            ui.button("Notify me", on_click=_allow).props("flat dense")
        with box("div", "inbox") as self._columns:
            self._list = box("ul", "talks").props('aria-label="Conversations"')
            self._talk = OpenTalk(visit, self._close, self.show)

    async def start(self, wanted: str) -> None:
        """What is shown first: those that wait, or all where nobody does, or the conversation that a link names."""
        try:
            self._state.open = UUID(wanted) if wanted else None
        except ValueError:
            self._visit.say("This link names no conversation.", "warning")
        first = await self._visit.act(
            lambda connection, person, now: (bool(desk.ringing(connection)), desk.tags(connection, _TAGS))
        )
        if first is not None:
            waits, tags = first.value
            self._tag.set_options({"": "any"} | {tag: f"#{tag}" for tag in tags}, value="")
            if not waits:
                self._state.view = "all"
                self._view.set_value("all")
        await self.show()
        if self._state.open is not None:
            await self._open(self._state.open)
        ui.timer(EVERY_SECONDS, self._renew, immediate=False)

    def _read(self, connection: sa.Connection, person: Person, now: datetime) -> tuple[list[Listed], datetime]:
        words = self._search.value or ""
        view: View = "all" if words.strip() or self._tag.value else self._state.view
        found = desk.listed(
            connection, view, person.name, search=words,
            channel=Channel(self._channel.value) if self._channel.value else None,
            status=ConversationStatus(self._status.value) if self._status.value else None, tag=self._tag.value or "",
        )  # fmt: skip
        return found, now

    async def show(self) -> None:
        """Read the list because its person wants to see it."""
        found = await self._visit.act(self._read)
        if found is not None:
            self._draw(*found.value)

    async def _renew(self) -> None:
        found = await self._visit.look(self._read)
        if found is not None:
            self._draw(*found.value)
            await self._talk.renew()

    def _draw(self, found: list[Listed], now: datetime) -> None:
        rows = [(*one, self._when(one, now), one.id == self._state.open) for one in found]
        if rows == self._state.shown and rows:
            return
        self._state.shown = list(rows)
        self._list.clear()
        with self._list:
            for one in found:
                self._row(one, now)
            if not found:
                with box("li"):
                    empty(*_EMPTY["all" if (self._search.value or "").strip() else self._state.view])

    def _row(self, one: Listed, now: datetime) -> None:
        with box("li"), ui.element("button").props("type=button").classes("talk") as row:
            if one.id == self._state.open:
                row.props("aria-current=true")
            with box("span", "top"):
                text("span", one.name or one.customer_id or "Visitor", "name")
                text("span", self._when(one, now), "when")
            with box("span", "chips"):
                text("span", one.channel, "chip")
                if one.handover_id is not None:
                    text("span", one.reason or "hand-over", "chip bad" if one.urgent else "chip warn")
                    if one.claimed_by:
                        text("span", one.claimed_by, "chip good")
                elif one.intent:
                    text("span", one.intent, "chip")
                if one.booking:
                    text("span", f"booking {one.booking}", "chip")
                for tag in one.tags:
                    text("span", f"#{tag}", "chip")
            text("span", one.preview or "", "preview")
        row.on("click", lambda chosen=one.id: self._open(chosen))

    def _when(self, one: Listed, now: datetime) -> str:
        return f"waits {ago(one.opened_at, now)}" if one.opened_at else ago(one.last_message_at, now)

    async def _open(self, conversation_id: UUID) -> None:
        self._state.open = conversation_id
        self._columns.classes(add="reading")
        await self._talk.open(conversation_id)
        await self.show()

    async def _close(self) -> None:
        self._state.open = None
        self._columns.classes(remove="reading")
        await self.show()

    async def _turn(self) -> None:
        self._state.view = self._view.value
        await self.show()

    async def _searched(self) -> None:
        await self.show()


async def _allow() -> None:
    answer = await ui.run_javascript(
        "return window.Notification ? await Notification.requestPermission() : 'denied'", timeout=60
    )
    said = (
        "You are told of new ones, also when this tab is hidden."
        if answer == "granted"
        else "Your browser does not allow it."
    )
    ui.notify(said, type="positive" if answer == "granted" else "warning")
