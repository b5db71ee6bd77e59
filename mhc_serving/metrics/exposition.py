"""The page that Prometheus reads, in its text format."""

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from starlette.responses import Response

from mhc_serving.metrics.counters import Counters
from mhc_serving.metrics.gauges import Gauges


class Metrics:
    """All that one app tells: what it counted, and the gauges of the platform."""

    def __init__(self, counters: Counters, gauges: Gauges) -> None:
        self.counters = counters
        self._gauges = CollectorRegistry()
        self._gauges.register(gauges)

    def page(self) -> Response:
        """Counters first, then gauges; may ask the database."""
        text = generate_latest(self.counters.registry()) + generate_latest(self._gauges)
        return Response(text, headers={"Content-Type": CONTENT_TYPE_LATEST, "Cache-Control": "no-store"})
