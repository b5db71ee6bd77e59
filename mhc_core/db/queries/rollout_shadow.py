"""Pairs of a shown answer and what the candidate would have said: scores only, never the words."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa

from mhc_core.db.tables import rollout_shadow_pairs
from mhc_core.vocabulary import Intent

_P = rollout_shadow_pairs.c


class Pair(NamedTuple):
    """One compared turn. Similarity is a cosine, confidences lie in 0..1, ``candidate_ms`` is its time to answer."""

    rollout_id: int
    intent: Intent
    similarity: float
    agrees: bool
    candidate_confidence: float
    shown_confidence: float
    candidate_ms: float
    paired_at: datetime


class Compared(NamedTuple):
    """The pairs of one intent: their number, and means."""

    intent: Intent
    pairs: int
    similarity: float
    agreeing: float
    candidate_confidence: float
    shown_confidence: float


def save(connection: sa.Connection, pairs: Sequence[Pair]) -> None:
    """Keep pairs."""
    rows: list[Mapping[str, Any]] = [pair._asdict() for pair in pairs]
    connection.execute(sa.insert(rollout_shadow_pairs), rows)


def compared(connection: sa.Connection, rollout_id: int) -> list[Compared]:
    """What the pairs of a rollout say, by intent."""
    rows = connection.execute(
        sa.select(
            _P.intent,
            sa.func.count(),
            sa.func.avg(_P.similarity),
            sa.func.avg(sa.cast(_P.agrees, sa.Integer)),
            sa.func.avg(_P.candidate_confidence),
            sa.func.avg(_P.shown_confidence),
        )
        .where(_P.rollout_id == rollout_id)
        .group_by(_P.intent)
        .order_by(_P.intent)
    )
    return [Compared(Intent(row[0]), row[1], *(float(value) for value in row[2:])) for row in rows]
