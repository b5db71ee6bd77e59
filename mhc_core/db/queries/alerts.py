"""SQL of alerts: opened and closed by what the sources see, acknowledged and silenced by people."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from mhc_core.db.rows.alerts import Condition
from mhc_core.db.tables import alert_message_items, alert_messages, alert_silences, alerts, anomaly_evidence
from mhc_core.vocabulary import AlertKind, MessageKind, Severity

_A, _M, _I, _S = alerts.c, alert_messages.c, alert_message_items.c, alert_silences.c
_COLUMNS = (
    _A.id, _A.key, _A.kind, _A.severity, _A.title, _A.detail, _A.link, _A.opened_at, _A.last_seen_at,
    _A.acknowledged_at, _A.acknowledged_by, _A.resolved_at,
)  # fmt: skip


class Alert(NamedTuple):
    """One alert, open while ``resolved_at`` is None. ``silenced_until`` is the end of the longest silence over it."""

    id: int
    key: str
    kind: AlertKind
    severity: Severity
    title: str
    detail: str
    link: str
    opened_at: datetime
    last_seen_at: datetime
    acknowledged_at: datetime | None
    acknowledged_by: str | None
    resolved_at: datetime | None
    silenced_until: datetime | None


class Told(NamedTuple):
    """What a channel was told of an alert: how often that it is open, when last, and whether that it is over."""

    times: int
    last_at: datetime
    over: bool


def see(connection: sa.Connection, source: str, found: Collection[Condition], now: datetime) -> None:
    """Open an alert for each condition; one that is open stays, with what is known of it now."""
    if not found:
        return
    row = insert(alerts).values(
        [
            {
                "key": one.key, "source": source, "kind": one.kind, "severity": one.severity, "title": one.title,
                "detail": one.detail, "link": one.link, "opened_at": now, "last_seen_at": now,
            }
            for one in {one.key: one for one in found}.values()
        ]
    )  # fmt: skip
    connection.execute(
        row.on_conflict_do_update(
            index_elements=[_A.key],
            index_where=_A.resolved_at.is_(None),
            set_={name: row.excluded[name] for name in ("severity", "title", "detail", "link", "last_seen_at")},
        )
    )


def close_unseen(connection: sa.Connection, sources: Collection[str], seen_before: datetime, now: datetime) -> int:
    """Resolve the alerts of these sources that were last seen before then; how many."""
    closed = connection.execute(
        sa.update(alerts)
        .where(_A.resolved_at.is_(None), _A.source.in_(list(sources)), _A.last_seen_at < seen_before)
        .values(resolved_at=now)
    )
    return closed.rowcount


def unresolved(connection: sa.Connection, now: datetime) -> list[Alert]:
    """Open alerts, gravest and oldest first."""
    return _read(connection, now, _A.resolved_at.is_(None))


def to_tell(connection: sa.Connection, now: datetime, resolved_since: datetime) -> list[Alert]:
    """Open alerts, and those resolved since then, of which channels may have to be told."""
    return _read(connection, now, sa.or_(_A.resolved_at.is_(None), _A.resolved_at >= resolved_since))


def history(connection: sa.Connection, now: datetime, limit: int) -> list[Alert]:
    """Resolved alerts, the newest first."""
    found = connection.execute(
        sa.select(*_COLUMNS, _silenced(now)).where(_A.resolved_at.is_not(None)).order_by(_A.id.desc()).limit(limit)
    )
    return [_alert(row) for row in found]


def told(connection: sa.Connection, ids: Collection[int]) -> dict[tuple[int, str], Told]:
    """What each channel was told of these alerts, by alert and channel."""
    over = sa.func.bool_or(_M.kind == MessageKind.RESOLVED)
    rows = connection.execute(
        sa.select(
            _I.alert_id,
            _M.channel,
            sa.func.count().filter(_M.kind != MessageKind.RESOLVED),
            sa.func.max(_M.written_at),
            over,
        )
        .join(alert_messages, _M.id == _I.message_id)
        .where(_I.alert_id.in_(list(ids)))
        .group_by(_I.alert_id, _M.channel)
    )
    return {(row[0], row[1]): Told(*row[2:]) for row in rows}


def acknowledge(connection: sa.Connection, ids: Collection[int], by: str, now: datetime) -> int:
    """Note that somebody looks after these open alerts; how many nobody did before."""
    done = connection.execute(
        sa.update(alerts)
        .where(_A.id.in_(list(ids)), _A.resolved_at.is_(None), _A.acknowledged_at.is_(None))
        .values(acknowledged_at=now, acknowledged_by=by)
    )
    return done.rowcount


def silence(connection: sa.Connection, key_prefix: str, until: datetime, reason: str, by: str, now: datetime) -> None:
    """Tell nobody of alerts whose key begins so, until then."""
    connection.execute(
        sa.insert(alert_silences).values(key_prefix=key_prefix, until=until, reason=reason, made_by=by, made_at=now)
    )


def end_silence(connection: sa.Connection, key_prefix: str, now: datetime) -> int:
    """End the silences of exactly this prefix; how many."""
    ended = connection.execute(
        sa.update(alert_silences).where(_S.key_prefix == key_prefix, _S.until > now).values(until=now)
    )
    return ended.rowcount


class Silence(NamedTuple):
    """A silence that is in force."""

    key_prefix: str
    until: datetime
    reason: str
    made_by: str


def silences(connection: sa.Connection, now: datetime) -> list[Silence]:
    """Silences in force, the one that ends first on top."""
    rows = connection.execute(
        sa.select(_S.key_prefix, _S.until, _S.reason, _S.made_by).where(_S.until > now).order_by(_S.until, _S.id)
    )
    return [Silence(*row) for row in rows]


def forget(connection: sa.Connection, before: datetime) -> int:
    """Remove alerts and silences that were over before then, older messages about nothing else, and older evidence of
    anomalies; how many rows. What is open stays, however old."""
    gone = (
        sa.delete(alerts).where(_A.resolved_at < before),
        sa.delete(alert_messages).where(_M.written_at < before, ~sa.exists().where(_I.message_id == _M.id)),
        sa.delete(alert_silences).where(_S.until < before),
        sa.delete(anomaly_evidence).where(anomaly_evidence.c.hour < before),
    )
    return sum(connection.execute(one).rowcount for one in gone)


def _silenced(now: datetime) -> sa.Label[datetime | None]:
    longest = (
        sa.select(sa.func.max(_S.until))
        .where(_S.until > now, sa.func.starts_with(_A.key, _S.key_prefix))
        .scalar_subquery()
    )
    return longest.label("silenced_until")


def _read(connection: sa.Connection, now: datetime, which: sa.ColumnElement[bool]) -> list[Alert]:
    gravest = sa.case({Severity.CRITICAL: 0, Severity.WARNING: 1}, value=_A.severity, else_=2)
    rows = connection.execute(sa.select(*_COLUMNS, _silenced(now)).where(which).order_by(gravest, _A.opened_at, _A.id))
    return [_alert(row) for row in rows]


def _alert(row: Any) -> Alert:
    return Alert(*row)._replace(kind=AlertKind(row.kind), severity=Severity(row.severity))
