"""The conversation that is open in the inbox: what was said, what can be done, and what is known around it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from nicegui import ui
from nicegui.element import Element

from mhc_core.accounts.sessions import Person
from mhc_core.db.queries import audit, bookings, desk
from mhc_core.db.queries import handover as handovers
from mhc_core.db.queries.bookings import Booking
from mhc_core.db.queries.desk import Earlier, Message, Note, Talk
from mhc_core.db.queries.handover import Handover
from mhc_core.errors import NotFound
from mhc_serving.console.pages import inbox_around, inbox_reply
from mhc_serving.console.visit import Visit
from mhc_serving.console.widgets import box, empty, moment, text

MESSAGES, HISTORY = 200, 20
_WHO = {"user": "Customer", "assistant": "Assistant", "system": "Told"}


@dataclass(frozen=True)
class Whole:
    """A conversation with all that stands around it."""

    talk: Talk
    handover: Handover | None
    messages: list[Message]
    notes: list[Note]
    booking: Booking | None
    history: list[Earlier]


def read(connection: sa.Connection, conversation_id: UUID) -> Whole:
    """All of one conversation.

    Raises:
        NotFound: there is no such conversation.
    """
    talk = desk.talk(connection, conversation_id)
    if talk is None:
        raise NotFound("there is no such conversation any more; take another one of the list")
    history = desk.history(connection, talk.customer_id, talk.id, HISTORY) if talk.customer_id else []
    return Whole(
        talk, handovers.open_of(connection, conversation_id), desk.messages(connection, conversation_id, MESSAGES),
        desk.notes(connection, conversation_id), bookings.of_conversation(connection, conversation_id), history,
    )  # fmt: skip


class OpenTalk:
    """The place of the open conversation. ``changed`` is called when something was done that the list shows."""

    def __init__(
        self, visit: Visit, closed: Callable[[], Awaitable[None]], changed: Callable[[], Awaitable[None]]
    ) -> None:
        self._visit, self._closed, self._changed = visit, closed, changed
        self._id: UUID | None = None
        self._shown: Whole | None = None
        self._messages: Element
        self._scrolled: Element
        self._around: Element
        self._place = box("section", "open").props('aria-label="Conversation"')
        with self._place:
            empty("No conversation is open.", "Choose one of the list.")

    async def open(self, conversation_id: UUID) -> None:
        """Show a conversation; the log keeps who read it."""
        self._id = conversation_id

        def work(connection: sa.Connection, person: Person, now: datetime) -> Whole:
            whole = read(connection, conversation_id)
            about = {"turns": len(whole.messages)}
            audit.record(connection, person.name, "conversation.read", f"conversation:{conversation_id}", about, now)
            return whole

        found = await self._visit.act(work)
        if found is not None:
            self._draw(found.value)

    async def renew(self) -> None:
        """Read it again by itself; what is being written stays."""
        await self._look(by_itself=True)

    async def _look(self, *, by_itself: bool = False) -> None:
        wanted = self._id
        if wanted is None:
            return
        look = self._visit.look if by_itself else self._visit.act
        found = await look(lambda connection, person, now: read(connection, wanted))
        if found is not None and wanted == self._id and found.value != self._shown:
            self._draw(found.value)

    def _draw(self, whole: Whole) -> None:
        before, self._shown = self._shown, whole
        same = before is not None and before.talk.id == whole.talk.id
        if same and before is not None and before.handover == whole.handover:
            if before.messages != whole.messages:
                self._said(whole)
            if (before.notes, before.booking, before.history) != (whole.notes, whole.booking, whole.history):
                inbox_around.draw(self._visit, self._around, whole, self._look)
            return
        self._place.clear()
        with self._place:
            self._heading(whole)
            with box("div", "columns"):
                with box("div", "middle"):
                    with box("div", "messages").props('tabindex=0 aria-label="Messages" role=log') as self._scrolled:
                        self._messages = box("ol")
                    if whole.handover is not None:
                        inbox_reply.draw(self._visit, whole.handover, self._acted)
                self._around = box("div", "around")
        self._said(whole)
        inbox_around.draw(self._visit, self._around, whole, self._look)

    def _heading(self, whole: Whole) -> None:
        talk = whole.talk
        with box("div", "head"):
            ui.button(icon="arrow_back", on_click=self._close).props(
                'flat round dense aria-label="Back to the list"'
            ).classes("back")
            text("h2", str(talk.customer.get("name") or talk.customer_id or "Visitor"), "inline")
            for said in (talk.channel, talk.status, talk.intent, talk.outcome):
                if said:
                    text("span", said, "chip")
            if whole.handover is not None:
                text("span", whole.handover.reason or "hand-over", "chip warn")
            text("span", f"since {moment(talk.started_at, self._visit.console.zone)}", "dim")

    def _said(self, whole: Whole) -> None:
        self._messages.clear()
        with self._messages:
            for one in whole.messages:
                with box("li", f"message {one.role}"):
                    when = moment(one.sent_at, self._visit.console.zone)
                    text("span", f"{one.by or _WHO.get(one.role, 'Person')} · {when}", "speaker")
                    text("p", one.text or "(its words are gone)")
                    if one.citations:
                        text("span", ", ".join(str(cited.get("id", "")) for cited in one.citations), "dim small")
        with self._place:
            ui.run_javascript(
                f"const one = getHtmlElement({self._scrolled.id}); if (one) one.scrollTop = one.scrollHeight"
            )

    async def _acted(self) -> None:
        await self._look()
        await self._changed()

    async def _close(self) -> None:
        self._id = self._shown = None
        self._place.clear()
        with self._place:
            empty("No conversation is open.", "Choose one of the list.")
        await self._closed()
