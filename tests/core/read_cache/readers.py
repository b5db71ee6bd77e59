"""A process that reads a counted value through the cache, again and again, and says when each read began.

``python readers.py URL MODE``: reads until its input ends, and prints JSON with each read: begun, value, result.
"""

import json
import select
import sys
import time

import sqlalchemy as sa

from mhc_core.db import engine as engines
from mhc_core.db.queries.read_versions import Kind
from mhc_core.read_cache.cache import ReadCache
from mhc_core.read_cache.listener import Listener


class Counted:
    """The result of the last read."""

    last = ""
    saved = checks = 0

    def read(self, kind: str, result: str, saved: int) -> None:
        self.last = result
        self.saved += saved

    def checked(self) -> None:
        self.checks += 1


def number_of_the_last_write(connection: sa.Connection) -> int:
    """What the writer counts in one of its bookings."""
    return int(connection.scalar(sa.text("select guests from ai.bookings where source_id = 'number'")) or 0)


def main(url: str, mode: str) -> None:
    engine = engines.create(url)
    counted = Counted()
    listener = Listener(engine)
    cache = ReadCache(mode, counted, listener.start)  # type: ignore[arg-type]
    listener.tell(cache)
    with engine.connect() as connection:
        cache.look(connection)
    waited = time.monotonic() + 20
    while not cache.state()[0]:
        time.sleep(0.01)
        assert time.monotonic() < waited, "nothing is heard"
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    reads = []
    while not select.select([sys.stdin], [], [], 0)[0]:
        begun = time.monotonic()
        with engine.connect() as connection:
            number = cache.look(connection).read(Kind.AVAILABILITY, "number", number_of_the_last_write)
        reads.append((begun, number, counted.last))
        time.sleep(0.0005)
    listener.stop()
    engine.dispose()
    sys.stdout.write(json.dumps({"reads": reads, "saved": counted.saved, "checks": counted.checks}))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
