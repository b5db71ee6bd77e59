"""Trying the channels: a message that goes the way of all alerts, and whether it arrived."""

from collections.abc import Callable
from datetime import datetime

import sqlalchemy as sa

from mhc_core.db.queries import alert_messages
from mhc_core.db.rows.alerts import Message
from mhc_core.errors import ConfigurationError, NotFound
from mhc_core.monitoring.alerts import channels as channel_settings
from mhc_core.monitoring.alerts import delivery
from mhc_core.settings import Settings
from mhc_core.vocabulary import MessageKind, Severity


def try_channels(
    engine: sa.Engine, settings: Settings, only: str | None, clock: Callable[[], datetime]
) -> dict[str, str | None]:
    """Send a test message to each channel; by name, why it did not arrive, or None. Each is tried once.

    Raises:
        ConfigurationError: no channel has an address, or an address is none.
        NotFound: ``only`` names no channel.
    """
    channels, now = channel_settings.of(settings), clock()
    if not channels.names:
        raise ConfigurationError("no channel has an address; set MHC_ALERT_URLS__MAIL or the like, and try again")
    if only is not None and only.lower() not in channels.names:
        raise NotFound(f"there is no channel {only!r}; there are {', '.join(channels.names)}")
    channels.check()
    names = [only.lower()] if only is not None else list(channels.names)
    messages = {name: _message(name, settings.console_address, now) for name in names}
    with engine.begin() as connection:
        alert_messages.write(connection, list(messages.values()), now)
    return {name: delivery.send_once(engine, channels, message.key, clock) for name, message in messages.items()}


def _message(channel: str, console: str, now: datetime) -> Message:
    return Message(
        key=f"test:{channel}:{now.isoformat()}",
        channel=channel,
        kind=MessageKind.TEST,
        severity=Severity.INFO,
        title="Test: alerts reach you here",
        body=f"Nothing is wrong. Somebody tried the channel {channel}.\n{console}/alerts",
        alerts=(),
    )
