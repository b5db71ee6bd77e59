"""``mhc`` in a process of its own that reads the messages of the tests, as every concierge of theirs does.

Only that is a stand-in: to learn reading takes a minute, and is not what replicas are tested for.
"""

import functools
from dataclasses import replace
from typing import Any

from fakes.understanding import COMMON, Labelled
from mhc_core.concierge.models.live import LiveVersions


def main() -> None:
    make, reader = LiveVersions.__init__, Labelled(COMMON)

    @functools.wraps(make)
    def with_reader(self: LiveVersions, *given: Any, **named: Any) -> None:
        make(self, *given, **named)
        self._now = replace(self._now, reader=reader)

    LiveVersions.__init__ = with_reader  # type: ignore[method-assign]
    from mhc_jobs.cli.main import main as run

    run()


if __name__ == "__main__":
    main()
