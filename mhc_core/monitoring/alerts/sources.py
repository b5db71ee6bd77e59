"""What is wrong now, as conditions. A source only looks; that its alert opens, is told and closes is common to all.

To watch something new: write a function from what it may look at to conditions, and name it in ``SOURCES``. A source
that fails closes none of its alerts, and its failure is an alert of its own.
"""

import shutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from mhc_core.business import pricing
from mhc_core.db.queries import silence, watching
from mhc_core.db.rows.alerts import Condition
from mhc_core.monitoring import incidents
from mhc_core.monitoring.alerts.rules import Rules
from mhc_core.monitoring.anomalies import looking
from mhc_core.monitoring.costs import overview as costs
from mhc_core.settings import Settings
from mhc_core.vocabulary import AlertKind, IncidentKind, Severity

ERASURE_TAKES = timedelta(hours=1)
"""An erasure is done within seconds; one that is not done after so long failed and waits for its next attempt."""


@dataclass(frozen=True, slots=True)
class Watched:
    """What sources may look at."""

    connection: sa.Connection
    settings: Settings
    rules: Rules
    now: datetime


Source = Callable[[Watched], Iterable[Condition]]

_OF_INCIDENTS = {
    IncidentKind.RUN_FAILED: (Severity.WARNING, "Job {} failed"),
    IncidentKind.CHECK_FAILED: (Severity.CRITICAL, "Check {} stops the pipeline"),
    IncidentKind.STAGE_SILENT: (Severity.WARNING, "{} is late"),
    IncidentKind.DAEMON_STOPPED: (Severity.CRITICAL, "{} has stopped"),
    IncidentKind.FILES_REFUSED: (Severity.WARNING, "Files of the {} were refused"),
}


def of_incidents(watched: Watched) -> Iterable[Condition]:
    """Failed runs, checks that stop the pipeline, late stages, refused files, and a daemon that stopped."""
    for one in incidents.current(watched.connection, watched.now):
        severity, title = _OF_INCIDENTS[one.kind]
        yield Condition(AlertKind(one.kind), one.subject, severity, title.format(one.subject), incidents.sentence(one))


def of_erasures(watched: Watched) -> Iterable[Condition]:
    """Erasures that did not come to their end."""
    for one in watching.unfinished_erasures(watched.connection, watched.now - ERASURE_TAKES):
        yield Condition(
            AlertKind.ERASURE_LATE,
            str(one.id),
            Severity.CRITICAL,
            f"Erasure {one.id} is not finished",
            f"asked for at {one.requested_at:%Y-%m-%d %H:%M} UTC and still {one.status}; see the job privacy",
            "/audit",
        )


def of_rollouts(watched: Watched) -> Iterable[Condition]:
    """Rollouts that wait for a person."""
    for one in watching.held_rollouts(watched.connection):
        yield Condition(
            AlertKind.ROLLOUT_HELD,
            one.model_version_id,
            Severity.WARNING,
            f"The rollout of {one.model_version_id} is held",
            f"at {one.share} % of customers since {one.updated_at:%Y-%m-%d %H:%M} UTC; look at its outcomes and go on, "
            "or roll it back",
            "/models",
        )


def of_disk(watched: Watched) -> Iterable[Condition]:
    """Too little space where the platform keeps its state."""
    folder = watched.settings.state_dir.absolute()
    while not folder.exists():
        folder = folder.parent
    space = shutil.disk_usage(folder)
    free, limit = 100 * space.free / space.total, watched.rules.disk.free_percent
    if free < limit:
        yield Condition(
            AlertKind.DISK_SPACE,
            "state",
            Severity.CRITICAL if free < limit / 2 else Severity.WARNING,
            f"{free:.0f} % of the disk is free",
            f"{space.free / 1024**3:.1f} GiB are left; `mhc status --disk` shows what takes space",
        )


def of_silence(watched: Watched) -> Iterable[Condition]:
    """Stages that should have made rows and made none."""
    for gap in silence.gaps(watched.connection, watched.now):
        yield Condition(AlertKind.SILENCE, gap.stage, Severity.WARNING, f"{gap.stage}: no rows", gap.told, "/anomalies")


def of_costs(watched: Watched) -> Iterable[Condition]:
    """Budgets that are reached or going to be, an hour that cost far more than usual, and calls without a price."""
    zone = pricing.load(watched.settings.business_file).contact.zone
    for one in costs.states(watched.connection, watched.settings, zone, watched.now):
        yield Condition(AlertKind.BUDGET, f"{one.cause}/{one.subject}", one.severity, one.title, one.told, "/costs")


def of_anomalies(watched: Watched) -> Iterable[Condition]:
    """Figures that are not what they use to be, with a bounded chance of a false alarm."""
    return looking.conditions(watched.connection, watched.now)


SOURCES: Mapping[str, Source] = {
    "incidents": of_incidents,
    "erasures": of_erasures,
    "rollouts": of_rollouts,
    "disk": of_disk,
    "silence": of_silence,
    "costs": of_costs,
    "anomalies": of_anomalies,
}
