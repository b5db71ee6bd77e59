"""One query that is being answered: who asks, over which connection, and what they were shown."""

from collections import Counter
from collections.abc import Callable
from typing import TypeVar

import sqlalchemy as sa
import strawberry

from mhc_core.db.queries import audit
from mhc_core.read_cache.cache import Look
from mhc_serving.access.callers import Caller
from mhc_serving.access.deps import Services, require, unauthorized
from mhc_serving.access.keys import Holder, Role

T = TypeVar("T")


class Asked:
    """What the resolvers of one query share; they run one after the other. Close it when the query is answered.

    ``key`` is the request's own ``Idempotency-Key``. ``loaders`` are made with the first use (``loaders.py``);
    ``shown`` counts personal rows, for the audit log.
    """

    def __init__(self, app: Services, caller: Caller, key: str | None = None) -> None:
        self.app = app
        self.caller = caller
        self.key = key
        self.loaders: dict[str, object] = {}
        self.shown: Counter[str] = Counter()
        self._open: sa.Connection | None = None
        self._reads: Look | None = None

    @property
    def connection(self) -> sa.Connection:
        """For reads; opened with the first one."""
        if self._open is None:
            self._open = self.app.engine.connect()
        return self._open

    @property
    def reads(self) -> Look:
        """The cache of reads, as of the first question since the last write."""
        if self._reads is None:
            self._reads = self.app.reads.look(self.connection)
        return self._reads

    def finish(self) -> None:
        """Commit what was written on the connection, and give it back."""
        if self._open is not None:
            self._open.commit()
        self.close()

    def close(self) -> None:
        """Give the connection back, as it is after something went wrong too; what was not committed is not written."""
        connection, self._open, self._reads = self._open, None, None
        if connection is not None:
            connection.close()

    def staff(self, *roles: Role) -> Holder:
        """The key's holder, who has one of these roles or is an admin.

        Raises:
            HTTPException: 401 without a key, 403 for another role.
        """
        if self.caller.holder is None:
            raise unauthorized("this needs an API key; send it as `Authorization: Bearer …` or `X-API-Key: …`")
        return require(self.caller.holder, *roles)

    def speaker(self) -> Caller:
        """The caller, who may speak for a customer.

        Raises:
            HTTPException: 403 for a key of another role.
        """
        if self.caller.holder is not None:
            require(self.caller.holder, Role.APP)
        return self.caller

    def note(self, kind: str, rows: int) -> None:
        """So many personal rows of a kind are shown."""
        self.shown[kind] += rows

    def record(self) -> None:
        """Write into the audit log who was shown what; a staff key's name, and counts only."""
        if self.shown and self.caller.holder is not None:
            audit.record(
                self.connection, self.caller.holder.name, "graphql.read", "graphql", dict(self.shown), self.app.clock()
            )

    def write(self, act: Callable[[], T]) -> T:
        """Do something that opens a connection of its own: a query that held two could wait for others that do.

        What is read after it is read anew.
        """
        self.finish()
        self.loaders.clear()
        return act()


def asked(info: strawberry.Info) -> Asked:
    """The query that a resolver works for."""
    found: Asked = info.context
    return found
