"""What a person does with a conversation that was handed over: claim, answer, transfer, give back, resolve."""

from collections.abc import Awaitable, Callable
from datetime import datetime

import sqlalchemy as sa
from nicegui import ui

from mhc_core.accounts.sessions import Person
from mhc_core.db.queries import desk, staff, versions
from mhc_core.db.queries.desk import Passage
from mhc_core.db.queries.handover import Handover
from mhc_core.errors import DataError
from mhc_core.support import handover
from mhc_core.vocabulary import StaffRole
from mhc_serving.console.visit import Visit
from mhc_serving.console.widgets import box, dialog, text

PASSAGES = 6
Act = Callable[[sa.Connection, int, str, datetime], object]


def draw(visit: Visit, found: Handover, afterwards: Callable[[], Awaitable[None]]) -> None:
    """The acts that are open to this person; ``afterwards`` is called after each."""
    with box("div", "reply"):
        if found.claimed_by is None:
            text("p", "This customer waits for a person.", "note")
            _button(visit, "Claim", found, handover.claim, afterwards, "unelevated")
        elif found.claimed_by == visit.person.name:
            _writing(visit, found, afterwards)
        else:
            text("p", f"{found.claimed_by} has this conversation.", "note")


def _writing(visit: Visit, found: Handover, afterwards: Callable[[], Awaitable[None]]) -> None:
    said = ui.textarea("Your answer", placeholder="Ctrl + Enter sends it").props("outlined autogrow").classes("full")

    async def send() -> None:
        words = (said.value or "").strip()

        def work(connection: sa.Connection, person: Person, now: datetime) -> None:
            if not 0 < len(words) <= visit.console.settings.max_message_chars:
                raise DataError("write an answer first, and not too long a one")
            handover.reply(connection, found.id, words, person.name, now)

        if await visit.act(work):
            said.value = ""
        await afterwards()

    said.on("keydown.ctrl.enter", send)
    with box("div", "acts"):
        ui.button("Send", on_click=send).props("unelevated")
        ui.button("From knowledge", on_click=lambda: _canned(visit, said)).props("outline")
        ui.button("Transfer", on_click=lambda: _transfer(visit, found, afterwards)).props("outline")
        _button(visit, "Give back", found, handover.give_back, afterwards, "outline")
        _button(visit, "Resolve", found, handover.resolve, afterwards, "outline")


def _button(
    visit: Visit, label: str, found: Handover, act: Act, afterwards: Callable[[], Awaitable[None]], look: str
) -> None:
    async def press() -> None:
        await visit.act(lambda connection, person, now: act(connection, found.id, person.name, now))
        await afterwards()

    ui.button(label, on_click=press).props(look)


def _canned(visit: Visit, said: ui.textarea) -> None:
    """Look a passage of the live knowledge up and put it into the answer."""
    with dialog("From knowledge") as opened:
        words = (
            ui.input("Search", on_change=lambda: search())
            .props("outlined dense autofocus debounce=250")
            .classes("full")
        )
        listed = box("ul", "passages")

    def read(connection: sa.Connection, person: Person, now: datetime) -> list[Passage]:
        live = versions.live(connection, "knowledge")
        return desk.passages(connection, live, words.value or "", PASSAGES) if live else []

    async def search() -> None:
        found = await visit.act(read)
        if found is None:
            return
        listed.clear()
        with listed:
            for one in found.value:
                with box("li", "card"):
                    text("h3", f"{one.article_id} {one.title}")
                    text("p", one.content)
                    ui.button("Use it", on_click=lambda chosen=one.content: use(chosen)).props("flat dense")
            if not found.value:
                text("li", "Nothing holds these words.", "dim")

    def use(passage: str) -> None:
        said.value = "\n\n".join(part for part in (said.value or "", passage) if part)
        opened.close()


async def _transfer(visit: Visit, found: Handover, afterwards: Callable[[], Awaitable[None]]) -> None:
    people = await visit.act(
        lambda connection, person, now: staff.names(connection, [StaffRole.AGENT, StaffRole.ADMIN])
    )
    if people is None:
        return
    queues = {f"queue:{name}": f"the queue {name}" for name in visit.console.business.handover.queues}
    others = {f"person:{name}": name for name in people.value if name != visit.person.name}
    with dialog("Transfer") as opened:
        target = ui.select(others | queues, label="To").props("outlined dense").classes("full")
        with box("div", "acts"):
            ui.button("Transfer", on_click=lambda: send()).props("unelevated")
            ui.button("Cancel", on_click=opened.close).props("flat")

    async def send() -> None:
        kind, _, name = (target.value or "").partition(":")
        if not name:
            visit.say("Choose a person or a queue.", "warning")
            return

        def work(connection: sa.Connection, person: Person, now: datetime) -> None:
            to = name if kind == "person" else None
            queue = name if kind == "queue" else None
            handover.transfer(connection, found.id, person.name, now, to=to, queue=queue)

        if await visit.act(work):
            opened.close()
        await afterwards()
