"""Other orders of the queue: what customers would probably dislike, and what teaches most beside what is decided.

What the orders rest on is trained when it is asked for and not kept, so that an erased customer teaches nothing from
then on.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import sqlalchemy as sa

from mhc_core.db.queries import review as queries
from mhc_core.db.queries import review_order as order
from mhc_core.db.queries.review import ReviewItem, VotedExample
from mhc_core.errors import DataError
from mhc_core.protocols import Embedder, Turn
from mhc_core.review import vote_predictor
from mhc_core.review.coverage import Coverage
from mhc_core.review.intent_model import Intents
from mhc_core.review.vote_features import Exchange, extract
from mhc_core.statistics.calibration import expected_calibration_error
from mhc_core.statistics.rank_agreement import auc

MAX_VOTES = 5000
MAX_PENDING = 1000
MAX_COVERED = 5000
NO_BETTER_THAN_CHANCE = 0.55


@dataclass(frozen=True, slots=True)
class LikelyDisliked:
    """Pending items with the probability that their answer is liked, lowest first, and how far that may be trusted.

    ``auc`` and ``ece`` (calibration error) are of the training votes, each predicted by a model that saw none of its
    customer's.
    """

    items: Sequence[tuple[ReviewItem, float]]
    votes: int
    auc: float
    ece: float


def likely_disliked(connection: sa.Connection, embedder: Embedder, limit: int, seed: int) -> LikelyDisliked:
    """The pending items without a vote whose answers are least likely to be liked, out of the 1,000 most valuable.

    Raises:
        DataError: too few votes to learn from, or votes in which nothing can be predicted.
    """
    voted = queries.voted(connection, MAX_VOTES)
    liked = np.array([example.vote == "up" for example in voted], dtype=np.bool_)
    exchanges = [_exchange(example) for example in voted]
    if not exchanges:
        raise DataError("there is no vote on any example to learn from; collect feedback first")
    predictor, out_of_fold = vote_predictor.fit(
        extract(exchanges, embedder), liked, [example.customer_hash for example in voted], seed
    )
    reached = auc(out_of_fold, liked)
    if reached < NO_BETTER_THAN_CHANCE:
        raise DataError(
            f"{len(voted)} votes do not tell which answers are liked (AUC {reached:.2f}); use `mhc review list`"
        )
    waiting = [item for item in queries.queue(connection, MAX_PENDING) if item.vote is None]
    probability = predictor(extract([_exchange(item) for item in waiting], embedder)).tolist() if waiting else []
    ranked = sorted(zip(waiting, probability, strict=True), key=lambda pair: (pair[1], pair[0].id))
    calibration = expected_calibration_error(out_of_fold, liked.astype(np.float64))
    return LikelyDisliked(ranked[:limit], len(voted), reached, calibration)


def most_instructive(connection: sa.Connection, embedder: Embedder, limit: int) -> list[ReviewItem]:
    """The pending items whose decisions teach most, out of the 5,000 most valuable: what many others resemble, nothing
    decided does, and the model of intents is unsure of."""
    ids, given, waiting = order.pending(connection, embedder.id, MAX_COVERED)
    if not ids:
        return []
    labels, known = order.verified(connection, embedder.id, MAX_COVERED)
    vectors = np.vstack([waiting, known.reshape(len(labels), waiting.shape[1])])
    decided = np.arange(len(vectors)) >= len(ids)
    intents = Intents(known, labels, given)
    unsure = np.concatenate([intents.unsure(waiting), np.zeros(len(labels))])
    chosen = Coverage(vectors).choose(decided, unsure, limit)
    return queries.of_ids(connection, [ids[row] for row in chosen])


def _exchange(example: ReviewItem | VotedExample) -> Exchange:
    before = tuple(Turn(turn["role"], turn["content"]) for turn in example.context)
    return Exchange((*before, Turn("user", example.question)), example.answer)
