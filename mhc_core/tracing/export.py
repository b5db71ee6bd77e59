"""Traces of one process, sent by OTLP over HTTP to whoever collects them."""

from importlib.metadata import version
from typing import TYPE_CHECKING

from mhc_core.errors import ConfigurationError

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Tracer

SEND_SECONDS = 5
"""A collector that takes longer is given up; spans wait in memory, a bounded number of them, and requests never."""
WAITING = 4_096


class Tracing:
    """A provider of spans, and its end."""

    def __init__(self, provider: "TracerProvider") -> None:
        self.provider = provider
        self.tracer: Tracer = provider.get_tracer("mhc", version("mhc"))

    def close(self) -> None:
        """Send what waits and end the thread that sends."""
        self.provider.shutdown()


def tracing(endpoint: str, headers: str, share: float, service: str) -> Tracing:
    """Traces that are sent to ``endpoint`` in the background.

    Args:
        endpoint: the whole address, such as ``http://collector:4318/v1/traces``.
        headers: what the collector wants to see, as ``name=value,name=value``.
        share: of requests that bring no trace, 0..1; one that brings a trace is sampled as its caller says.
        service: which part of the platform this process is.

    Raises:
        ConfigurationError: the extra is not installed, or the headers cannot be read.
    """
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import SpanLimits, TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
        from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased
    except ModuleNotFoundError as error:
        raise ConfigurationError(
            f"MHC_TRACES_ENDPOINT needs the package {error.name}: `pip install 'mhc[traces]'`, or unset it"
        ) from None
    from mhc_core.tracing.leaving import Discreet

    exporter = OTLPSpanExporter(endpoint=endpoint, headers=_read(headers), timeout=SEND_SECONDS)
    provider = TracerProvider(
        resource=Resource({"service.name": service, "service.version": version("mhc")}),
        sampler=ParentBased(TraceIdRatioBased(share)),
        span_limits=SpanLimits(max_span_attributes=32),
        shutdown_on_exit=False,  # who made it closes it
    )
    provider.add_span_processor(BatchSpanProcessor(Discreet(exporter), max_queue_size=WAITING))
    return Tracing(provider)


def _read(headers: str) -> dict[str, str]:
    pairs = [part.partition("=") for part in headers.split(",") if part.strip()]
    if any(not equals or not name.strip() for name, equals, _ in pairs):
        raise ConfigurationError("MHC_TRACES_HEADERS cannot be read; write name=value,name=value")
    return {name.strip().lower(): value.strip() for name, _, value in pairs}
