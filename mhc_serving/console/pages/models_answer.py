"""From an answer down to the example behind it, and from the example to the answers it made."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from nicegui import ui

from mhc_core.accounts.sessions import Person
from mhc_core.db.queries import made_by
from mhc_core.db.queries.made_by import Made, Source
from mhc_core.errors import DataError
from mhc_core.monitoring import provenance
from mhc_serving.console.visit import Visit
from mhc_serving.console.widgets import Table, box, moment, text

ANSWERS = 50


@dataclass(frozen=True)
class _Read:
    answer: dict[str, Any]
    source: Source | None
    made: list[Made]


def section(visit: Visit) -> None:
    """A field for an answer's id, and what stands behind it."""
    with box("section", "card gap-top"):
        text("h2", "What stands behind an answer")
        with box("div", "filters"):
            wanted = ui.input("Id of an answer").props("outlined dense").classes("long")
            ui.button("Show", on_click=lambda: show()).props("outline")
        place = box("div")

    def read(connection: sa.Connection, person: Person, now: datetime) -> _Read:
        try:
            message = UUID((wanted.value or "").strip())
        except ValueError:
            raise DataError("this is no id of an answer; take `message_id` of a chat answer") from None
        answer = provenance.of_message(connection, message)
        if answer["example"] is None:
            return _Read(answer, None, [])
        example = UUID(answer["example"]["id"])
        return _Read(answer, made_by.example(connection, example), made_by.made_by(connection, example, ANSWERS))

    async def show() -> None:
        found = await visit.act(read)
        if found is None:
            return
        seen = found.value
        place.clear()
        with place:
            Table("Versions behind the answer", ("What", "Version")).show(
                [
                    ("Model", seen.answer["model"]["id"] or "–"), ("Data set", seen.answer["dataset_version"] or "–"),
                    ("Prompt", seen.answer["prompt_version"] or "–"),
                    ("Knowledge", seen.answer["knowledge_version"] or "–"),
                    ("Cached", "yes" if seen.answer["cached"] else "no"),
                ]
            )  # fmt: skip
            if seen.source is None:
                text("p", "No example made this answer: it came from knowledge, a tool or a model's own words.", "dim")
                return
            source(visit, seen.source, seen.made)

    wanted.on("keydown.enter", show)


def source(visit: Visit, found: Source, made: list[Made]) -> None:
    """An example, and the answers that it made."""
    text("h3", "The example")
    with box("div", "turn customer"):
        text("p", found.question)
    with box("div", "turn answer"):
        text("p", found.answer)
    text("p", f"Approved by {found.verified_by or 'nobody'}; data sets {', '.join(found.datasets) or 'none'}; "
         f"models {', '.join(found.models) or 'none'}", "dim")  # fmt: skip
    text("h3", f"Answers it made (the newest {ANSWERS})")
    Table("Answers the example made", ("When", "Answer", ">Confidence")).show(
        [
            (
                moment(one.sent_at, visit.console.zone),
                one.message_id,
                "–" if one.confidence is None else f"{one.confidence:.2f}",
            )
            for one in made
        ]
    )
