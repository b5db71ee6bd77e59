"""One example after the other, by keyboard: approve, edit, reject, skip, undo."""

from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa
from nicegui import ui
from nicegui.events import KeyEventArguments
from starlette.concurrency import run_in_threadpool

from mhc_core.accounts.sessions import Person
from mhc_core.db.queries import review_desk
from mhc_core.db.queries.review_desk import Chosen, Decided, Shown
from mhc_core.review import decisions, desk
from mhc_core.scrubbing import Scrubber, loading
from mhc_core.vocabulary import Decision, Intent
from mhc_serving.console.pages import review_bulk, review_item, review_people
from mhc_serving.console.pages.review_item import REASONS
from mhc_serving.console.visit import Visit
from mhc_serving.console.widgets import box, dialog, empty, text

KEEP_SECONDS = 60.0
_HELP = (
    ("a", "approve"), ("e", "edit the answer, then Ctrl + Enter"), ("r", "reject, with a reason"), ("s", "skip"),
    ("u", "undo your last decision, up to ten"), ("?", "this help"), ("Esc", "leave the edit or the reason"),
)  # fmt: skip


@dataclass
class _State:
    item: Shown | None = None
    chosen: Chosen = field(default_factory=Chosen)
    passed: list[int] = field(default_factory=list)
    keys: bool = True
    busy: bool = False
    writing: bool = False
    asked: bool = False
    decided: int = 0
    waiting: int = 0
    many: bool = False


async def build(visit: Visit) -> None:
    """The page."""
    page = _Review(visit)
    page.draw()
    ui.timer(0.01, page.go_on, once=True)
    ui.timer(1.0, lambda: run_in_threadpool(page.warm_up), once=True)


class _Review:
    """What one reviewer has before them."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        self._state = _State()

    def draw(self) -> None:
        """Everything that stays while items come and go."""
        with box("div", "head"):
            text("h1", "Review")
            self._count = text("span", "", "dim")
            box("span", "space")
            intents = {"": "all"} | {one.value: one.value for one in Intent}
            self._intent = ui.select(intents, value="", label="Intent", on_change=self._filter)
            self._why = ui.select({"": "any"} | REASONS, value="", label="Why it is here", on_change=self._filter)
            for part in (self._intent, self._why):
                part.props("outlined dense").classes("narrow")
            ui.switch("Keys", value=True, on_change=self._turn_keys)
            ui.button("Help", on_click=self._help).props("flat dense")
            ui.button("Many at once", on_click=lambda: review_bulk.ask(self._visit, self.go_on)).props("flat dense")
        self._spoken = text("div", "", "hidden").props("role=status")
        with box("div", "review"):
            self._place = box("div", "item")
            with box("div", "decide card"):
                self._write = box("div", "write")
                with box("div", "acts"):
                    self._button("Approve", "a", self._approve, "positive")
                    self._button("Edit", "e", self._edit, "primary")
                    self._button("Reject", "r", self._reject, "negative")
                    self._button("Skip", "s", self._skip, "secondary")
                    self._button("Undo", "u", self._undo, "secondary")
        review_people.section(self._visit)
        ui.keyboard(self._key, repeating=False, ignore=["input", "select", "textarea"])
        ui.timer(KEEP_SECONDS, self._keep, immediate=False)

    def warm_up(self) -> None:
        """Load what the first edit would wait for."""
        with self._visit.console.engine.connect() as connection:
            loading.scrubber_or_refusal(connection, self._visit.console.settings)

    def _button(self, label: str, key: str, act: object, colour: str) -> None:
        with ui.button(label, on_click=act, color=colour).props("unelevated no-caps"):  # type: ignore[arg-type]
            text("kbd", key).props("aria-hidden=true")

    async def go_on(self) -> None:
        """Show the next item, and then how many wait."""
        found = await self._visit.act(self._next)
        if found is None:
            return
        if found.value is not None:
            self._show(found.value)
        chosen = self._state.chosen
        waiting = await self._visit.look(
            lambda connection, person, now: review_desk.waiting(connection, person.name, chosen, now, desk.COUNTED + 1)
        )
        if waiting is not None:
            self._state.waiting, self._state.many = waiting.value, waiting.value > desk.COUNTED
            self._tell()
        if found.value is None:
            self._show(None)

    def _next(self, connection: sa.Connection, person: Person, now: datetime) -> Shown | None:
        return desk.next_item(connection, person.name, self._state.chosen, self._state.passed, now)

    def _show(self, item: Shown | None, decided: Decided | None = None) -> None:
        state = self._state
        state.item = item
        self._leave()
        self._tell()
        self._place.clear()
        with self._place:
            if item is None:
                self._finished(state.waiting)
                return
            review_item.draw(self._visit, item, decided, self._take_suggestion)
        self._spoken.text = f"{item.intent}: {item.question}"

    def _tell(self) -> None:
        """Counted when the page or a filter opens: to count after each decision would take longer than all the rest."""
        mine = f", {self._state.decided:,} by you now" if self._state.decided else ""
        number = f"more than {desk.COUNTED:,}" if self._state.many else f"{self._state.waiting:,}"
        self._count.text = f"{number} waiting{mine}"

    def _finished(self, waiting: int) -> None:
        if self._state.passed:
            empty(
                "That was all but what you skipped.", "Look at the skipped ones again, or take back a decision with u."
            )
            ui.button("Show the skipped ones", on_click=self._again).props("unelevated")
        elif waiting:
            empty("Others have all that is left.", "What they leave lying is free again after five minutes.")
        else:
            empty(
                "Nothing waits.",
                "Items come when conversations were scored and scrubbed: every night, or by `mhc loop`.",
            )

    async def _again(self) -> None:
        self._state.passed.clear()
        await self.go_on()

    async def _filter(self) -> None:
        self._state.chosen = Chosen(intent=self._intent.value or None, reason=self._why.value or None)
        self._state.passed.clear()
        await self.go_on()

    async def _approve(self) -> None:
        await self._decide(Decision.APPROVE)

    async def _skip(self) -> None:
        await self._decide(Decision.SKIP)

    async def _decide(self, decision: Decision, answer: str | None = None, reason: str | None = None) -> None:
        """Decide the item that is shown and show the next, in one transaction."""
        state, item = self._state, self._state.item
        if item is None or state.busy:
            return

        def work(connection: sa.Connection, person: Person, now: datetime) -> Shown | None:
            decisions.decide(
                connection, item.id, decision, person.name, now, lambda: self._scrubber(connection), answer, reason,
                seen=item.version,
            )  # fmt: skip
            if decision is Decision.SKIP:
                state.passed.append(item.id)
            return self._next(connection, person, now)

        state.busy = True
        try:
            done = await self._visit.act(work)
        finally:
            state.busy = False
        if done is not None:
            state.decided += decision is not Decision.SKIP
            state.waiting = max(0, state.waiting - (decision is not Decision.SKIP))
            self._show(done.value)
        elif answer is None:
            await self._read_again(item.id)

    def _scrubber(self, connection: sa.Connection) -> Scrubber:
        return loading.scrubber(connection, self._visit.console.settings)

    async def _read_again(self, item_id: int) -> None:
        """What was refused is shown as it is now, with what somebody else said."""

        def work(connection: sa.Connection, person: Person, now: datetime) -> tuple[Shown | None, Decided | None]:
            shown = review_desk.shown(connection, item_id)
            return shown, review_desk.current(connection, item_id)[1] if shown else None

        found = await self._visit.act(work)
        if found is not None and found.value[0] is not None:
            self._show(*found.value)

    async def _undo(self) -> None:
        found = await self._visit.act(lambda connection, person, now: desk.undo(connection, person.name, now))
        if found is not None:
            state, back = self._state, found.value.id
            if back in state.passed:
                state.passed.remove(back)
            else:
                state.decided, state.waiting = max(0, state.decided - 1), state.waiting + 1
            self._show(found.value)

    def _edit(self, answer: str | None = None) -> None:
        if self._state.item is None:
            return
        given = answer if isinstance(answer, str) else self._state.item.answer
        self._leave()
        self._state.writing = True
        with self._write:
            field = ui.textarea("The better answer", value=given).props("outlined autogrow autofocus").classes("full")
            field.on("keydown.ctrl.enter", lambda: self._decide(Decision.EDIT, field.value))
            field.on("keydown.esc", self._leave)
            with box("div", "acts"):
                ui.button("Save and approve", on_click=lambda: self._decide(Decision.EDIT, field.value)).props(
                    "unelevated"
                )
                ui.button("Leave", on_click=self._leave).props("flat")
        field.run_method("focus")

    def _take_suggestion(self, answer: str) -> None:
        self._edit(answer)

    def _reject(self) -> None:
        if self._state.item is None:
            return
        self._leave()
        self._state.writing = True
        with self._write:
            field = ui.input("Why is it not to be learned?").props("outlined autofocus").classes("full")
            field.on("keydown.enter", lambda: self._decide(Decision.REJECT, None, field.value or None))
            field.on("keydown.esc", self._leave)
            with box("div", "chips"):
                for why in ("wrong", "not our tone", "incomplete", "private"):
                    ui.button(why, on_click=lambda said=why: self._decide(Decision.REJECT, None, said)).props(
                        "outline dense"
                    )
            with box("div", "acts"):
                ui.button(
                    "Reject",
                    color="negative",
                    on_click=lambda: self._decide(Decision.REJECT, None, field.value or None),
                ).props("unelevated")
                ui.button("Leave", on_click=self._leave).props("flat")
        field.run_method("focus")

    def _leave(self) -> None:
        self._state.writing = False
        self._write.clear()

    def _turn_keys(self, event: object) -> None:
        self._state.keys = bool(getattr(event, "value", True))

    async def _key(self, event: KeyEventArguments) -> None:
        state, modifiers = self._state, event.modifiers
        if not event.action.keydown or modifiers.ctrl or modifiers.alt or modifiers.meta or not state.keys:
            return
        if str(event.key) == "Escape":
            self._leave()
        if state.writing or state.asked:
            return
        match str(event.key):
            case "a":
                await self._approve()
            case "e":
                self._edit()
            case "r":
                self._reject()
            case "s":
                await self._skip()
            case "u":
                await self._undo()
            case "?":
                self._help()

    def _help(self) -> None:
        self._state.asked = True
        with dialog("Keys") as opened:
            with box("dl", "keys"):
                for key, meaning in _HELP:
                    with box("dt"):
                        text("kbd", key)
                    text("dd", meaning)
            text("p", "Keys do nothing while you type. The switch on top turns them off.", "dim")
            ui.button("Close", on_click=opened.close).props("unelevated")
        opened.on("hide", self._helped)

    def _helped(self) -> None:
        self._state.asked = False

    async def _keep(self) -> None:
        item = self._state.item
        if item is not None:
            await self._visit.look(lambda connection, person, now: desk.keep(connection, item.id, person.name, now))
