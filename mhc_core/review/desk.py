"""Reviewing side by side: each item is in one person's hands for a while, and a decision can be undone."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from mhc_core.db.queries import audit, review_desk
from mhc_core.db.queries import review as queries
from mhc_core.db.queries.review_desk import Chosen, Shown
from mhc_core.errors import Conflict, NotFound
from mhc_core.vocabulary import Decision

LEASE = timedelta(minutes=5)
"""An item that is looked at is nobody else's for so long; a page that is open asks again before."""
COUNTED = 5_000
"""Items that wait are counted no further: nobody decides more in days, and to count 100,000 takes a second."""
UNDO_REACH = 10
UNDO_WITHIN = timedelta(hours=12)
_TRIES = 5


def next_item(connection: sa.Connection, by: str, chosen: Chosen, passed: list[int], now: datetime) -> Shown | None:
    """The most valuable item that nobody else has, leased to ``by``; None when none is left.

    Args:
        passed: items not to be shown again.
    """
    for _ in range(_TRIES):  # each time, somebody else may have been quicker
        item_id = review_desk.take(connection, by, chosen, passed, now, now + LEASE)
        if item_id is not None and (found := review_desk.shown(connection, item_id)):
            return found
        if not review_desk.waiting(connection, by, chosen, now, most=1):
            return None
    return None


def keep(connection: sa.Connection, item_id: int, by: str, now: datetime) -> bool:
    """Keep the lease of an item that is still looked at; False when somebody else has it by now."""
    return review_desk.lease(connection, item_id, by, now, now + LEASE)


def undo(connection: sa.Connection, by: str, now: datetime) -> Shown:
    """Take back one's newest decision, as far as ten back; the item is as it was before, and one's own to decide.

    Raises:
        NotFound: there is nothing left to undo.
        Conflict: somebody else decided the item afterwards, or is looking at it.
    """
    last = review_desk.last_of(connection, by, now - UNDO_WITHIN, UNDO_REACH)
    if last is None:
        raise NotFound(f"there is nothing to undo: the last {UNDO_REACH} of your decisions today can be taken back")
    if queries.item(connection, last.item_id) is None:
        raise NotFound("the customer of this item was erased meanwhile; go on with the next one")
    _, counting = review_desk.current(connection, last.item_id)
    if counting is None or counting.id != last.id:
        name = counting.decided_by if counting else "somebody"
        raise Conflict(f"{name} decided this item after you; talk to them, or decide it anew")
    if not review_desk.lease(connection, last.item_id, by, now, now + LEASE):
        raise Conflict("somebody else is looking at this item; try again in a few minutes")
    review_desk.undo(connection, last, now)
    _, before = review_desk.current(connection, last.item_id)
    if before is not None and before.decision != Decision.SKIP:
        queries.carry_out(connection, [last.item_id])
    audit.record(connection, by, "review.undone", f"review_item:{last.item_id}", {"decision": last.decision}, now)
    found = review_desk.shown(connection, last.item_id)
    if found is None:
        raise NotFound("this item is gone; go on with the next one")
    return found
