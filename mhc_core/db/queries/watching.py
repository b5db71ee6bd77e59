"""SQL of what alerts look at in other stages' tables."""

from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa

from mhc_core.db.tables import erasures, rollouts
from mhc_core.vocabulary import RolloutStatus

_E, _R = erasures.c, rollouts.c


class UnfinishedErasure(NamedTuple):
    """An erasure by its number alone."""

    id: int
    status: str
    requested_at: datetime


def unfinished_erasures(connection: sa.Connection, asked_before: datetime) -> list[UnfinishedErasure]:
    """Erasures asked for before then that are not finished, oldest first."""
    rows = connection.execute(
        sa.select(_E.id, _E.status, _E.requested_at)
        .where(_E.status != "finished", _E.requested_at < asked_before)
        .order_by(_E.id)
    )
    return [UnfinishedErasure(*row) for row in rows]


class HeldRollout(NamedTuple):
    """A rollout that waits for a person; ``share`` in percent of customers."""

    model_version_id: str
    share: int
    updated_at: datetime


def held_rollouts(connection: sa.Connection) -> list[HeldRollout]:
    """Rollouts that are held."""
    rows = connection.execute(
        sa.select(_R.model_version_id, _R.share, _R.updated_at)
        .where(_R.status == RolloutStatus.HELD)
        .order_by(_R.updated_at)
    )
    return [HeldRollout(*row) for row in rows]
