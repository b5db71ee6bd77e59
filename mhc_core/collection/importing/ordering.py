"""The order in which the messages of a conversation were said."""

import itertools
from collections.abc import Sequence
from datetime import datetime


def in_order(times: Sequence[datetime | None], positions: Sequence[float | None]) -> list[int]:
    """The places (from 0) of messages as written, in the order they were said.

    By time when every message has one, then by position when every message has one, else as written; what is written
    newest first is turned round, so that messages of the same minute come in their order too.
    """
    written = list(range(len(times)))
    known = [moment for moment in times if moment is not None]
    placed = all(position is not None for position in positions)
    if _falling(known) and not placed:
        written.reverse()
    if len(known) == len(times):
        return sorted(written, key=lambda place: (times[place], positions[place] if placed else 0))
    if placed:
        return sorted(written, key=lambda place: positions[place] or 0)
    return written


def _falling(times: Sequence[datetime]) -> bool:
    pairs = list(itertools.pairwise(times))
    return any(one > other for one, other in pairs) and all(one >= other for one, other in pairs)
