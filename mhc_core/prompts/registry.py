"""Prompts in the database: what is in force, and how a wording gets there and back.

The rules that open every prompt belong to the release, the task below them to a version. So what an alias points to is
a task; what is sent is that task under the rules of now, and recorded as a version of its own when the rules changed.
"""

from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING

import sqlalchemy as sa

from mhc_core.business.pricing import Business
from mhc_core.db.queries import audit, experiments, installation, versions
from mhc_core.db.queries import prompts as queries
from mhc_core.db.queries.prompts import KIND, RELEASE, StoredPrompt
from mhc_core.db.rows.prompts import PromptVersion
from mhc_core.errors import Conflict, DataError, NotFound
from mhc_core.prompts import wordings
from mhc_core.prompts.experiments import ActivePrompts, Experiment, Variant

if TYPE_CHECKING:
    from mhc_core.scrubbing import Scrubber


def sync_with_release(connection: sa.Connection, business: Business, now: datetime) -> None:
    """Record this release's wordings, and put each in production where nobody chose another.

    A prompt on which an experiment runs stays as it is until that has ended.
    """
    seeds = wordings.seeds(business)
    queries.record(connection, seeds)
    placed = {found.name: found for found in queries.standing(connection)}
    busy = {experiment.prompt for experiment in experiments.listed(connection) if experiment.running}
    for seed in seeds:
        found = placed.get(seed.name)
        follows = found is None or (found.moved_by == RELEASE and found.task != seed.task)
        if follows and (found is None or seed.name not in busy):
            versions.move(
                connection, KIND, seed.id, RELEASE, "the wording of this release", now, queries.alias(seed.name)
            )


def release_prompts(business: Business) -> ActivePrompts:
    """This release's wordings, for as long as the database was not read."""
    return ActivePrompts({seed.name: seed for seed in wordings.seeds(business)})


def active(connection: sa.Connection, business: Business) -> ActivePrompts:
    """What is sent right now, by prompt, and which experiments run. This release's wording where nothing is set."""
    placed = {found.name: wordings.version(business, found.name, found.task) for found in queries.standing(connection)}
    return ActivePrompts(
        {**release_prompts(business).standing, **placed}, running(connection, business), installation.salt(connection)
    )


def running(connection: sa.Connection, business: Business) -> dict[str, Experiment]:
    """The experiments that run, by prompt, with what is sent for each variant under the rules of now."""
    found: dict[str, Experiment] = {}
    for (prompt, ident, salt), rows in groupby(
        experiments.running(connection), key=lambda row: (row.prompt, row.experiment_id, row.salt)
    ):
        variants = [
            Variant(row.position, wordings.version(business, prompt, row.task), row.weight, row.stopped) for row in rows
        ]
        found[prompt] = Experiment(ident, salt, tuple(variants))
    return found


def record_active(connection: sa.Connection, found: ActivePrompts) -> None:
    """Record what is sent, so that every answer's version can be looked up."""
    tested = [variant.version for experiment in found.experiments.values() for variant in experiment.variants]
    queries.record(connection, list({version.id: version for version in [*found.standing.values(), *tested]}.values()))


def add(
    connection: sa.Connection, business: Business, name: str, text: str, by: str, scrubber: "Scrubber", now: datetime
) -> PromptVersion:
    """Record a task under a name; nothing is in production by this.

    Raises:
        NotFound: there is no such prompt.
        DataError: the text does not fit, holds personal data, or is recorded under another name.
        ScrubRefused: it cannot be shown to be free of personal data.
    """
    task = wordings.checked_task(text)
    if scrubber.scrub(task).findings:
        raise DataError("the text holds what looks like personal data; take names, numbers and addresses out")
    version = wordings.version(business, wordings.known(name), task)
    if queries.record(connection, [version], by):
        audit.record(connection, by, "prompt.added", version.id, {"name": name}, now)
    stored = recorded(connection, version.id)
    if stored.name != name:
        raise DataError(f"this wording is recorded as {stored.id} of {stored.name}; change a word for {name}")
    return version


def recorded(connection: sa.Connection, version_id: str) -> StoredPrompt:
    """A version by its id.

    Raises:
        NotFound: it was never recorded.
    """
    found = queries.find(connection, version_id)
    if found is None:
        raise NotFound(f"there is no prompt version {version_id}; `mhc prompts list` shows them")
    return found


def promote(connection: sa.Connection, version_id: str, by: str, reason: str, now: datetime) -> StoredPrompt:
    """Put a version in production; serving picks it up within seconds.

    Raises:
        NotFound: it was never recorded.
        Conflict: it is in production, or an experiment runs on its prompt.
    """
    found = recorded(connection, version_id)
    alias = queries.alias(found.name)
    versions.lock(connection, KIND, alias)
    _refuse_while_running(connection, found.name)
    if not versions.move(connection, KIND, version_id, by, reason, now, alias):
        raise Conflict(f"{version_id} is in production already; `mhc prompts list` shows what is")
    return found


def roll_back(connection: sa.Connection, name: str, by: str, reason: str, now: datetime) -> str:
    """Put the version before the present one back in production; returns its id.

    Raises:
        NotFound: there is no such prompt.
        Conflict: there is no earlier version, or an experiment runs on the prompt.
    """
    alias = queries.alias(wordings.known(name))
    versions.lock(connection, KIND, alias)
    _refuse_while_running(connection, name)
    return versions.roll_back(connection, KIND, by, reason, now, alias)


def _refuse_while_running(connection: sa.Connection, name: str) -> None:
    for found in experiments.listed(connection):
        if found.running and found.prompt == name:
            raise Conflict(
                f"the experiment {found.name} runs on {name} against what is in production; "
                f"end it first with `mhc prompts experiment end {found.name}`"
            )
