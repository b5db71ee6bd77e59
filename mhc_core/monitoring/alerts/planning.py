"""What each channel is to be told: decided from the alerts, the rules and what was told, and written down.

A channel hears of all its new alerts in one message, of those that stay open again and again until somebody
acknowledges them, and of the end of each that it heard of. The key of a message is made of what it tells, so a pass
that is repeated writes nothing twice.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from hashlib import sha256

import sqlalchemy as sa

from mhc_core.db.queries import alert_messages
from mhc_core.db.queries import alerts as queries
from mhc_core.db.queries.alerts import Alert, Told
from mhc_core.db.rows.alerts import Message
from mhc_core.monitoring.alerts.rules import Rules
from mhc_core.vocabulary import MessageKind, Severity

TOLD_OF_END = timedelta(days=3)
"""That an alert is over is told for so long; quiet hours and channels that are down pass in it."""
_NAMED = 20
"""Alerts that one message names; of more it says how many."""
_BEGINS = {MessageKind.OPENED: "", MessageKind.REPEATED: "Still open: ", MessageKind.RESOLVED: "Resolved: "}


def plan(
    connection: sa.Connection, rules: Rules, channels: Collection[str], console: str, local: datetime, now: datetime
) -> int:
    """Write down what is to be told now; how many messages are new. ``local`` is the time of the business."""
    alerts = queries.to_tell(connection, now, now - TOLD_OF_END)
    told = queries.told(connection, [one.id for one in alerts])
    return alert_messages.write(connection, messages(alerts, told, rules, channels, console, local, now), now)


def messages(
    alerts: Sequence[Alert],
    told: Mapping[tuple[int, str], Told],
    rules: Rules,
    channels: Collection[str],
    console: str,
    local: datetime,
    now: datetime,
) -> list[Message]:
    """The messages that these alerts call for, at most one of each kind for a channel."""
    wanted: dict[tuple[str, MessageKind], list[Alert]] = {}
    for alert in alerts:
        if alert.silenced_until is not None or rules.quiet(rules.severity(alert.kind, alert.severity), local):
            continue
        for channel in rules.channels(alert.kind, channels):
            kind = _due(alert, told.get((alert.id, channel)), rules, now)
            if kind is not None:
                wanted.setdefault((channel, kind), []).append(alert)
    gathered = now - timedelta(seconds=rules.group_seconds)
    return [
        _message(channel, kind, found, told, rules, console)
        for (channel, kind), found in wanted.items()
        if kind is not MessageKind.OPENED or any(one.opened_at <= gathered for one in found)
    ]


def _due(alert: Alert, told: Told | None, rules: Rules, now: datetime) -> MessageKind | None:
    if alert.resolved_at is not None:
        return MessageKind.RESOLVED if told is not None and told.times and not told.over else None
    if told is None:
        return None if alert.acknowledged_at is not None else MessageKind.OPENED
    after = rules.repeat_after(rules.severity(alert.kind, alert.severity))
    if alert.acknowledged_at is None and after is not None and now - told.last_at >= after:
        return MessageKind.REPEATED
    return None


def _message(
    channel: str,
    kind: MessageKind,
    alerts: Sequence[Alert],
    told: Mapping[tuple[int, str], Told],
    rules: Rules,
    console: str,
) -> Message:
    times = [told[one.id, channel].times if (one.id, channel) in told else 0 for one in alerts]
    said = ",".join(f"{one.id}.{count}" for one, count in zip(alerts, times, strict=True))
    severity = max((rules.severity(one.kind, one.severity) for one in alerts), key=list(Severity).index)
    more = f" and {len(alerts) - 1} more" if len(alerts) > 1 else ""
    grave = f"[{severity}] " if kind is not MessageKind.RESOLVED else ""
    lines = [_line(one, console) for one in alerts[:_NAMED]]
    if len(alerts) > _NAMED:
        lines.append(f"… and {len(alerts) - _NAMED} more: {console}/alerts")
    if kind is not MessageKind.RESOLVED:
        lines.append(f"Acknowledge at {console}/alerts or with `mhc alerts ack`.")
    return Message(
        key=sha256(f"{channel}/{kind}/{said}".encode()).hexdigest()[:32],
        channel=channel,
        kind=kind,
        severity=severity,
        title=f"{grave}{_BEGINS[kind]}{alerts[0].title}{more}",
        body="\n\n".join(lines),
        alerts=[one.id for one in alerts],
    )


def _line(alert: Alert, console: str) -> str:
    ended = f" until {alert.resolved_at:%Y-%m-%d %H:%M} UTC" if alert.resolved_at else ""
    return (
        f"{alert.title} (alert {alert.id}, {alert.severity}, from {alert.opened_at:%Y-%m-%d %H:%M} UTC{ended})\n"
        f"{alert.detail}\n{console}{alert.link}"
    )
