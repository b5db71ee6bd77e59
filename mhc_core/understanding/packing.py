"""A head as small arrays for a file of the release: without the rows of terms that no example has, in eight bits."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mhc_core.understanding.heads import Head

PACKED = ("classes", "bias", "temperature", "shape", "rows", "scales", "weights")
"""The arrays of one head."""


def packed(head: Head) -> Mapping[str, NDArray[Any]]:
    """The arrays of a head; the same head gives the same arrays."""
    rows = np.flatnonzero(np.abs(head.weights).max(axis=1) > 0).astype(np.int32)
    scales = np.abs(head.weights[rows]).max(axis=1, keepdims=True).astype(np.float32) / 127
    return {
        "classes": np.array(head.classes),
        "bias": head.bias,
        "temperature": np.array(head.temperature),
        "shape": np.array(head.weights.shape),
        "rows": rows,
        "scales": scales,
        "weights": np.rint(head.weights[rows] / scales).astype(np.int8),
    }


def unpacked(held: Mapping[str, NDArray[Any]]) -> Head:
    """The head of such arrays."""
    weights = np.zeros(tuple(held["shape"]), np.float32)
    weights[held["rows"]] = held["weights"] * held["scales"]
    return Head(tuple(map(str, held["classes"])), weights, held["bias"], held["temperature"].item())
