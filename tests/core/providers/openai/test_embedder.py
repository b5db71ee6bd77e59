"""Embeddings through the real SDK."""

import numpy as np
import pytest
from fakes.openai_endpoints import StandIn, vector

from mhc_core.errors import DataError
from mhc_core.providers.openai import embedder as openai_embedder
from mhc_core.providers.openai.client import client
from mhc_core.providers.openai.embedder import OpenAIEmbedder
from mhc_core.settings import Settings


@pytest.fixture
def embedder(openai_standin: StandIn) -> OpenAIEmbedder:
    settings = Settings(_env_file=None, openai_api_key=openai_standin.key, openai_base_url=openai_standin.base_url)
    return OpenAIEmbedder(client(settings), "text-embedding-3-small")


def test_vectors_are_unit_long_and_in_the_order_of_the_texts(embedder: OpenAIEmbedder) -> None:
    texts = ["how much for 8 adults", "is the rice egg free", "do you come to Fresno"]
    found = embedder.embed(texts)
    wanted = np.asarray([vector(text) for text in texts], dtype=np.float32)
    assert found.dtype == np.float32
    assert found.shape == (3, 1536)
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1, atol=1e-6)
    np.testing.assert_allclose(found, wanted / np.linalg.norm(wanted, axis=1, keepdims=True), atol=1e-6)


def test_more_texts_than_a_batch_holds_go_in_several_requests(
    embedder: OpenAIEmbedder, openai_standin: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert openai_embedder.BATCH_TEXTS <= 256
    monkeypatch.setattr(openai_embedder, "BATCH_TEXTS", 8)
    texts = [f"question {number}" for number in range(17)]
    found = embedder.embed(texts)
    assert [len(body["input"]) for body in openai_standin.bodies] == [8, 8, 1]
    np.testing.assert_allclose(found[-1], embedder.embed(texts[-1:])[0], atol=1e-6)


def test_a_batch_is_bounded_in_tokens_and_a_text_by_the_models_limit(
    embedder: OpenAIEmbedder, openai_standin: StandIn
) -> None:
    embedder.embed(["word " * 9_000] * 40)
    sent = [body["input"] for body in openai_standin.bodies]
    assert [len(batch) for batch in sent] == [30, 10]
    assert {len(text.split()) for batch in sent for text in batch} == {8_191}


def test_nothing_to_embed_asks_nobody(embedder: OpenAIEmbedder, openai_standin: StandIn) -> None:
    assert embedder.embed([]).shape == (0, 1536)
    assert openai_standin.requests == []


def test_a_blank_text_is_refused_by_its_position(embedder: OpenAIEmbedder) -> None:
    with pytest.raises(DataError, match="text 1 is blank"):
        embedder.embed(["fine", " \n"])


def test_the_id_names_model_and_dimensions_also_of_a_model_not_in_the_price_file(
    embedder: OpenAIEmbedder, openai_standin: StandIn
) -> None:
    assert embedder.id == "openai/text-embedding-3-small@1536"
    assert openai_standin.requests == []
    settings = Settings(_env_file=None, openai_api_key=openai_standin.key, openai_base_url=openai_standin.base_url)
    assert OpenAIEmbedder(client(settings), "our-deployment").id == "openai/our-deployment@1536"
