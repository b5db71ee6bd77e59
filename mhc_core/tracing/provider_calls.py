"""Spans of calls of providers, by OpenTelemetry's conventions for generative AI: which model, how many tokens.

Never what was asked or answered: the conventions have attributes for that, and none of them is used.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from mhc_core.tracing import spans
from mhc_core.tracing.spans import Value

if TYPE_CHECKING:
    from opentelemetry.trace import Span

_NAMES = {"azure": "azure.ai.openai"}
"""What the conventions call a provider that we call otherwise."""


class ProviderCall:
    """One request on the wire. Where nothing is traced, it does nothing."""

    def __init__(
        self, operation: str, provider: str, model: str, host: str, port: int | None, asked: Mapping[str, Value]
    ) -> None:
        attributes: dict[str, Value] = {
            "gen_ai.operation.name": operation,
            "gen_ai.provider.name": _NAMES.get(provider, provider),
            "gen_ai.request.model": model,
            "server.address": host,
            **({"server.port": port} if port else {}),
            **{f"gen_ai.request.{name}": value for name, value in asked.items()},
        }
        self._span: Span | None = spans.begin(f"{operation} {model}".strip(), attributes, "client")

    def headers(self) -> dict[str, str]:
        """``traceparent`` (W3C) for the provider; nothing else that came with the request is passed on."""
        if self._span is None:
            return {}
        at = self._span.get_span_context()
        return {"traceparent": f"00-{at.trace_id:032x}-{at.span_id:016x}-{int(at.trace_flags):02x}"}

    def ended(
        self,
        input_tokens: int = 0,
        output_tokens: int = 0,
        answered_by: str | None = None,
        error: str | None = None,
    ) -> None:
        """It is over. ``error`` is the status or the type of the exception, never a message."""
        if self._span is None:
            return
        if input_tokens:
            self._span.set_attribute("gen_ai.usage.input_tokens", input_tokens)
        if output_tokens:
            self._span.set_attribute("gen_ai.usage.output_tokens", output_tokens)
        if answered_by:
            self._span.set_attribute("gen_ai.response.model", answered_by)
        if error:
            spans.failed(self._span, error)
        self._span.end()
