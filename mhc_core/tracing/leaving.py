"""What of a span leaves the platform: a list of attributes, and nothing that is not on it.

Spans are made by several libraries, and a new version of one may put an address, a query or the message of an
exception into them. So what leaves is chosen here, at the door, and not where spans are made.
"""

from collections.abc import Sequence

from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult
from opentelemetry.trace import SpanContext, SpanKind, Status

LONGEST = 200
_EVERYWHERE = frozenset(("error.type",))
_ALLOWED = {
    # A request that came in: by the template of its route. Host, path and query are the caller's words.
    SpanKind.SERVER: frozenset(
        ("http.request.method", "http.response.status_code", "http.route", "url.scheme", "network.protocol.version")
    ),
    # What we asked: a provider, by the address of the settings, or the database.
    SpanKind.CLIENT: frozenset(
        (
            "db.operation.name",
            "db.query.summary",
            "db.system.name",
            "gen_ai.operation.name",
            "gen_ai.provider.name",
            "gen_ai.request.max_tokens",
            "gen_ai.request.model",
            "gen_ai.request.stream",
            "gen_ai.request.temperature",
            "gen_ai.response.model",
            "gen_ai.usage.input_tokens",
            "gen_ai.usage.output_tokens",
            "server.address",
            "server.port",
        )
    ),
    # What we did: names of the code, the vocabulary and versions.
    SpanKind.INTERNAL: frozenset(
        (
            "mhc.agent",
            "mhc.answer.cached",
            "mhc.answer.escalated",
            "mhc.channel",
            "mhc.intent",
            "mhc.knowledge_version",
            "mhc.model",
        )
    ),
}


class Discreet(SpanExporter):
    """Hands spans on without what is not on the list, without events, links, messages and the caller's trace state."""

    def __init__(self, inner: SpanExporter) -> None:
        self._inner = inner

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Export what may leave."""
        return self._inner.export([told(span) for span in spans])

    def shutdown(self) -> None:
        """Close what is behind."""
        self._inner.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Whether all of it is sent."""
        return self._inner.force_flush(timeout_millis)


def told(span: ReadableSpan) -> ReadableSpan:
    """The span as it may leave."""
    allowed = _EVERYWHERE | _ALLOWED.get(span.kind, frozenset())
    return ReadableSpan(
        name=span.name[:LONGEST],
        context=_plain(span.context),
        parent=_plain(span.parent),
        resource=span.resource,
        attributes={
            name: value[:LONGEST] if isinstance(value, str) else value
            for name, value in (span.attributes or {}).items()
            if name in allowed and isinstance(value, str | bool | int | float)
        },
        kind=span.kind,
        status=Status(span.status.status_code),
        start_time=span.start_time,
        end_time=span.end_time,
        instrumentation_scope=span.instrumentation_scope,
    )


def _plain(context: SpanContext | None) -> SpanContext | None:
    """Without the trace state, which callers write."""
    if context is None:
        return None
    return SpanContext(context.trace_id, context.span_id, context.is_remote, context.trace_flags)
