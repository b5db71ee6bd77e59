"""SQL of incidents and signs of life. An incident is one row until it is resolved; the next time is another row."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from mhc_core.db.tables import incidents, signs_of_life
from mhc_core.vocabulary import IncidentKind

_I, _S = incidents.c, signs_of_life.c


class Incident(NamedTuple):
    """Something that is wrong, since when, how often it was noticed, and where; ``details`` holds no customer text."""

    kind: IncidentKind
    subject: str
    opened_at: datetime
    last_seen_at: datetime
    times: int
    details: Mapping[str, Any]


def notice(
    connection: sa.Connection,
    kind: IncidentKind,
    subjects: Collection[str],
    details: Mapping[str, Any],
    at: datetime,
) -> None:
    """Open an incident for each subject; one that is open is noticed again, unless that happened before."""
    if not subjects:
        return
    row = insert(incidents)
    connection.execute(
        row.on_conflict_do_update(
            index_elements=[_I.kind, _I.subject],
            index_where=_I.resolved_at.is_(None),
            set_={"last_seen_at": at, "times": _I.times + 1, "details": row.excluded.details},
            where=_I.last_seen_at < at,
        ),
        [
            {"kind": kind, "subject": subject, "opened_at": at, "last_seen_at": at, "details": dict(details)}
            for subject in sorted(subjects)
        ],
    )


def resolve(connection: sa.Connection, kind: IncidentKind, subjects: Collection[str], at: datetime) -> None:
    """Close the open incidents of these subjects that were last noticed before ``at``."""
    connection.execute(
        sa.update(incidents)
        .where(_I.kind == kind, _I.subject.in_(list(subjects)), _I.resolved_at.is_(None), _I.last_seen_at < at)
        .values(resolved_at=at)
    )


def unresolved(connection: sa.Connection) -> list[Incident]:
    """Open incidents, oldest first."""
    rows = connection.execute(
        sa.select(_I.kind, _I.subject, _I.opened_at, _I.last_seen_at, _I.times, _I.details)
        .where(_I.resolved_at.is_(None))
        .order_by(_I.opened_at, _I.id)
    )
    return [Incident(IncidentKind(row.kind), *row[1:]) for row in rows]


def forget(connection: sa.Connection, before: datetime, limit: int) -> int:
    """Remove incidents that were over before then; how many, ``limit`` at most."""
    over = sa.select(_I.id).where(_I.resolved_at < before).limit(limit)
    return connection.execute(sa.delete(incidents).where(_I.id.in_(over))).rowcount


def alive(connection: sa.Connection, process: str, now: datetime) -> None:
    """Write down that a process was alive."""
    connection.execute(
        insert(signs_of_life)
        .values(process=process, seen_at=now)
        .on_conflict_do_update(index_elements=[_S.process], set_={"seen_at": now})
    )


def last_seen(connection: sa.Connection, process: str) -> datetime | None:
    """When a process was last alive; None when it never was."""
    return connection.scalar(sa.select(_S.seen_at).where(_S.process == process))
