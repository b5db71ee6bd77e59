"""Wordings and experiments on them, as they stand. They are changed by `mhc prompts`, which reads files."""

from datetime import datetime

import sqlalchemy as sa

from mhc_core.accounts.sessions import Person
from mhc_core.db.queries import experiments, prompts
from mhc_core.db.queries.experiments import StoredExperiment
from mhc_core.db.queries.prompts import StoredPrompt
from mhc_serving.console.visit import Visit
from mhc_serving.console.widgets import Table, box, moment, text

_Read = tuple[set[str], list[StoredPrompt], list[StoredExperiment]]


async def section(visit: Visit) -> None:
    """Two tables."""
    zone = visit.console.zone
    with box("div", "charts gap-top"):
        with box("section", "card wide"):
            text("h2", "Prompts")
            wordings = Table("Prompts", ("Prompt", "Version", "State", "Added", "By"))
        with box("section", "card wide"):
            text("h2", "Experiments")
            tried = Table("Experiments", ("Experiment", "Prompt", "About", "Status", "Since", "By"))

    def read(connection: sa.Connection, person: Person, now: datetime) -> _Read:
        live = {one.version_id for one in prompts.standing(connection)}
        return live, prompts.listed(connection), experiments.listed(connection)

    found = await visit.act(read)
    if found is None:
        return
    live, written, experimented = found.value
    wordings.show(
        [
            (one.name, one.id, "in production" if one.id in live else "", moment(one.created_at, zone), one.added_by)
            for one in written
        ]
    )
    tried.show(
        [
            (one.name, one.prompt, one.primary_metric, one.status, moment(one.started_at, zone), one.started_by)
            for one in experimented
        ]
    )
