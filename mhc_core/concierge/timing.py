"""How long the parts of one request took, and may take: collected where they happen, sent as ``Server-Timing``.

The header tells durations in milliseconds by part (W3C Server Timing), never what was asked.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from mhc_core.errors import TransientError
from mhc_core.tracing import spans

_deadline: ContextVar[float | None] = ContextVar("deadline", default=None)
_parts: ContextVar[dict[str, float] | None] = ContextVar("parts", default=None)


def begin() -> dict[str, float]:
    """Collect the parts of this request, those of the threads that work for it too."""
    parts: dict[str, float] = {}
    _parts.set(parts)
    return parts


def limit(seconds: float) -> None:
    """From then on no part of this request begins, in the threads that work for it either."""
    _deadline.set(time.perf_counter() + seconds)


@contextmanager
def part(name: str) -> Iterator[None]:
    """Count the time spent within to this part of the request at hand, if there is one; a span where it is traced.

    Raises:
        TransientError: the request's time is over.
    """
    parts, deadline = _parts.get(), _deadline.get()
    started = time.perf_counter()
    if deadline is not None and started > deadline:
        raise TransientError("the answer took too long and was given up; try again in a few seconds")
    try:
        with spans.span(f"concierge.{name}"):
            yield
    finally:
        if parts is not None:
            parts[name] = parts.get(name, 0.0) + (time.perf_counter() - started) * 1000


def header(parts: dict[str, float], total: float) -> str:
    """The header's value."""
    return ", ".join(f"{name};dur={milliseconds:.2f}" for name, milliseconds in {**parts, "total": total}.items())
