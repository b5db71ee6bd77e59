"""Sends what the outbox holds.

A message is taken, sent, and noted as delivered, in three steps. Killed before it was sent, it is sent once its lease
is over. Killed between sending and noting, it is sent a second time: a lost alert is worse than a doubled one. Webhooks
and e-mails carry the message's key in ``Idempotency-Key``, by which a receiver knows the second; SMS and chats cannot.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

import sqlalchemy as sa

from mhc_core.db.queries import alert_messages as queries
from mhc_core.db.queries.alert_messages import Outgoing
from mhc_core.monitoring.alerts.channels import SEND_SECONDS, Channels

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=2 * SEND_SECONDS + 4)
"""Longer than one sending takes, and short enough that a message whose sender died arrives within a minute."""
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=10), timedelta(minutes=15)
GIVEN_UP_AFTER = timedelta(hours=24)


def send_due(engine: sa.Engine, channels: Channels, clock: Callable[[], datetime]) -> int:
    """Send what is due, one after the other; how many messages were tried."""
    tried = 0
    while True:
        with engine.begin() as connection:
            taken = queries.take(connection, clock(), LEASE, 1)
        if not taken:
            return tried
        [message] = taken
        failure = channels.send(message)
        with engine.begin() as connection:
            _note(connection, message, failure, clock())
        tried += 1


def send_once(engine: sa.Engine, channels: Channels, key: str, clock: Callable[[], datetime]) -> str | None:
    """Send one message now, and not again; why it did not arrive, or None. None also when another sender took it."""
    with engine.begin() as connection:
        taken = queries.take(connection, clock(), LEASE, 1, key)
    for message in taken:
        failure = channels.send(message)
        with engine.begin() as connection:
            if failure is None:
                queries.delivered(connection, message.id, clock())
            else:
                queries.give_up(connection, message.id, failure, clock())
        return failure
    return None


def _note(connection: sa.Connection, message: Outgoing, failure: str | None, now: datetime) -> None:
    if failure is None:
        queries.delivered(connection, message.id, now)
        log.info("alert message %d delivered to %s", message.id, message.channel)
    elif now - message.written_at > GIVEN_UP_AFTER:
        queries.give_up(connection, message.id, failure, now)
        log.error("alert message %d to %s given up after %d attempts", message.id, message.channel, message.attempts)
    else:
        queries.failed(connection, message.id, failure, now + wait(message.attempts))
        log.warning("alert message %d to %s failed at attempt %d", message.id, message.channel, message.attempts)


def wait(attempts: int) -> timedelta:
    """Time until the next attempt: doubled with each, up to a quarter of an hour."""
    return min(LONGEST_WAIT, FIRST_WAIT * 2.0 ** min(attempts - 1, 20))
