"""What differs between two data sets: examples that one of them lacks, and those that read otherwise or changed sides.

Read from the files that models were trained on, since an example may have been corrected after it was learned from.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import orjson

from mhc_core.artifacts import store
from mhc_core.db.queries.dataset import DatasetVersion
from mhc_core.db.queries.retired import RETIRED
from mhc_core.errors import Conflict


class Change(StrEnum):
    """What became of an example from the first data set to the second."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Side:
    """An example as one data set has it; scrubbed text. ``split`` is train or validation."""

    split: str
    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class Difference:
    """An example that is not the same in both; None where one lacks it."""

    example_id: str
    change: Change
    first: Side | None
    second: Side | None


def differences(first: DatasetVersion, second: DatasetVersion) -> tuple[Difference, ...]:
    """All differences, in the order of the examples' ids within each kind of change.

    Raises:
        Conflict: an erasure retired one of the two, and its files are gone.
        DataError: a file is not the one that was recorded.
    """
    one, other = _sides(first), _sides(second)
    found = [
        Difference(name, _change(one.get(name), other.get(name)), one.get(name), other.get(name))
        for name in one.keys() | other.keys()
        if one.get(name) != other.get(name)
    ]
    return tuple(sorted(found, key=lambda each: (each.change, each.example_id)))


def _change(first: Side | None, second: Side | None) -> Change:
    return Change.ADDED if first is None else Change.REMOVED if second is None else Change.CHANGED


def _sides(version: DatasetVersion) -> Mapping[str, Side]:
    if RETIRED in version.manifest:
        raise Conflict(f"{version.id} was retired by an erasure and its files are gone; choose another data set")
    hashes = version.manifest["sha256"]
    return {
        **_read(version.train_uri, hashes["train"], "train"),
        **_read(version.validation_uri, hashes["validation"], "validation"),
    }


def _read(uri: str, sha256: str, split: str) -> Mapping[str, Side]:
    return dict(_side(orjson.loads(line), split) for line in store.read_verified(uri, sha256).splitlines())


def _side(record: Mapping[str, Any], split: str) -> tuple[str, Side]:
    said = record["messages"]
    return record["metadata"]["example_id"], Side(split, said[-2]["content"], said[-1]["content"])
