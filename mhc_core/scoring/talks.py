"""A conversation as the factors of its score see it: who said what to whom, and each turn's meaning as a vector."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mhc_core.protocols import Embedder, Turn
from mhc_core.vocabulary import ANSWERING_ROLES

EMBEDDED_CHARS = 256
"""A turn's opening says what it is about; embedding more of it costs time and moves the cosine little."""


@dataclass(frozen=True, slots=True)
class Talk:
    """The customer's turns and the answers, with unit vectors of each turn's opening.

    ``exchanges`` are pairs (customer's turn, the answer right after it), ``replies`` the customer's turns after the
    first answer; all are positions in ``turns``, from 0.
    """

    turns: Sequence[Turn]
    vectors: NDArray[np.float32]
    asked: Sequence[int]
    answers: Sequence[int]
    exchanges: Sequence[tuple[int, int]]

    @property
    def replies(self) -> Sequence[int]:
        return [place for place in self.asked if self.answers and place > self.answers[0]]

    def cosine(self, one: int, other: int) -> float:
        return float(self.vectors[one] @ self.vectors[other])


def read(conversations: Sequence[Sequence[Turn]], embedder: Embedder) -> list[Talk]:
    """The conversations as talks; every different text is embedded once, all in one call."""
    texts = sorted({turn.content[:EMBEDDED_CHARS] for turns in conversations for turn in turns})
    row = {text: number for number, text in enumerate(texts)}
    vectors = embedder.embed(texts) if texts else np.zeros((0, embedder.dimensions), dtype=np.float32)
    return [_talk(turns, vectors[[row[turn.content[:EMBEDDED_CHARS]] for turn in turns]]) for turns in conversations]


def _talk(turns: Sequence[Turn], vectors: NDArray[np.float32]) -> Talk:
    asked = [place for place, turn in enumerate(turns) if turn.role == "user"]
    answers = [place for place, turn in enumerate(turns) if turn.role in ANSWERING_ROLES]
    exchanges = [(place - 1, place) for place in answers if place and turns[place - 1].role == "user"]
    return Talk(turns, vectors, asked, answers, exchanges)
