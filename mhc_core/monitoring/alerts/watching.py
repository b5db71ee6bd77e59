"""One pass: look at all sources, open and close alerts, write down what is to be told, send it.

Several processes may watch at once: one at a time looks, and each message is sent by one of them. The pipeline need not
run for that, since a pipeline that stopped is what has to be told.
"""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from mhc_core.business import pricing
from mhc_core.db.queries import alerts as queries
from mhc_core.db.queries import incidents as signs
from mhc_core.db.rows.alerts import Condition
from mhc_core.monitoring.alerts import channels as channel_settings
from mhc_core.monitoring.alerts import delivery, planning, rules
from mhc_core.monitoring.alerts.channels import Channels
from mhc_core.monitoring.alerts.rules import Rules
from mhc_core.monitoring.alerts.sources import SOURCES, Source, Watched
from mhc_core.settings import Settings
from mhc_core.vocabulary import AlertKind, Severity

log = logging.getLogger(__name__)

ALERTS = "alerts"
"""The name under which watching gives its sign of life."""
LOOK_SECONDS = 10.0
GONE_AFTER = timedelta(seconds=60)
"""A condition that comes and goes within so long is one alert."""
_LOCK = 0x6D686361


class Watcher:
    """Everything that a pass needs, read once."""

    def __init__(
        self,
        engine: sa.Engine,
        settings: Settings,
        told_by: Rules,
        channels: Channels,
        zone: ZoneInfo,
        sources: Mapping[str, Source] = SOURCES,
    ) -> None:
        self._engine = engine
        self._settings = settings
        self._rules = told_by
        self._channels = channels
        self._zone = zone
        self._sources = sources

    def watch(self, clock: Callable[[], datetime]) -> None:
        """Do one pass.

        Raises:
            sqlalchemy.exc.DBAPIError: the database does not answer.
        """
        self.look(clock())
        delivery.send_due(self._engine, self._channels, clock)

    def look(self, now: datetime) -> bool:
        """Open, close and write down; whether it was this process's turn."""
        with self._engine.begin() as connection:
            if not connection.scalar(sa.select(sa.func.pg_try_advisory_xact_lock(_LOCK))):
                return False
            signs.alive(connection, ALERTS, now)
            observe(connection, self._settings, self._rules, now, self._sources)
            local = now.astimezone(self._zone)
            planning.plan(connection, self._rules, self._channels.names, self._settings.console_address, local, now)
        return True


def observe(
    connection: sa.Connection,
    settings: Settings,
    told_by: Rules,
    now: datetime,
    sources: Mapping[str, Source] = SOURCES,
) -> None:
    """Open an alert for each condition that the sources see, and close those whose condition is gone."""
    watched, failed = Watched(connection, settings, told_by, now), []
    for name, look in sources.items():
        try:
            with connection.begin_nested():
                queries.see(connection, name, list(look(watched)), now)
        except Exception as error:  # one source must not keep the others from being seen
            log.warning("alerts of %s were not looked for (%s)", name, type(error).__name__)
            failed.append(_not_looked(name, error))
    queries.see(connection, ALERTS, failed, now)
    looked = {*sources, ALERTS} - {one.subject for one in failed}
    queries.close_unseen(connection, looked, now - GONE_AFTER, now)


def watcher(engine: sa.Engine, settings: Settings) -> Watcher:
    """A watcher by the settings.

    Raises:
        ConfigurationError: the rules, the business file or an address of a channel cannot be read.
    """
    channels = channel_settings.of(settings)
    channels.check()
    zone = pricing.load(settings.business_file).contact.zone
    return Watcher(engine, settings, rules.load(settings.alert_rules), channels, zone)


def _not_looked(name: str, error: Exception) -> Condition:
    return Condition(
        AlertKind.WATCHING_FAILED,
        name,
        Severity.WARNING,
        f"Alerts of {name} cannot be looked for",
        f"their source fails with {type(error).__name__}; until it works, nothing it watches is seen",
    )
