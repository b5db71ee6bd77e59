"""Vectors out of the database by the thousand: as the server's own bytes, which numpy reads without a loop."""

from collections.abc import Sequence

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from mhc_core.db.queries import distinct
from mhc_core.db.tables import training_examples

_HEADER = 4
PACKED = "halfvec_send({})"
"""SQL of a halfvec as bytes: a header of four, then its numbers as big-endian float16 (pgvector's binary format)."""


def embedders(connection: sa.Connection) -> list[str]:
    """Embedders of the vectors that examples carry; vectors of two cannot be compared."""
    return distinct.values(connection, training_examples.c.embedder)


def joined(column: str, dimensions: str = "vector_dims({})") -> str:
    """SQL of the first ``dimensions`` numbers of all halfvecs of a group, one after the other, for :func:`split`.

    They stand in the order in which ``array_agg`` beside it takes the rows: an order of their own would be a sort of
    all vectors.
    """
    return f"string_agg(substr(halfvec_send({column}), {_HEADER + 1}, 2 * {dimensions.format(column)}), '')"


def split(value: bytes, rows: int) -> NDArray[np.float32]:
    """What :func:`joined` put together, shape (rows, dimensions): many rows come at the price of one."""
    return np.frombuffer(bytes(value), dtype=">f2").reshape(rows, -1).astype(np.float32)


def packed(column: sa.ColumnElement[object]) -> sa.ColumnElement[bytes]:
    """A halfvec column as bytes that :func:`unpacked` reads."""
    return sa.func.halfvec_send(column, type_=sa.LargeBinary)


def unpacked(values: Sequence[bytes]) -> NDArray[np.float32]:
    """Vectors of shape (rows, dimensions); all must have the same number of dimensions."""
    if not values:
        return np.zeros((0, 0), np.float32)
    numbers = np.frombuffer(b"".join(bytes(value)[_HEADER:] for value in values), dtype=">f2")
    return numbers.reshape(len(values), -1).astype(np.float32)
