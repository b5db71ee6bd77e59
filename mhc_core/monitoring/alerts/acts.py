"""What people do with alerts. Each act stands in the audit log."""

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa

from mhc_core.db.queries import alerts as queries
from mhc_core.db.queries import audit
from mhc_core.errors import DataError, NotFound


def acknowledge(connection: sa.Connection, ids: Collection[int], by: str, now: datetime) -> int:
    """Somebody looks after these alerts: they are not repeated. How many nobody looked after before.

    Raises:
        NotFound: none of them is open and without somebody who looks after it.
    """
    done = queries.acknowledge(connection, ids, by, now)
    if not done:
        raise NotFound("none of these alerts is open and not yet acknowledged; `mhc alerts` lists what is open")
    audit.record(connection, by, "alert.acknowledged", _subject(ids), {"alerts": done}, now)
    return done


def silence(connection: sa.Connection, key: str, until: datetime, reason: str, by: str, now: datetime) -> None:
    """Nobody is told of alerts whose key begins so, until then.

    Raises:
        DataError: the key is blank, which would silence everything, or the time has passed.
    """
    if not key.strip():
        raise DataError("a silence needs the beginning of a key, such as run_failed: or anomaly:volume")
    if until <= now:
        raise DataError("a silence must end later than now; choose another time")
    queries.silence(connection, key.strip(), until, reason.strip(), by, now)
    audit.record(connection, by, "alert.silenced", f"alerts:{key.strip()}", {"until": until.isoformat()}, now)


def end_silence(connection: sa.Connection, key: str, by: str, now: datetime) -> None:
    """Alerts of a key are told again.

    Raises:
        NotFound: no silence of exactly this key is in force.
    """
    if not queries.end_silence(connection, key.strip(), now):
        raise NotFound(f"nothing silences {key.strip()!r}; the page of alerts lists the silences in force")
    audit.record(connection, by, "alert.silence_ended", f"alerts:{key.strip()}", {}, now)


def _subject(ids: Collection[int]) -> str:
    return f"alert:{min(ids)}" if len(ids) == 1 else "alerts"
