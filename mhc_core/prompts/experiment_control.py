"""Starting, pausing and ending experiments on prompts, and stopping what loses; every step is kept in the audit log.

Serving reads what runs every few seconds, so a pause, an end or a stopped variant takes effect within that time.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from mhc_core.db.queries import audit, versions
from mhc_core.db.queries import experiments as queries
from mhc_core.db.queries import prompts as prompt_queries
from mhc_core.db.queries.experiments import StoredExperiment
from mhc_core.errors import Conflict, DataError, NotFound
from mhc_core.prompts import wordings
from mhc_core.prompts.experiment_report import VariantReport, report
from mhc_core.prompts.registry import recorded
from mhc_core.vocabulary import ExperimentMetric, ExperimentStatus

EVALUATOR = "experiment evaluation"
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")
MOST_VARIANTS = 5


def start(
    connection: sa.Connection,
    name: str,
    prompt: str,
    candidates: Sequence[tuple[str, int]],
    control_weight: int,
    metric: ExperimentMetric,
    window: timedelta,
    salt: str,
    by: str,
    now: datetime,
) -> StoredExperiment:
    """Try versions of a prompt against the one in production.

    Args:
        candidates: version ids with their weights; customers are split in proportion to these and ``control_weight``.
        window: how long after the first answer what a customer does counts, whole hours.
        salt: random text that splits customers unlike any other experiment does.

    Raises:
        NotFound: there is no such prompt or version.
        DataError: the name or the split does not fit.
        Conflict: the name is taken, or another experiment runs on the prompt.
    """
    alias = prompt_queries.alias(wordings.known(prompt))
    versions.lock(connection, prompt_queries.KIND, alias)
    if not _NAME.fullmatch(name):
        raise DataError(f"{name!r} is no name for an experiment; use small letters, digits and hyphens, at most 60")
    if queries.find(connection, name) is not None:
        raise Conflict(f"an experiment {name} exists; choose another name")
    for other in queries.listed(connection):
        if other.running and other.prompt == prompt:
            raise Conflict(f"{other.name} runs on {prompt}; end it with `mhc prompts experiment end {other.name}`")
    control = versions.live(connection, prompt_queries.KIND, alias)
    if control is None:
        raise Conflict(f"nothing is in production for {prompt}; run `mhc prompts list` once")
    split = [(control, control_weight), *candidates]
    _check(connection, prompt, split, window)
    made = queries.create(connection, name, prompt, salt, split, metric, window, by, now)
    details = {"prompt": prompt, "variants": split, "metric": metric, "window_hours": made.window_hours}
    audit.record(connection, by, "experiment.started", name, details, now)
    return made


def _check(connection: sa.Connection, prompt: str, split: Sequence[tuple[str, int]], window: timedelta) -> None:
    tasks: dict[str, str] = {}
    for version_id, weight in split:
        found = recorded(connection, version_id)
        if found.name != prompt:
            raise DataError(f"{version_id} is a version of {found.name}, not of {prompt}; choose one of {prompt}")
        if found.task in tasks:
            raise DataError(f"{version_id} says the same as {tasks[found.task]}; give variants that differ")
        if not 1 <= weight <= 1000:
            raise DataError(f"the weight {weight} is not allowed; give 1 to 1000")
        tasks[found.task] = version_id
    if not 2 <= len(split) <= MOST_VARIANTS:
        raise DataError(f"an experiment has 1 to {MOST_VARIANTS - 1} variants beside the control; give that many")
    if not timedelta(hours=1) <= window <= timedelta(days=90):
        raise DataError("the window is 1 hour to 90 days; choose one of these")


def pause(connection: sa.Connection, name: str, by: str, reason: str, now: datetime) -> None:
    """Give everybody the wording in production until the experiment goes on.

    Raises:
        NotFound: there is no such experiment.
        Conflict: it does not run.
    """
    found = _locked(connection, name)
    if not found.running:
        raise Conflict(f"{name} is {found.status}; `mhc prompts experiment show {name}` shows it")
    _set(connection, found, ExperimentStatus.PAUSED, by, {"reason": reason}, now)


def resume(connection: sa.Connection, name: str, by: str, now: datetime) -> None:
    """Go on with a paused experiment: every customer has the variant they had.

    Raises:
        NotFound: there is no such experiment.
        Conflict: it is not paused, another runs on its prompt, or the control is not in production any more.
    """
    found = _locked(connection, name)
    if found.status is not ExperimentStatus.PAUSED:
        raise Conflict(f"{name} is {found.status}; only a paused experiment can go on")
    alias = prompt_queries.alias(found.prompt)
    versions.lock(connection, prompt_queries.KIND, alias)
    for other in queries.listed(connection):
        if other.running and other.prompt == found.prompt:
            raise Conflict(f"{other.name} runs on {found.prompt} now; end it, then go on with {name}")
    control = queries.variants(connection, found.id)[0].version_id
    if versions.live(connection, prompt_queries.KIND, alias) != control:
        raise Conflict(f"{control}, the control of {name}, is not in production any more; end {name} and start another")
    _set(connection, found, ExperimentStatus.RUNNING, by, {}, now)


def end(connection: sa.Connection, name: str, by: str, reason: str, now: datetime) -> list[VariantReport]:
    """End an experiment for good; what it showed is kept with that, and returned.

    Raises:
        NotFound: there is no such experiment.
        Conflict: it ended before.
    """
    found = _locked(connection, name)
    if found.status is ExperimentStatus.ENDED:
        raise Conflict(f"{name} has ended already; `mhc prompts experiment show {name}` shows it")
    shown = measure(connection, found, now)
    evidence = {"reason": reason, "variants": [asdict(variant) for variant in shown]}
    _set(connection, found, ExperimentStatus.ENDED, by, evidence, now)
    return shown


def stop_variant(
    connection: sa.Connection,
    name: str,
    version_id: str,
    by: str,
    reason: str,
    now: datetime,
    evidence: Mapping[str, Any] | None = None,
) -> None:
    """Give a variant's customers the wording in production from now on; the experiment ends with its last variant.

    Raises:
        NotFound: there is no such experiment, or it has no such variant.
        Conflict: the variant is the control, or was stopped before; or the experiment has ended.
    """
    found = _locked(connection, name)
    if found.status is ExperimentStatus.ENDED:
        raise Conflict(f"{name} has ended already; `mhc prompts experiment show {name}` shows it")
    variants = queries.variants(connection, found.id)
    chosen = next((variant for variant in variants if variant.version_id == version_id), None)
    if chosen is None:
        raise NotFound(f"{name} has no variant {version_id}; `mhc prompts experiment show {name}` shows them")
    if chosen.position == 0:
        raise Conflict(f"{version_id} is the control; end {name} instead")
    if not queries.stop(connection, found.id, chosen.position, by, reason, now):
        raise Conflict(f"{version_id} was stopped before; `mhc prompts experiment show {name}` shows when")
    details = {"version": version_id, "reason": reason, **(evidence or {})}
    audit.record(connection, by, "experiment.variant_stopped", name, details, now)
    if all(variant.stopped_at or variant is chosen for variant in variants[1:]):
        end(connection, name, by, "no variant is left beside the control", now)


def measure(connection: sa.Connection, found: StoredExperiment, now: datetime) -> list[VariantReport]:
    """What an experiment shows so far."""
    window = timedelta(hours=found.window_hours)
    customers = queries.outcomes(connection, found.id, window)
    return report(customers, queries.variants(connection, found.id), found.primary_metric, window, now)


def evaluate(connection: sa.Connection, now: datetime) -> dict[str, list[VariantReport]]:
    """Look at every running experiment and stop the variants that lose; what each shows, by name."""
    shown = {}
    for found in queries.listed(connection):
        if not found.running or not _locked(connection, found.name).running:
            continue
        shown[found.name] = measure(connection, found, now)
        for variant in shown[found.name]:
            if variant.state == "losing":
                because = "; ".join(variant.reasons)
                evidence = {"shown": asdict(variant)}
                stop_variant(connection, found.name, variant.version_id, EVALUATOR, because, now, evidence)
    return shown


def existing(connection: sa.Connection, name: str) -> StoredExperiment:
    """An experiment by name.

    Raises:
        NotFound: there is none.
    """
    return _existing(queries.find(connection, name), name)


def _locked(connection: sa.Connection, name: str) -> StoredExperiment:
    return _existing(queries.find(connection, name, lock=True), name)


def _existing(found: StoredExperiment | None, name: str) -> StoredExperiment:
    if found is None:
        raise NotFound(f"there is no experiment {name}; `mhc prompts experiment list` shows them")
    return found


def _set(
    connection: sa.Connection,
    found: StoredExperiment,
    status: ExperimentStatus,
    by: str,
    details: Mapping[str, Any],
    now: datetime,
) -> None:
    queries.set_status(connection, found.id, status, by, now)
    audit.record(connection, by, f"experiment.{status}", found.name, details, now)
