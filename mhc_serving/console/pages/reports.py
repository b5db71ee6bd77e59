"""The reports of weeks: figures with their intervals beside the week before, what was learned, what is worth doing."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from nicegui import ui

from mhc_core.accounts.sessions import Person
from mhc_core.db.queries import weekly
from mhc_core.monitoring.weekly import rendering
from mhc_core.monitoring.weekly.figures import told
from mhc_core.monitoring.weekly.gathering import Report
from mhc_serving.console.places import ROOT
from mhc_serving.console.visit import Visit
from mhc_serving.console.widgets import Chart, Table, box, empty, lines, text

_WEEKS = 104


@dataclass
class _State:
    week: str | None = None


async def build(visit: Visit) -> None:
    """The page."""
    state = _State()
    with box("div", "head"):
        text("h1", "Reports")
        box("span", "space")
        chosen = ui.select({}, label="Week", on_change=lambda event: choose(event.value)).props("outlined dense")
    with box("div") as nothing:
        empty("No week was reported yet.", "The report of a week is made on the Monday after it at 9:00.")
    with box("div") as sheet:
        name = text("h2", "")
        volume = text("p", "", "dim")
        figures = Table("Figures of the week", ("Figure", "This week", "The week before", "What is counted"))
        text("p", "In brackets the interval that holds the value with a probability of 95 %.", "dim")
        with box("div", "charts"):
            days = Chart("Conversations a day", ("Day", ">Conversations", ">Handed over"), wide=True)
        with box("section", "card gap-top"):
            text("h2", "Worth doing")
            worth = box("ol")
        lists = {}
        for title in (
            "Questions without an answer",
            "Learned (the week before in brackets)",
            "Promoted and rolled back",
        ):
            with box("section", "card gap-top"):
                text("h2", title)
                lists[title] = box("ul")
        files = text("p", "", "dim")

    def read(connection: sa.Connection, person: Person, now: datetime) -> tuple[list[str], weekly.Kept | None]:
        known = weekly.weeks(connection, _WEEKS)
        week = state.week or (known[0] if known else None)
        return known, weekly.kept(connection, week) if week else None

    async def choose(week: str | None) -> None:
        if week is not None and week != state.week:
            state.week = week
            await show()

    async def show() -> None:
        found = await visit.look(read)
        if found is None:
            return
        known, kept = found.value
        nothing.set_visibility(kept is None)
        sheet.set_visibility(kept is not None)
        if kept is None:
            return
        state.week = kept.week
        chosen.set_options(known, value=kept.week)
        report = Report.of_json(kept.report)
        name.text = rendering.title(report)
        this, before = report.conversations
        volume.text = f"{this:,} conversations, {before:,} the week before"
        figures.show([(one.name, told(one.this, one.unit), told(one.before, one.unit), one.meaning)
                      for one in report.figures])  # fmt: skip
        names = [day.day[5:] for day in report.days]
        drawn: dict[str, list[float | None]] = {
            "Conversations": [day.conversations for day in report.days],
            "Handed over": [day.escalated for day in report.days],
        }
        days.show(
            lines(names, drawn, bar=True),
            [(day.day, f"{day.conversations:,}", f"{day.escalated:,}") for day in report.days],
        )
        worth.clear()
        with worth:
            for one in report.worth_doing:
                with box("li"):
                    ui.link(one.title, f"{ROOT}{one.link}")
                    text("span", f": {one.why}.")
            if not report.worth_doing:
                text("li", "Nothing waits and nothing stands out.")
        told_by = zip(
            lists.values(),
            (
                [f"{one.intent}: {one.questions}" for one in report.unanswered],
                rendering.learned(report),
                rendering.moves(report),
            ),
            strict=True,
        )
        for place, said in told_by:
            place.clear()
            with place:
                for line in said or ["Nothing."]:
                    text("li", line)
        files.text = f"As files: {kept.markdown_uri} and {kept.pdf_uri}"

    await show()
