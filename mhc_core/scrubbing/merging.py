"""Examples that say the same are one. Which stays depends on what they are, not on when or in which order they came.

An example yields when a better one says the same, whether that one stays or yields itself: so what stays is a fact
about the examples, and each new one is compared with the others once. Questions are compared exactly. Only examples
that state the same numbers can say the same, so only these are compared.
"""

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from mhc_core.db.queries import merging as queries
from mhc_core.db.queries.merging import Mergeable, Placed, SameNumbers
from mhc_core.protocols import Embedder
from mhc_core.scrubbing.meaning import numbers_sha256, same_meaning
from mhc_core.settings import Settings

REFERENCE = 2048
"""So many examples tell whether a question is unusual; more would make each new one dearer as the table grows."""
LOOKED_AT = 3
"""A third of each vector rules out nearly all that is not near, and is all that is read of the many. A sixth let half
through of what is asked in other words: 3 GB on a million conversations."""
_ROUNDED = 0.01
"""How much nearer than that two stored vectors may be: they are rounded to half precision."""
_BLOCK = 1024
_WIDE = 32_768
"""So many new ones are compared with so many others at once: 130 MB, however many there are."""
_SLACK = 1e-3
"""A product of matrices rounds by their shapes. What comes this near the threshold is worked out pair by pair."""


def merge(connection: sa.Connection, embedder: Embedder, settings: Settings) -> None:
    """Place each new example: how unusual its question is, and whether another one says the same already."""
    queries.save_numbers(
        connection, {key: numbers_sha256(question, answer) for key, question, answer in queries.unnumbered(connection)}
    )
    new = queries.unplaced(connection, embedder.id)
    if not new.ids:
        return
    novelty = unusual(new, queries.reference(connection, embedder.id, REFERENCE))
    similarity = settings.near_duplicate_similarity
    groups = queries.with_same_numbers(connection, embedder.id, max(1, embedder.dimensions // LOOKED_AT))
    found = near(groups, similarity)
    examples, vectors = queries.mergeable(connection, found)
    queries.save(connection, novelty, yielding(examples, vectors, similarity))


def unusual(new: Placed, known: Placed) -> dict[UUID, float]:
    """How far each new question is from the nearest other one that is known: 1 - cosine, 0..1, and 1 without any."""
    column = {identifier: place for place, identifier in enumerate(known.ids)}
    found: dict[UUID, float] = {}
    for start in range(0, len(new.ids), _BLOCK):
        ids = new.ids[start : start + _BLOCK]
        if not known.ids:
            return dict.fromkeys(new.ids, 1.0)
        cosine = new.vectors[start : start + _BLOCK] @ known.vectors.T
        for row, identifier in enumerate(ids):
            if identifier in column:
                cosine[row, column[identifier]] = -1
        nearest = np.clip(1 - cosine.max(axis=1), 0, 1)
        found |= zip(ids, (round(float(value), 6) for value in nearest), strict=True)
    return found


def near(groups: Sequence[SameNumbers], similarity: float) -> list[UUID]:
    """New examples and others whose questions may be near: none that is near is missing.

    Two unit vectors of cosine c are the squared distance 2 (1 - c) apart, and no part of them is further apart.
    """
    within = 2 * (1 - similarity) + _ROUNDED
    found: list[UUID] = []
    for group in groups:
        part = group.vectors
        length = np.einsum("ij,ij->i", part, part)
        rows = np.flatnonzero(group.new)
        hit = np.zeros(len(group.ids), dtype=np.bool_)
        for first in range(0, len(part), _WIDE):
            others = -2 * part[first : first + _WIDE].T
            for start in range(0, len(rows), _BLOCK):
                some = rows[start : start + _BLOCK]
                distance = part[some] @ others
                distance += length[first : first + _WIDE]
                alike = distance <= within - length[some, np.newaxis]
                itself = np.flatnonzero((some >= first) & (some < first + _WIDE))
                alike[itself, some[itself] - first] = False
                hit[first : first + _WIDE] |= alike.any(axis=0)
                hit[some] |= alike.any(axis=1)
        found += [group.ids[place] for place in np.flatnonzero(hit).tolist()]
    return found


def _unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    unit: NDArray[np.float32] = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    return unit


def yielding(examples: Sequence[Mergeable], vectors: NDArray[np.float32], similarity: float) -> dict[UUID, UUID]:
    """Who yields to whom, because of the new ones among ``examples``, which are given best first."""
    if not examples:
        return {}
    unit = _unit(vectors)
    alike: dict[str, list[int]] = defaultdict(list)
    for place, example in enumerate(examples):
        alike[example.numbers].append(place)
    into: dict[int, int] = {}
    for places in alike.values():
        _compare(examples, unit, np.array(places), similarity, into)
    place_of = {example.id: place for place, example in enumerate(examples)}
    return {examples[place].id: _last(examples, place_of, into, place) for place in into}


def _compare(
    examples: Sequence[Mergeable],
    unit: NDArray[np.float32],
    places: NDArray[np.intp],
    similarity: float,
    into: dict[int, int],
) -> None:
    new = np.array([place for place in places if examples[place].new], dtype=np.intp)
    standing = np.array([not examples[place].new and not examples[place].merged for place in places])
    block = max(1, _BLOCK * _WIDE // max(len(places), 1))
    for start in range(0, len(new), block):
        rows = new[start : start + block]
        near = unit[rows] @ unit[places].T >= similarity - _SLACK
        better = places[np.newaxis, :] < rows[:, np.newaxis]
        for row, found in zip(rows.tolist(), near & (better | standing), strict=True):
            for other in places[found].tolist():
                if other < row and row in into:
                    continue
                if other > row and other in into:
                    continue
                if _says_the_same(examples, unit, row, other, similarity):
                    into[max(row, other)] = min(row, other)


def _says_the_same(
    examples: Sequence[Mergeable], unit: NDArray[np.float32], one: int, other: int, similarity: float
) -> bool:
    cosine = float(np.sum(unit[one].astype(np.float64) * unit[other]))
    mine, theirs = examples[one], examples[other]
    return cosine >= similarity and same_meaning(mine.question, mine.answer, theirs.question, theirs.answer)


def _last(examples: Sequence[Mergeable], place_of: dict[UUID, int], into: dict[int, int], place: int) -> UUID:
    """The example at the end of the line: what yields to one that yields is named after the one that stays."""
    while True:
        if place in into:
            place = into[place]
        elif (stays := examples[place].into) in place_of:
            place = place_of[stays]
        else:
            return stays or examples[place].id
