"""A message as vectors: one a word, made by the embedder's network from the whole sentence, and one of it all."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from mhc_core.understanding.words import Word, split

Tokens = tuple[list[tuple[int, int]], NDArray[np.float32]]
"""The places of the tokens (characters, (0, 0) for special ones) and their states, shape (tokens, n)."""


class TokenStates(Protocol):
    """An embedder that also tells what its networks make of each token."""

    @property
    def width(self) -> int:
        """Columns of each network; n is a multiple of it."""

    @property
    def first(self) -> "TokenStates":
        """The first network alone, which takes the smaller part of the time."""

    def token_states(self, text: str) -> Tokens:
        """The tokens of one text."""

    def token_states_of(self, texts: Sequence[str]) -> list[Tokens]:
        """The tokens of many texts, in less time; rounding may differ with the texts beside them."""


@dataclass(frozen=True, slots=True)
class Encoded:
    """The words of a message with their states, shape (words, n), and the vector of the message, shape (n,).

    ``width`` is the number of columns of each network. A vector has the length 1 in those of each.
    """

    words: list[Word]
    states: NDArray[np.float32]
    whole: NDArray[np.float32]
    width: int

    @property
    def sequence(self) -> NDArray[np.float32]:
        """The words' states in the first network, which is enough to tell where something is said."""
        return self.states[:, : self.width]

    def within(self, start: int, end: int) -> NDArray[np.float32]:
        """The states of the words between two characters."""
        return self.states[[row for row, word in enumerate(self.words) if word.start >= start and word.end <= end]]

    def part(self, start: int, end: int) -> NDArray[np.float32]:
        """The vector of the words between two characters; zero where there are none."""
        inside = self.within(start, end)
        return _vector(inside.mean(axis=0), self.width) if len(inside) else np.zeros_like(self.whole)


def _vector(mean: NDArray[np.float32], width: int) -> NDArray[np.float32]:
    parts = mean.reshape(-1, width)
    lengths = np.maximum(np.linalg.norm(parts, axis=1, keepdims=True), 1e-9)
    return np.asarray(parts / lengths, dtype=np.float32).ravel()


def encode(text: str, embedder: TokenStates) -> Encoded:
    """The message as vectors; words beyond what the embedder reads have zeros."""
    return _encoded(text, *embedder.token_states(text), embedder.width)


def encode_all(texts: Sequence[str], embedder: TokenStates) -> list[Encoded]:
    """Messages as vectors, to learn from."""
    found = zip(texts, embedder.token_states_of(texts), strict=True)
    return [_encoded(text, *tokens, embedder.width) for text, tokens in found]


def _encoded(text: str, places: list[tuple[int, int]], tokens: NDArray[np.float32], width: int) -> Encoded:
    words = split(text)
    states = np.zeros((len(words), tokens.shape[1]), dtype=np.float32)
    token = 0
    for row, word in enumerate(words):
        while token < len(places) and places[token][1] <= word.start:
            token += 1
        last = token
        while last < len(places) and places[last][0] < word.end:
            last += 1
        if last > token:
            states[row] = tokens[token:last].mean(axis=0)
    return Encoded(words, states, _vector(tokens.mean(axis=0), width), width)
