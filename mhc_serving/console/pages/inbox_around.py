"""What stands beside an open conversation: the booking, notes and tags, and the customer's other conversations."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from nicegui import ui
from nicegui.element import Element

from mhc_core.support import notes
from mhc_serving.console import places
from mhc_serving.console.pages import booking_card
from mhc_serving.console.visit import Visit
from mhc_serving.console.widgets import box, moment, text

if TYPE_CHECKING:
    from mhc_serving.console.pages.inbox_talk import Whole


def draw(visit: Visit, place: Element, whole: Whole, afterwards: Callable[[], Awaitable[None]]) -> None:
    """Draw it anew; ``afterwards`` is called when something was done."""
    place.clear()
    with place:
        if whole.booking is not None:
            with box("div", "card"):
                booking_card.draw(visit, whole.booking, afterwards, link=False)
        _notes(visit, whole, afterwards)
        _customer(whole)
        if whole.history:
            text("h3", "Other conversations")
            with box("ul", "earlier"):
                for one in whole.history:
                    said = " · ".join(part for part in (one.channel, one.intent, one.outcome) if part)
                    with box("li"):
                        address = f"{places.INBOX.path}?conversation={one.id}"
                        ui.link(f"{moment(one.started_at, visit.console.zone)} · {said}", address)


def _customer(whole: Whole) -> None:
    known = {name.replace("_", " "): str(value) for name, value in whole.talk.customer.items() if value}
    if known:
        text("h3", "Customer")
        with box("dl", "facts"):
            for name, value in known.items():
                text("dt", name)
                text("dd", value)


def _notes(visit: Visit, whole: Whole, afterwards: Callable[[], Awaitable[None]]) -> None:
    conversation = whole.talk.id

    async def write(field: ui.input, kind: str) -> None:
        act = notes.tag if kind == "tag" else notes.note
        words = field.value or ""
        if await visit.act(lambda connection, person, now: act(connection, conversation, words, person.name, now)):
            field.value = ""
        await afterwards()

    async def untag(tag: str) -> None:
        await visit.act(lambda connection, person, now: notes.untag(connection, conversation, tag, person.name, now))
        await afterwards()

    text("h3", "Tags")
    with box("div", "chips"):
        for one in whole.notes:
            if one.kind == "tag":
                with box("span", "chip"):
                    text("span", f"#{one.text}")
                    ui.button(icon="close", on_click=lambda tag=one.text: untag(tag)).props(
                        f'flat round dense size=xs aria-label="Take off {one.text}"'
                    )
    tag = ui.input("Add a tag").props("outlined dense").classes("full")
    tag.on("keydown.enter", lambda: write(tag, "tag"))
    text("h3", "Notes")
    for one in whole.notes:
        if one.kind == "note":
            with box("div", "turn"):
                text("span", f"{one.written_by} · {moment(one.written_at, visit.console.zone)}", "speaker")
                text("p", one.text)
    note = ui.input("Add a note").props("outlined dense").classes("full")
    note.on("keydown.enter", lambda: write(note, "note"))
