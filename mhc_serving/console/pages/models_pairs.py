"""What candidate and baseline answered to the same questions, side by side, from where they differ most on."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from nicegui import ui

from mhc_core.accounts.sessions import Person
from mhc_core.db.queries import evaluation as evaluations
from mhc_core.db.queries import made_by
from mhc_core.db.queries.evaluation import ComparedAnswers, Evaluation
from mhc_core.db.queries.made_by import Made, Source
from mhc_serving.console.pages import models_answer
from mhc_serving.console.visit import Visit
from mhc_serving.console.widgets import box, dialog, text

PAGE = 5
_WORSE, _BETTER = "Worse first", "Better first"
_KEPT_BACK = "Kept back: it may hold personal data."


def section(visit: Visit, compared: Evaluation) -> None:
    """The heading with its order; answers are read when it is opened."""
    seen: list[ComparedAnswers] = []
    with box("details") as details:
        text("summary", "Answers side by side")
        order = ui.toggle([_WORSE, _BETTER], value=_WORSE, on_change=lambda: first()).props(
            'no-caps dense unelevated aria-label="Order"'
        )
        listed = box("div")
        more = ui.button("More answers", on_click=lambda: read()).props("flat")
    details.on("toggle", lambda: first() if not seen else None)

    async def first() -> None:
        seen.clear()
        listed.clear()
        await read()

    async def read() -> None:
        def page(connection: sa.Connection, person: Person, now: datetime) -> list[ComparedAnswers]:
            after = (seen[-1].difference, seen[-1].example_id) if seen else None
            better = order.value == _BETTER
            return evaluations.answers(connection, compared.id, better_first=better, after=after, limit=PAGE)

        found = await visit.act(page)
        if found is None:
            return
        seen.extend(found.value)
        more.set_visibility(len(found.value) == PAGE)
        with listed:
            for one in found.value:
                _pair(visit, one)
            if not seen:
                text("p", "The answers of this evaluation were not kept; those of the next one are.", "dim")


def _pair(visit: Visit, one: ComparedAnswers) -> None:
    with box("div", "card gap-top"):
        with box("div", "chips"):
            text("span", one.intent, "chip")
            kind = "good" if one.difference > 0 else "bad" if one.difference < 0 else ""
            text("span", f"similarity {one.difference:+.3f}", f"chip {kind}")
        with box("div", "turn customer"):
            text("span", "Question", "speaker")
            text("p", one.question)
        with box("div", "turn"):
            text("span", "Approved", "speaker")
            text("p", one.approved)
        with box("div", "beside"):
            for who, said in (("Candidate", one.candidate), ("Baseline", one.baseline)):
                with box("div", "turn answer"):
                    text("span", who, "speaker")
                    text("p", said or _KEPT_BACK)
        ui.button("Its example", on_click=lambda: _example(visit, one.example_id)).props("flat dense")


async def _example(visit: Visit, example_id: UUID) -> None:
    """The example of a question: where it came from, and which answers it made."""

    def read(connection: sa.Connection, person: Person, now: datetime) -> tuple[Source | None, list[Made]]:
        found = made_by.example(connection, example_id)
        return found, made_by.made_by(connection, example_id, models_answer.ANSWERS)

    found = await visit.act(read)
    if found is None or found.value[0] is None:
        return
    with dialog("What the question came from") as opened:
        models_answer.source(visit, found.value[0], found.value[1])
        ui.button("Close", on_click=opened.close).props("flat")
