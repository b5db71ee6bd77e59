"""Was a model taught what it is tested with? Same customer or near-duplicate question, by the split's own search."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

import numpy as np
import sqlalchemy as sa

from mhc_core.db.queries import evaluation_sets as queries
from mhc_core.db.queries.evaluation_sets import FrozenQuestion
from mhc_core.protocols import Embedder
from mhc_core.statistics import near_duplicates


@dataclass(frozen=True, slots=True)
class Overlap:
    """A frozen question, by its place in the set, and a training example that gives it away."""

    position: int
    example_id: UUID
    why: Literal["customer", "question"]
    similarity: float


def overlaps(
    connection: sa.Connection,
    questions: Sequence[FrozenQuestion],
    dataset_id: str,
    embedder: Embedder,
    similarity: float,
) -> list[Overlap]:
    """Every pair of a frozen question and an example of the data set's training side that should not be.

    A question is a near-duplicate from a cosine of ``similarity`` on, as in building data sets.
    """
    trained = queries.trained(connection, dataset_id, embedder.id)
    if not trained or not questions:
        return []
    asked = embedder.embed([question.messages[-2]["content"] for question in questions])
    known = [example.vector for example in trained if example.vector is not None]
    other = [row for row, example in enumerate(trained) if example.vector is None]
    taught = np.zeros((len(trained), asked.shape[1]), dtype=np.float32)
    taught[[row for row, example in enumerate(trained) if example.vector is not None]] = known
    if other:
        taught[other] = embedder.embed([trained[row].question for row in other])
    found = [
        Overlap(int(position), trained[row].example_id, "question", round(float(cosine), 4))
        for position, row, cosine in zip(*near_duplicates.pairs(asked, taught, similarity), strict=True)
    ]
    rows_of: dict[str, list[int]] = {}
    for row, example in enumerate(trained):
        rows_of.setdefault(example.customer_hash, []).append(row)
    found += [
        Overlap(position, trained[row].example_id, "customer", round(float(asked[position] @ taught[row]), 4))
        for position, question in enumerate(questions)
        for row in rows_of.get(question.customer_hash, ())
    ]
    return sorted(found, key=lambda item: (item.position, -item.similarity, item.why))
