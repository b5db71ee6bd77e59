"""What the scrubber missed, marked by selecting it, and how the question was read, corrected in place."""

import re
from datetime import datetime

import sqlalchemy as sa
from nicegui import ui

from mhc_core.accounts.sessions import Person
from mhc_core.db.queries.review_desk import Shown
from mhc_core.scrubbing import loading, marks
from mhc_core.scrubbing.findings import PiiType
from mhc_core.scrubbing.marks import Kind, Marking
from mhc_core.understanding import correcting
from mhc_core.understanding.correcting import FORMAT, Reading
from mhc_core.understanding.labelled import written
from mhc_serving.console.visit import Visit
from mhc_serving.console.widgets import box, dialog, share, text

_PLACEHOLDER = re.compile(r"\[[A-Z_]+_\d+\]")
_SELECTED = """
    const selected = getSelection();
    const part = selected.anchorNode?.parentElement?.closest("[data-part]");
    return [part?.dataset.part ?? "", selected.toString().trim()];
"""


def section(visit: Visit, item: Shown) -> None:
    """The two helps of an item."""
    with box("div", "acts"):
        ui.button("Mark selected text", on_click=lambda: _mark(visit, item)).props("flat dense")
    with box("details") as details:
        text("summary", "How the question was read")
        place = box("div")
    opened: list[bool] = []

    async def open_once() -> None:
        if not opened:
            opened.append(True)
            await _show_reading(visit, item, place)

    details.on("toggle", open_once)


async def _mark(visit: Visit, item: Shown) -> None:
    part, selected = await ui.run_javascript(_SELECTED)
    if part not in ("question", "answer") or not selected:
        visit.say("Select the piece in the question or the answer first.", "warning")
        return
    if _PLACEHOLDER.fullmatch(selected):
        _mark_masked(visit, item, part, selected)
        return
    with dialog("Personal data that was missed") as opened:
        text("p", f"“{selected}” in the {part}")
        kind = ui.select([one.value for one in PiiType], value=PiiType.PERSON.value, label="What it is")
        kind.props("outlined dense").classes("full")
        everywhere = ui.checkbox("Mask these words in all conversations")
        with box("div", "acts"):
            ui.button("Mark it", on_click=lambda: save()).props("unelevated")
            ui.button("Cancel", on_click=opened.close).props("flat")

    async def save() -> None:
        message = item.question_message_id if part == "question" else item.answer_message_id
        marking = Marking(message, Kind.MISSED, PiiType(kind.value), text=selected, everywhere=bool(everywhere.value))
        done = await visit.act(lambda connection, person, now: marks.mark(connection, marking, person.name, now))
        if done is not None:
            visit.say(f"Marked; {done.value.withdrawn} examples wait to be scrubbed again.")
            opened.close()


def _mark_masked(visit: Visit, item: Shown, part: str, placeholder: str) -> None:
    with dialog("Masked, but nothing personal") as opened:
        text("p", f"{placeholder} in the {part}: what stands behind it shall stay.")
        everywhere = ui.checkbox("Leave these words in all conversations")
        with box("div", "acts"):
            ui.button("Mark it", on_click=lambda: save()).props("unelevated")
            ui.button("Cancel", on_click=opened.close).props("flat")

    async def save() -> None:
        message = item.question_message_id if part == "question" else item.answer_message_id

        def work(connection: sa.Connection, person: Person, now: datetime) -> int:
            scrubber = loading.scrubber(connection, visit.console.settings)
            wide = bool(everywhere.value)
            return len(marks.mark_masked(connection, scrubber, message, placeholder, person.name, now, everywhere=wide))

        done = await visit.act(work)
        if done is not None:
            visit.say("Marked; the next scrubbing leaves it.")
            opened.close()


async def _show_reading(visit: Visit, item: Shown, place: ui.element) -> None:
    def read(connection: sa.Connection, person: Person, now: datetime) -> Reading:
        scrubber = loading.scrubber(connection, visit.console.settings)
        return correcting.reading(connection, scrubber, item.question_message_id)

    found = await visit.act(read)
    if found is None or place.is_deleted:
        return
    reading = found.value
    with place:
        sure = "" if reading.confidence is None else f", {share(reading.confidence)} sure"
        text("p", f"Read by {reading.model}{sure}." if reading.model else "No model has read this message.", "dim")
        line = ui.textarea("Labels", value=reading.line).props("outlined autogrow dense").classes("full mono")
        text("p", FORMAT, "dim mono")
        ui.button("Save the reading", on_click=lambda: save()).props("flat dense")

    async def save() -> None:
        def work(connection: sa.Connection, person: Person, now: datetime) -> str:
            scrubber = loading.scrubber(connection, visit.console.settings)
            reasons = visit.console.business.handover.reasons
            stored = correcting.correct(
                connection, scrubber, reasons, item.question_message_id, line.value or "", person.name, now
            )
            return written(stored)

        done = await visit.act(work)
        if done is not None:
            line.value = done.value
            visit.say("The next version of understanding learns from it.")
