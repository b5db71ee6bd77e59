"""A booking request as staff see and decide it, on its own page and beside its conversation."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import date, datetime, time
from typing import Any

import sqlalchemy as sa
from nicegui import ui

from mhc_core.accounts.sessions import Person
from mhc_core.concierge.agents import summary
from mhc_core.concierge.facts import memory
from mhc_core.db.queries import surveys as waiting
from mhc_core.db.queries.bookings import Booking
from mhc_core.support import bookings, surveys
from mhc_core.support.bookings import Decision
from mhc_serving.console import places
from mhc_serving.console.visit import Visit
from mhc_serving.console.widgets import box, dialog, dollars, moment, text

_CHIPS = {"requested": "chip warn", "confirmed": "chip good", "declined": "chip bad", "withdrawn": "chip"}


def draw(visit: Visit, found: Booking, afterwards: Callable[[], Awaitable[None]], *, link: bool) -> None:
    """Draw a request with what can be done; ``afterwards`` is called when something was."""
    with box("div", "chips"):
        text(
            "h2",
            f"{found.event_on:%a, %b} {found.event_on.day} {found.event_on.year}, {found.starts_at:%H:%M}",
            "inline",
        )
        text("span", found.status, _CHIPS.get(found.status, "chip"))
    party = f"{found.adults} adults, {found.children} children, {found.under_six} under six"
    text("p", f"{party} · {dollars(found.total_usd) if found.total_usd is not None else 'price open'}")
    with box("dl", "facts"):
        for name, value in told(found.details).items():
            text("dt", name)
            text("dd", value)
    text("p", f"Asked {moment(found.requested_at, visit.console.zone)}", "dim")
    with box("div", "acts"):
        if found.status == "requested":
            name = f"{found.event_on:%B} {found.event_on.day}"
            _button(visit, "Confirm", "confirmed", found, afterwards, name, "positive")
            _button(visit, "Decline", "declined", found, afterwards, name, "negative")
            ui.button("Propose another date", on_click=lambda: _propose(visit, found, afterwards)).props("outline")
        if found.status == "confirmed" and found.event_on < visit.console.clock().astimezone(visit.console.zone).date():
            ui.button("Survey link", on_click=lambda: _survey(visit, found, afterwards)).props("outline")
        if link:
            ui.link("Conversation", f"{places.INBOX.path}?conversation={found.conversation_id}")


def told(details: Mapping[str, Any]) -> dict[str, str]:
    """What the customer told beside day and party, in words; what was not said is left out."""
    facts = memory.load(details)
    said = {
        "where": facts.where,
        "distance": f"{facts.party.miles:f} miles" if facts.party.miles is not None else "",
        "food": summary.dishes(facts),
        "allergies and diets": summary.allergies(facts).removeprefix("to look out for: "),
        "occasion": facts.occasion or "",
        "name": facts.name or "",
        "phone": facts.phone or "",
        "e-mail": facts.email or "",
        "asks": "; ".join(facts.questions),
    }
    return {name: value for name, value in said.items() if value}


def _button(
    visit: Visit,
    label: str,
    decision: Decision,
    found: Booking,
    afterwards: Callable[[], Awaitable[None]],
    name: str,
    colour: str,
) -> None:
    def work(connection: sa.Connection, person: Person, now: datetime) -> Booking:
        return bookings.decide(
            connection, visit.console.business, found.id, decision, found.updated_at, person.name, now
        )

    async def press() -> None:
        if await visit.act(work):
            visit.say(f"{decision.capitalize()}; the customer reads it in the chat.")
        await afterwards()

    ui.button(label, on_click=press, color=colour).props(f'unelevated aria-label="{label} {name}"')


async def _survey(visit: Visit, found: Booking, afterwards: Callable[[], Awaitable[None]]) -> None:
    """The link to send a customer whom only staff can reach, and that it was sent."""

    def read(connection: sa.Connection, person: Person, now: datetime) -> str | None:
        if not waiting.for_staff(connection, found.id):
            return None
        return surveys.of_installation(connection, visit.console.settings).survey(found.conversation_id, now)

    link = await visit.act(read)
    if link is None:
        return
    if link.value is None:
        visit.say("Nothing to send: they were asked in the chat, have the link, or answered.", "warning")
        return
    with dialog("Survey after the party") as opened:
        text("p", "Send this link to the customer; it opens the survey without signing in.")
        text("code", link.value, "secret")
        with box("div", "acts"):
            ui.button("I sent it", on_click=lambda: note()).props("unelevated")
            ui.button("Close", on_click=opened.close).props("flat")

    async def note() -> None:
        if await visit.act(lambda connection, person, now: surveys.note_sent(connection, found.id, person.name, now)):
            visit.say("Noted.")
        opened.close()
        await afterwards()


def _propose(visit: Visit, found: Booking, afterwards: Callable[[], Awaitable[None]]) -> None:
    with dialog("Propose another date") as opened:
        day = ui.input("Date", value=found.event_on.isoformat()).props("outlined dense type=date").classes("full")
        starts = ui.input("Time", value=f"{found.starts_at:%H:%M}").props("outlined dense type=time").classes("full")
        with box("div", "acts"):
            ui.button("Tell the customer", on_click=lambda: send()).props("unelevated")
            ui.button("Cancel", on_click=opened.close).props("flat")

    async def send() -> None:
        try:
            wanted, at = date.fromisoformat(day.value), time.fromisoformat(starts.value)
        except (TypeError, ValueError):
            visit.say("Give a date and a time.", "warning")
            return

        def work(connection: sa.Connection, person: Person, now: datetime) -> None:
            business = visit.console.business
            bookings.propose(connection, business, found.id, wanted, at, found.updated_at, person.name, now)

        if await visit.act(work):
            visit.say("Proposed; the customer reads it in the chat.")
            opened.close()
            await afterwards()
