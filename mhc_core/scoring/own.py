"""The learned score from this installation's own ratings, and how far either score agrees with them.

It is fitted anew whenever it is asked for and not kept, so that an erased customer's rating teaches nothing from then
on. It is judged on later ratings of customers it has not seen.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from mhc_core.db.queries import audit
from mhc_core.db.queries import scoring as queries
from mhc_core.db.rows.scoring import RatedFeatures
from mhc_core.scoring import satisfaction, trained
from mhc_core.statistics import monotone
from mhc_core.statistics.calibration import expected_calibration_error
from mhc_core.statistics.monotone import MonotoneLogit
from mhc_core.statistics.rank_agreement import spearman

JUDGED = "scores.judged"
"""The audit log's action of each judgement."""
MAX_RATED = 5000
MIN_RATED = 200
MIN_OF_EACH = 30
"""Fewer conversations, or fewer that pleased or displeased, and there is nothing to learn that would hold."""
BLOCKS = 5
OWN_RIDGE = 100.0
"""How many rated conversations the shipped weights count for."""


@dataclass(frozen=True, slots=True)
class OwnScore:
    """The learned score in force, with how it agrees with ratings that it was not fitted on.

    ``source`` is ``own`` or ``shipped``. Spearman's rank correlations are of conversations rated later than those each
    was fitted on, by other customers; None with too few. ``calibration_error`` is of the same predictions.
    """

    model: MonotoneLogit
    source: str
    rated: int
    learned_spearman: float | None
    weighted_spearman: float | None
    calibration_error: float | None


def current(connection: sa.Connection) -> OwnScore:
    """The score fitted on the latest 5,000 rated conversations where there are enough, else the shipped one.

    The own one takes over only where it agrees with later ratings at least as well as the shipped one.
    """
    rated = queries.rated(connection, MAX_RATED)
    model = trained.shipped().satisfaction
    seen = [row for row in rated if len(row.features) == len(satisfaction.FEATURES)]
    truth = np.array([row.truth for row in seen])
    least = min(int((truth > 0.5).sum()), int((truth < 0.5).sum()))
    if len(seen) < MIN_RATED or least < MIN_OF_EACH:
        return OwnScore(model, "shipped", len(seen), None, None, None)
    later, own = _forward(seen, model)
    rows, said = np.array([row.features for row in seen])[later], truth[later]
    weight = np.ones(len(later))
    of_own, of_shipped = spearman(own, said, weight), spearman(model(rows), said, weight)
    unrated = np.array([seen[index].unrated_score for index in later])
    better = of_own >= of_shipped
    chosen = own if better else model(rows)
    return OwnScore(
        _fit(seen, model) if better else model,
        "own" if better else "shipped",
        len(seen),
        max(of_own, of_shipped),
        spearman(unrated, said, weight),
        expected_calibration_error(chosen, said),
    )


def told(score: OwnScore) -> dict[str, Any]:
    """What :func:`judged` keeps: no rating, no customer."""
    return {
        "learned": score.source,
        "rated_conversations": score.rated,
        "learned_spearman": _rounded(score.learned_spearman),
        "weighted_spearman": _rounded(score.weighted_spearman),
        "learned_calibration_error": _rounded(score.calibration_error),
    }


def keep(connection: sa.Connection, score: OwnScore, now: datetime) -> None:
    """Write down how the score in force agrees, for who asks until the next scoring; nothing where it is as before."""
    if audit.latest(connection, JUDGED) != told(score):
        audit.record(connection, "pipeline", JUDGED, "learned_score", told(score), now)


def judged(connection: sa.Connection) -> Mapping[str, Any]:
    """What was last kept; worked out where nothing was: with thousands of ratings that takes a second."""
    return audit.latest(connection, JUDGED) or told(current(connection))


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)


def _forward(rated: Sequence[RatedFeatures], shipped: MonotoneLogit) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """Positions of all but the first block in time, and what a model of earlier ratings by others says of them."""
    blocks = np.array_split(np.arange(len(rated)), BLOCKS)
    found = []
    for number, block in enumerate(blocks[1:], start=1):
        customers = {rated[index].customer for index in block}
        before = [rated[index] for index in np.concatenate(blocks[:number]) if rated[index].customer not in customers]
        model = _fit(before, shipped) if before else shipped
        found.append(model(np.array([rated[index].features for index in block])))
    return np.concatenate(blocks[1:]), np.concatenate(found)


def _fit(rated: Sequence[RatedFeatures], shipped: MonotoneLogit) -> MonotoneLogit:
    rows, truth = np.array([row.features for row in rated]), np.array([row.truth for row in rated])
    return monotone.fit(rows, truth, np.ones(len(rows)), satisfaction.SIGNS, OWN_RIDGE, np.abs(shipped.weights))
