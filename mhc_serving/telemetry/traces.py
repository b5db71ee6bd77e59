"""Traces of requests: FastAPI makes the span of each, and what the request does makes its own below that."""

from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from fastapi.telemetry import TelemetryConfig
from starlette.types import ASGIApp, Receive, Scope, Send

from mhc_core.db.engine import autocommit
from mhc_core.db.tables import metadata
from mhc_core.settings import Settings
from mhc_core.tracing import spans, statements
from mhc_core.tracing.export import Tracing, tracing

if TYPE_CHECKING:
    from opentelemetry.trace import Tracer

_SERVICE = "mhc-api"
_UNTRACED = ("/healthz", "/readyz", "/metrics")
"""Asked every few seconds by machines."""
_NONE = TelemetryConfig(tracing=False, metrics=False, logs=False, auto_configure=False)
"""FastAPI's own logs carry the messages of exceptions, in which customers' words may be, and never are made."""


def opened(settings: Settings) -> Tracing | None:
    """Where traces go, as the settings say; None where none are made.

    Raises:
        ConfigurationError: see ``export.tracing``.
    """
    if settings.traces_endpoint is None:
        return None
    headers = settings.traces_headers.get_secret_value() if settings.traces_headers else ""
    return tracing(settings.traces_endpoint, headers, settings.traces_share, _SERVICE)


def telemetry(traces: Tracing | None) -> TelemetryConfig:
    """What FastAPI is to make: spans of requests, for our provider, which lets out what is on its list."""
    if traces is None:
        return _NONE
    return TelemetryConfig(
        tracing=True,
        metrics=False,
        logs=False,
        operation_spans=False,
        auto_configure=False,
        tracer_provider=traces.provider,
        exclude=_untraced,
    )


@contextmanager
def kept_open(traces: Tracing | None, engine: sa.Engine) -> Iterator[None]:
    """Statements make spans as long as this is open; what waits is sent when it closes."""
    if traces is None:
        yield
        return
    try:
        with statements.watched((engine, autocommit(engine)), [table.name for table in metadata.sorted_tables]):
            yield
    finally:
        traces.close()


class Traced:
    """What a request does is traced below the span that FastAPI made of it."""

    def __init__(self, app: ASGIApp, tracer: "Tracer") -> None:
        self._app = app
        self._tracer = tracer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan" or _untraced(scope):
            await self._app(scope, receive, send)
            return
        with spans.traced_by(self._tracer):
            await self._app(scope, receive, send)


def _untraced(scope: MutableMapping[str, Any]) -> bool:
    return scope.get("path") in _UNTRACED
