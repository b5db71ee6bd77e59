"""The spans of the request at hand, if it is traced. Where it is not, each is one look at a context variable.

A request is traced when whoever took it in said so (``traced_by``). The threads that work for it see that, too.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from opentelemetry.trace import Span, Tracer

Value = str | int | float | bool
_tracer: ContextVar["Tracer | None"] = ContextVar("tracer", default=None)


@contextmanager
def traced_by(tracer: "Tracer") -> Iterator[None]:
    """What happens within makes spans, below the one that is current in OpenTelemetry's context."""
    token = _tracer.set(tracer)
    try:
        yield
    finally:
        _tracer.reset(token)


def tracing() -> bool:
    """Whether what happens now is traced."""
    return _tracer.get() is not None


def begin(
    name: str, attributes: Mapping[str, Value], kind: Literal["internal", "client"] = "internal"
) -> "Span | None":
    """A span that the caller ends, below the current one; None where nothing is traced."""
    tracer = _tracer.get()
    if tracer is None:
        return None
    from opentelemetry.trace import SpanKind

    return tracer.start_span(
        name, kind=SpanKind.CLIENT if kind == "client" else SpanKind.INTERNAL, attributes=dict(attributes)
    )


def failed(span: "Span", reason: str) -> None:
    """Note that it did not go well: by the type of the exception or the provider's status, never by a message."""
    from opentelemetry.trace import StatusCode

    span.set_attribute("error.type", reason)
    span.set_status(StatusCode.ERROR)


@contextmanager
def span(name: str, attributes: Mapping[str, Value] | None = None) -> Iterator["Span | None"]:
    """A span around what happens within; None where nothing is traced.

    Of ``attributes`` those arrive that ``leaving`` lets through.
    """
    made = begin(name, attributes or {})
    if made is None:
        yield None
        return
    from opentelemetry.trace import use_span

    with use_span(made, end_on_exit=True, record_exception=False, set_status_on_exception=False):
        try:
            yield made
        except Exception as error:
            failed(made, type(error).__name__)
            raise
