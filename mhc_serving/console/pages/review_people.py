"""How reviewers do: pace, bulk, and agreement. Read when it is opened."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from mhc_core.accounts.sessions import Person
from mhc_core.db.queries import review_desk
from mhc_core.db.queries.review_desk import Agreement, Reviewer
from mhc_serving.console.visit import Visit
from mhc_serving.console.widgets import Table, box, moment, share, text

DAYS = 30


def section(visit: Visit) -> None:
    """A section that is closed at first."""
    with box("details", "card people") as details:
        text("summary", f"Reviewers in {DAYS} days")
        text("h2", "Decisions")
        people = Table(
            "Decisions by reviewer",
            (
                "Reviewer",
                ">Approved",
                ">Edited",
                ">Rejected",
                ">Skipped",
                ">Undone",
                ">In bulk",
                ">Usual seconds",
                "Last",
            ),
        )
        text("h2", "Agreement").classes("gap-top")
        pairs = Table("Agreement of reviewers", ("Reviewers", ">Items both decided", ">Said the same"))

    def read(connection: sa.Connection, person: Person, now: datetime) -> tuple[list[Reviewer], list[Agreement]]:
        since = now - timedelta(days=DAYS)
        return review_desk.reviewers(connection, since), review_desk.agreement(connection, since)

    async def show() -> None:
        found = await visit.act(read)
        if found is None:
            return
        people.show(
            [
                (one.name, one.approved, one.edited, one.rejected, one.skipped, one.undone, one.in_bulk,
                 "–" if one.median_seconds is None else f"{one.median_seconds:.0f}",
                 moment(one.last_at, visit.console.zone))
                for one in found.value[0]
            ]
        )  # fmt: skip
        pairs.show([(f"{one.one}, {one.other}", one.items, share(one.same / one.items)) for one in found.value[1]])

    details.on("toggle", show)
