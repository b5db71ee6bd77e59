"""Locks that outlive a transaction."""

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa


@contextmanager
def exclusive(engine: sa.Engine, what: str) -> Iterator[None]:
    """Let one at a time work on ``what``, across several transactions; the lock goes when its connection does."""
    lock = sa.func.hashtextextended(what, 0)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sa.select(sa.func.pg_advisory_lock(lock)))
        try:
            yield
        finally:
            connection.execute(sa.select(sa.func.pg_advisory_unlock(lock)))
