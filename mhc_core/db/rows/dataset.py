"""What a data set is built from, and what earlier versions decided."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal, NamedTuple
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from mhc_core.pseudonyms import Pseudonym
from mhc_core.vocabulary import Intent

PREFERENCES = "preferences"


@dataclass(frozen=True, slots=True)
class VerifiedExample:
    """A human-verified example with its question's unit vector.

    ``rejected_answer`` is what a person replaced by ``answer``, ``vote`` the customer's on what they were told.
    ``language`` is a BCP-47 code, None where its words say too little.
    """

    id: UUID
    sequence: int
    customer_hash: Pseudonym
    day: date
    intent: Intent
    origin: str
    channel: str
    quality: float
    context: Sequence[Mapping[str, str]]
    question: str
    answer: str
    vector: NDArray[np.float32]
    rejected_answer: str | None = None
    vote: str | None = None
    language: str | None = None


Side = Literal["train", "validation"]


class Frozen(NamedTuple):
    """An example of the evaluation set, with its question's unit vector."""

    example_id: UUID
    customer_hash: Pseudonym
    vector: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Past:
    """What earlier versions decided: the frozen questions, and the examples that were trained on."""

    frozen: Sequence[Frozen] = ()
    trained: frozenset[UUID] = field(default_factory=frozenset)


NOTHING_BEFORE = Past()


@dataclass(frozen=True, slots=True)
class NewDataset:
    """A data set version to be stored. ``members`` are (example, side, line number from 0)."""

    id: str
    train_uri: str
    validation_uri: str
    last_sequence: int
    manifest: Mapping[str, Any]
    members: Sequence[tuple[UUID, Side, int]]
