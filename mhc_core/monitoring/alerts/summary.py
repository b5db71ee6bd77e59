"""Alerts in one object, for ``mhc status``: what is open, what is silent, and whether anybody watches."""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from mhc_core.db.queries import alert_messages, incidents
from mhc_core.db.queries import alerts as queries
from mhc_core.monitoring.alerts.watching import ALERTS
from mhc_core.vocabulary import AlertKind

WATCHES_WITHIN = timedelta(minutes=2)
_SILENT = (AlertKind.SILENCE, AlertKind.STAGE_SILENT, AlertKind.DAEMON_STOPPED)


def of(connection: sa.Connection, now: datetime) -> dict[str, Any]:
    """Open alerts, gravest first, the subjects that are silent, and when the watcher last looked.

    ``watched`` is None where nobody ever watched, and False when that stopped: then nothing new is told.
    """
    found = queries.unresolved(connection, now)
    seen = incidents.last_seen(connection, ALERTS)
    return {
        "open": [
            {
                "number": one.id,
                "key": one.key,
                "severity": one.severity.value,
                "title": one.title,
                "detail": one.detail,
                "since": one.opened_at.isoformat(),
                "acknowledged_by": one.acknowledged_by,
            }
            for one in found
        ],
        "silent": [one.key.partition(":")[2] for one in found if one.kind in _SILENT],
        "undelivered": alert_messages.undelivered(connection),
        "watched": None if seen is None else now - seen <= WATCHES_WITHIN,
    }
