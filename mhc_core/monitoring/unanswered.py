"""What customers ask that the concierge is not sure of, like questions together: what to write an article about."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import sqlalchemy as sa

from mhc_core.db.queries import unanswered as queries
from mhc_core.db.queries import vectors
from mhc_core.db.queries.unanswered import Unsure

ALIKE = 0.75
"""Cosine of two questions from which on they are about the same."""
NEWEST = 500


@dataclass(frozen=True, slots=True)
class Group:
    """Questions about the same thing, the one that is most like all others first; scrubbed text."""

    questions: Sequence[Unsure]

    @property
    def draft(self) -> str:
        """The surest answer that one of them got."""
        return max(self.questions, key=lambda one: one.confidence).answer


def groups(connection: sa.Connection, limit: int) -> list[Group]:
    """The largest groups of questions with an unsure answer that no reviewer has decided, of the newest 500."""
    found: list[Group] = []
    for embedder in vectors.embedders(connection):
        asked, meant = queries.unsure(connection, embedder, NEWEST)
        if not asked:
            continue
        alike = meant @ meant.T >= ALIKE
        np.fill_diagonal(alike, val=True)
        free = np.ones(len(asked), dtype=np.bool_)
        sizes = alike.sum(axis=1)
        while free.any():
            centre = int(np.where(free, sizes, 0).argmax())
            members = np.flatnonzero(alike[centre] & free)
            order = sorted(members.tolist(), key=lambda row: -float(meant[centre] @ meant[row]))
            found.append(Group([asked[row] for row in order]))
            free[members] = False
            sizes -= alike[:, members].sum(axis=1)
    return sorted(found, key=lambda one: -len(one.questions))[:limit]
