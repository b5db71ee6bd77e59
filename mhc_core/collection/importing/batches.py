"""Writes batches, each in a transaction of its own, and finds the one row that the database refuses."""

from collections.abc import Callable, Sequence
from typing import TypeVar

import psycopg
import sqlalchemy as sa

from mhc_core.errors import DatabaseUnavailable

Item = TypeVar("Item")
Result = TypeVar("Result")
_TRY_AGAIN = ("40001", "40P01")  # serialisation failure, deadlock
_DISK_FULL = "53100"
_BAD_VALUE = ("21", "22", "23", "54")  # classes: cardinality, data, constraint, program limit


def _state(error: BaseException) -> str:
    original = error.orig if isinstance(error, sa.exc.DBAPIError) else error
    return (original.sqlstate or "") if isinstance(original, psycopg.Error) else ""


def store(
    engine: sa.Engine,
    batch: Sequence[Item],
    write: Callable[[sa.Connection, Sequence[Item]], Result],
    refuse: Callable[[Item, str], None],
) -> list[tuple[Sequence[Item], Result]]:
    """Commit ``write(connection, batch)`` and return its result, with the items it stands for.

    When the server refuses a value, the batch is halved until the item is found and handed to ``refuse`` with a
    reason; all others are stored. A deadlock is tried once more.

    Raises:
        DatabaseUnavailable: the server does not answer.
    """
    for attempt in (1, 2):
        try:
            with engine.begin() as connection:
                result = write(connection, batch)
            return [(batch, result)]
        except (psycopg.Error, sa.exc.DBAPIError) as error:
            state = _state(error)
            if state in _TRY_AGAIN and attempt == 1:
                continue
            if state == _DISK_FULL:
                raise DatabaseUnavailable(
                    "no space left on the disk of the database; free some and run the same command again, "
                    "what is in stays in"
                ) from None
            if state[:2] not in _BAD_VALUE:
                raise DatabaseUnavailable(
                    f"the database stopped the import (state {state or 'connection lost'}); "
                    "run the same command again, what is in stays in"
                ) from None
            break
    if len(batch) == 1:
        refuse(batch[0], f"the database refuses a value (state {state})")
        return []
    middle = len(batch) // 2
    return store(engine, batch[:middle], write, refuse) + store(engine, batch[middle:], write, refuse)
