"""Incidents: what is wrong with the pipeline while customers are still answered, as rows that everybody can read.

The pipeline's sensors write them; ``mhc status`` and ``/readyz`` read them. That the daemon has stopped nobody is left
to write: it is read off the age of its last sign of life.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from mhc_core.db.queries import incidents as queries
from mhc_core.db.queries.incidents import Incident
from mhc_core.vocabulary import IncidentKind

DAEMON = "dagster-daemon"
INBOX = "inbox"
DAEMON_SILENT = timedelta(minutes=3)
"""A daemon gives a sign of life every half minute; it is slow on a loaded machine and while it starts."""


def current(connection: sa.Connection, now: datetime) -> list[Incident]:
    """What is wrong now, oldest first. A daemon that never ran is not missed."""
    found = queries.unresolved(connection)
    seen = queries.last_seen(connection, DAEMON)
    if seen is not None and now - seen > DAEMON_SILENT:
        found.append(Incident(IncidentKind.DAEMON_STOPPED, DAEMON, seen, seen, 1, {}))
    return sorted(found, key=lambda incident: incident.opened_at)


def run_failed(
    connection: sa.Connection, job: str, steps: Collection[str], blocking: Collection[str], at: datetime
) -> None:
    """A run of a job failed at these steps; ``blocking`` are the checks that stopped it, as ``asset:check``."""
    queries.notice(connection, IncidentKind.RUN_FAILED, [job], {"steps": sorted(steps)}, at)
    queries.notice(connection, IncidentKind.CHECK_FAILED, blocking, {"job": job}, at)


def run_succeeded(connection: sa.Connection, job: str, passed: Collection[str], at: datetime) -> None:
    """A run of a job ended well; ``passed`` are its checks that passed, as ``asset:check``."""
    queries.resolve(connection, IncidentKind.RUN_FAILED, [job], at)
    queries.resolve(connection, IncidentKind.CHECK_FAILED, passed, at)


def files_refused(connection: sa.Connection, files: Collection[str], at: datetime) -> None:
    """The inbox was looked into: these files are not in, or not whole, each with its reason; none closes the incident.

    ``files`` must not hold names of files: those may be customers'.
    """
    if files:
        queries.notice(connection, IncidentKind.FILES_REFUSED, [INBOX], {"files": sorted(files)[:20]}, at)
    else:
        queries.resolve(connection, IncidentKind.FILES_REFUSED, [INBOX], at)


def daemon_is_alive(connection: sa.Connection, silent: Collection[str], fresh: Collection[str], now: datetime) -> None:
    """The daemon looked: these assets were not made within the time they are expected in, and these were."""
    queries.alive(connection, DAEMON, now)
    known = {one.subject for one in queries.unresolved(connection) if one.kind is IncidentKind.STAGE_SILENT}
    queries.notice(connection, IncidentKind.STAGE_SILENT, set(silent) - known, {}, now)
    queries.resolve(connection, IncidentKind.STAGE_SILENT, fresh, now)


def shown(incident: Incident) -> dict[str, Any]:
    """An incident as plain values."""
    return {
        "kind": incident.kind.value,
        "subject": incident.subject,
        "since": incident.opened_at.isoformat(),
        "times": incident.times,
        "text": sentence(incident),
    }


def sentence(incident: Incident) -> str:
    """What is wrong, and what to look at, in one line."""
    since = f"since {incident.opened_at:%Y-%m-%d %H:%M} UTC"
    match incident.kind:
        case IncidentKind.RUN_FAILED:
            steps = ", ".join(incident.details.get("steps", ())) or "no step: it was interrupted"
            times = f"{incident.times} runs" if incident.times > 1 else "a run"
            return f"{times} of job {incident.subject} failed {since}, the last at {steps}; see it in Dagster's UI"
        case IncidentKind.CHECK_FAILED:
            asset, _, check = incident.subject.partition(":")
            return f"check {check} of {asset} stops what follows, {since}; its metadata in Dagster's UI say why"
        case IncidentKind.STAGE_SILENT:
            return f"{incident.subject} was not made in the time it is expected in, {since}; see its runs"
        case IncidentKind.FILES_REFUSED:
            files = list(incident.details.get("files", ()))
            more = f" and {len(files) - 2} more" if len(files) > 2 else ""
            return f"files of the inbox are not in, or not whole, {since}: {'; '.join(files[:2])}{more}; `mhc status`"
        case IncidentKind.DAEMON_STOPPED:
            return f"the Dagster daemon has given no sign of life {since}: no schedule and no sensor runs; `mhc up`"
