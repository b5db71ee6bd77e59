"""Which statements a piece of work sent, how often, and how long it waited for them.

PostgreSQL's own ``pg_stat_statements`` is not in the wheel of the embedded server, so this is counted where statements
leave: the time of the server with that of the way there and back. What goes by COPY is not seen.
"""

import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

SHOWN = 160


@dataclass
class Statement:
    """How often a statement was sent, and the seconds until the server had begun to answer, all together."""

    calls: int = 0
    seconds: float = 0.0


@contextmanager
def counted(engine: sa.Engine) -> Iterator[dict[str, Statement]]:
    """Statements of an engine by their text without values."""
    found: dict[str, Statement] = {}

    def before(connection: Any, cursor: Any, text: str, parameters: Any, context: Any, many: bool) -> None:
        connection.info["sent_at"] = time.perf_counter()

    def after(connection: Any, cursor: Any, text: str, parameters: Any, context: Any, many: bool) -> None:
        one = found.setdefault(re.sub(r"\s+", " ", text).strip(), Statement())
        one.calls += 1
        one.seconds += time.perf_counter() - connection.info.pop("sent_at")

    sa.event.listen(engine, "before_cursor_execute", before)
    sa.event.listen(engine, "after_cursor_execute", after)
    try:
        yield found
    finally:
        sa.event.remove(engine, "before_cursor_execute", before)
        sa.event.remove(engine, "after_cursor_execute", after)


def dearest(found: Mapping[str, Statement], limit: int) -> list[dict[str, Any]]:
    """The statements that took longest, for a report."""
    order = sorted(found.items(), key=lambda item: -item[1].seconds)[:limit]
    return [{"statement": text[:SHOWN], "calls": one.calls, "seconds": round(one.seconds, 3)} for text, one in order]
