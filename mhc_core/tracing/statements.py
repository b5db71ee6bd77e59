"""A span for each statement that the database is asked by a traced request.

Told are the verb and the tables. The text is not, with placeholders or without: what is never sent cannot leak.
"""

import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from mhc_core.tracing import spans

_VERB = re.compile(r"\b(select|insert|update|delete|call|listen|notify|copy)\b", re.IGNORECASE)
_WRITES = re.compile(r"\b(insert|update|delete)\b", re.IGNORECASE)
_WITH = re.compile(r"\s*with\b", re.IGNORECASE)
_TABLE = re.compile(r"\bai\.([a-z_]+)")
_SPAN = "mhc_span"


@lru_cache(1024)
def summary(statement: str, tables: frozenset[str]) -> tuple[str, str]:
    """The verb and the summary of a statement, as the conventions for databases have it: verb and known tables."""
    found = (_WITH.match(statement) and _WRITES.search(statement)) or _VERB.search(statement)
    verb = found[1].upper() if found else "OTHER"
    named = dict.fromkeys(name for name in _TABLE.findall(statement) if name in tables)
    return verb, " ".join([verb, *list(named)[:5]])


@contextmanager
def watched(engines: Collection[sa.Engine], tables: Collection[str]) -> Iterator[None]:
    """Statements of these engines make spans as long as this is open, where they are asked by a traced request."""
    known = frozenset(tables)

    def begin(connection: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool) -> None:
        if context is None or not spans.tracing():
            return
        verb, told = summary(statement, known)
        attributes = {"db.system.name": "postgresql", "db.operation.name": verb, "db.query.summary": told}
        setattr(context, _SPAN, spans.begin(told, attributes, "client"))

    def end(connection: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool) -> None:
        made = getattr(context, _SPAN, None)
        if made is not None:
            made.end()

    def fail(raised: Any) -> None:
        made = getattr(raised.execution_context, _SPAN, None)
        if made is not None:
            spans.failed(made, type(raised.original_exception).__name__)
            made.end()

    listeners = (("before_cursor_execute", begin), ("after_cursor_execute", end), ("handle_error", fail))
    for engine in engines:
        for name, listener in listeners:
            sa.event.listen(engine, name, listener)
    try:
        yield
    finally:
        for engine in engines:
            for name, listener in listeners:
                sa.event.remove(engine, name, listener)
