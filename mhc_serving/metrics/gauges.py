"""How full the queues are and how old everything is, as Prometheus reads it; asked of the database now and then."""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from decimal import Decimal

import sqlalchemy as sa
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from mhc_core.monitoring import gauges

log = logging.getLogger(__name__)
KEPT_SECONDS = 10.0
"""However often somebody reads, the database is asked once in so long."""


class Gauges(Collector):
    """The gauges of the platform. They are the same whichever process tells them: take the maximum, not the sum.

    While the database does not answer ``mhc_database_up`` is 0 and the others are left out: old figures would look
    like new ones.
    """

    def __init__(self, engine: sa.Engine, budget_day_usd: Decimal, clock: Callable[[], datetime]) -> None:
        self._engine = engine
        self._budget = budget_day_usd
        self._clock = clock
        self._lock = threading.Lock()
        self._read_at = 0.0
        self._kept: list[gauges.Reading] | None = None

    def describe(self) -> Iterator[GaugeMetricFamily]:
        """The names alone; asks nobody."""
        yield GaugeMetricFamily("mhc_database_up", "Whether the database answered (1 or 0).")
        for gauge in gauges.GAUGES:
            yield GaugeMetricFamily(gauge.name, gauge.told, labels=gauge.labels)

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """The figures as they were ``KEPT_SECONDS`` ago at most."""
        readings = self._readings()
        yield GaugeMetricFamily(
            "mhc_database_up", "Whether the database answered (1 or 0).", value=readings is not None
        )
        for gauge in gauges.GAUGES if readings is not None else ():
            family = GaugeMetricFamily(gauge.name, gauge.told, labels=gauge.labels)
            for reading in readings or ():
                if reading.name == gauge.name:
                    family.add_metric(reading.labels, reading.value)
            yield family

    def _readings(self) -> list[gauges.Reading] | None:
        with self._lock:
            if time.monotonic() - self._read_at >= KEPT_SECONDS or not self._read_at:
                self._kept = self._ask()
                self._read_at = time.monotonic()
            return self._kept

    def _ask(self) -> list[gauges.Reading] | None:
        try:
            with self._engine.connect() as connection:
                return gauges.read(connection, self._budget, self._clock())
        except (DBAPIError, PoolTimeout) as error:
            log.warning("gauges were not read (%s)", type(error).__name__)
            return None
