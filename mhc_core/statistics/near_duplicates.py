"""Questions that ask the same: the one search that splitting data sets and checking evaluation sets share."""

import numpy as np
from numpy.typing import NDArray

BLOCK = 1024


def pairs(
    vectors: NDArray[np.float32], others: NDArray[np.float32], similarity: float
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float32]]:
    """Rows of ``vectors`` and rows of ``others`` that are at least ``similarity`` alike, and how much each pair is.

    Both hold unit vectors, shapes (n, d) and (m, d); alike is their cosine. Memory stays at 1024 × m numbers.
    """
    rows: list[NDArray[np.intp]] = []
    columns: list[NDArray[np.intp]] = []
    found: list[NDArray[np.float32]] = []
    for start in range(0, len(vectors), BLOCK):
        cosine = vectors[start : start + BLOCK] @ others.T
        near = np.nonzero(cosine >= similarity)
        rows.append(near[0] + start)
        columns.append(near[1])
        found.append(cosine[near])
    if not rows:
        return np.zeros(0, np.intp), np.zeros(0, np.intp), np.zeros(0, np.float32)
    return np.concatenate(rows), np.concatenate(columns), np.concatenate(found)
