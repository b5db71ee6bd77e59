"""Lists in pages, as Relay's specification of cursor connections has them: ``first``, ``after``, edges, page info.

https://relay.dev/graphql/connections.htm. A cursor is the key of its row as JSON in base64url; nobody but this module
reads one. Pages go forward only.
"""

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import Annotated, Any, Generic, TypeVar

import orjson
import strawberry
from pydantic import TypeAdapter, ValidationError

from mhc_core.errors import DataError

MOST = 100
"""Rows of one page."""
USUAL = 20
_LONGEST_CURSOR = 600

First = Annotated[int, strawberry.argument(description=f"Rows of the page, 1 to {MOST}.")]
After = Annotated[str | None, strawberry.argument(description="`endCursor` of the page before.")]

K = TypeVar("K")
N = TypeVar("N")
R = TypeVar("R")


@strawberry.type(description="Where a page ends, and whether another follows it.")
class PageInfo:
    """Of a page."""

    has_next_page: bool
    end_cursor: str | None
    has_previous_page: bool = False
    start_cursor: str | None = None


@strawberry.type(description="A row with its place in the list.")
class Edge(Generic[N]):
    """Of a page."""

    cursor: str
    node: N


@strawberry.type(description="A page of a list.")
class Connection(Generic[N]):
    """``edges`` are its rows in order."""

    edges: list[Edge[N]]
    page_info: PageInfo


def bounded(first: int, most: int = MOST) -> int:
    """The number of rows that was asked for.

    Raises:
        DataError: less than one or more than ``most``.
    """
    if not 1 <= first <= most:
        raise DataError(f"first must be 1 to {most}; read the list in pages with `after`")
    return first


def key_of(after: str | None, kind: TypeAdapter[K]) -> K | None:
    """The key that a cursor holds, None without one.

    Raises:
        DataError: the text is no cursor of this list.
    """
    if after is None:
        return None
    try:
        if len(after) > _LONGEST_CURSOR:
            raise ValueError
        raw = base64.urlsafe_b64decode(after.encode("ascii", "strict"))
        if b"\\u0000" in raw:
            raise ValueError
        return kind.validate_json(raw)
    except (ValueError, binascii.Error, ValidationError):
        raise DataError("this is no cursor of this list; give `endCursor` of its page before, or nothing") from None


def cursor(key: object) -> str:
    """The cursor of a row with this key."""
    return base64.urlsafe_b64encode(orjson.dumps(key)).decode()


def page(
    rows: Sequence[R], first: int, key: Callable[[R], Any], node: Callable[[R], N], after: str | None
) -> Connection[N]:
    """A page of the rows that were read; one more than ``first`` says that another page follows."""
    shown = rows[:first]
    edges = [Edge(cursor=cursor(key(row)), node=node(row)) for row in shown]
    info = PageInfo(
        has_next_page=len(rows) > first,
        end_cursor=edges[-1].cursor if edges else None,
        has_previous_page=after is not None,
        start_cursor=edges[0].cursor if edges else None,
    )
    return Connection(edges=edges, page_info=info)
