"""SQL of the outbox of alerts: written before anything is sent, taken by whoever sends, closed when it arrived."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from mhc_core.db.rows.alerts import Message
from mhc_core.db.tables import alert_message_items, alert_messages
from mhc_core.vocabulary import MessageKind, Severity

_M = alert_messages.c
_OPEN = sa.and_(_M.delivered_at.is_(None), _M.given_up_at.is_(None))


def write(connection: sa.Connection, messages: Collection[Message], now: datetime) -> int:
    """Write down what is to be told, due at once; what is written already stays. How many are new."""
    if not messages:
        return 0
    by_key = {one.key: one for one in messages}
    row = insert(alert_messages).values(
        [
            {
                "key": one.key, "channel": one.channel, "kind": one.kind, "severity": one.severity,
                "title": one.title, "body": one.body, "written_at": now, "due_at": now,
            }
            for one in by_key.values()
        ]
    )  # fmt: skip
    made = connection.execute(row.on_conflict_do_nothing().returning(_M.id, _M.key)).all()
    items = [{"message_id": message_id, "alert_id": alert} for message_id, key in made for alert in by_key[key].alerts]
    if items:
        connection.execute(sa.insert(alert_message_items).values(items))
    return len(made)


class Outgoing(NamedTuple):
    """A message to send. ``attempts`` counts this one."""

    id: int
    key: str
    attempts: int
    channel: str
    severity: Severity
    kind: MessageKind
    title: str
    body: str
    written_at: datetime


def take(
    connection: sa.Connection, now: datetime, lease: timedelta, limit: int, key: str | None = None
) -> Sequence[Outgoing]:
    """Take messages that are due, longest due first, or the one with this key. Nobody else gets them until ``lease`` is
    over."""
    due = (
        sa.select(_M.id)
        .where(_OPEN, _M.due_at <= now, sa.true() if key is None else _M.key == key)
        .order_by(_M.due_at, _M.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .cte("due")
    )
    rows = connection.execute(
        sa.update(alert_messages)
        .where(_M.id.in_(sa.select(due.c.id)))
        .values(due_at=now + lease, attempts=_M.attempts + 1)
        .returning(_M.id, _M.key, _M.attempts, _M.channel, _M.severity, _M.kind, _M.title, _M.body, _M.written_at)
    )
    found = [Outgoing(*row)._replace(severity=Severity(row.severity), kind=MessageKind(row.kind)) for row in rows]
    return sorted(found, key=lambda one: one.id)


def delivered(connection: sa.Connection, message_id: int, now: datetime) -> None:
    """It arrived."""
    _set(connection, message_id, delivered_at=now, last_failure=None)


def failed(connection: sa.Connection, message_id: int, failure: str, due_at: datetime) -> None:
    """It did not arrive and is sent again at ``due_at``."""
    _set(connection, message_id, last_failure=failure, due_at=due_at)


def give_up(connection: sa.Connection, message_id: int, failure: str, now: datetime) -> None:
    """It is not sent again."""
    _set(connection, message_id, given_up_at=now, last_failure=failure)


class Sent(NamedTuple):
    """A message as the history shows it."""

    channel: str
    kind: str
    title: str
    written_at: datetime
    attempts: int
    delivered_at: datetime | None
    given_up_at: datetime | None
    last_failure: str | None


def newest(connection: sa.Connection, limit: int) -> list[Sent]:
    """The newest messages."""
    rows = connection.execute(
        sa.select(
            _M.channel, _M.kind, _M.title, _M.written_at, _M.attempts, _M.delivered_at, _M.given_up_at,
            _M.last_failure,
        )
        .order_by(_M.id.desc())
        .limit(limit)
    )  # fmt: skip
    return [Sent(*row) for row in rows]


def undelivered(connection: sa.Connection, channel: str | None = None) -> int:
    """How many messages have not arrived yet."""
    of_channel = sa.true() if channel is None else _M.channel == channel
    return connection.scalar(sa.select(sa.func.count()).select_from(alert_messages).where(_OPEN, of_channel)) or 0


def _set(connection: sa.Connection, message_id: int, **values: object) -> None:
    connection.execute(sa.update(alert_messages).where(_M.id == message_id, _OPEN).values(**values))
