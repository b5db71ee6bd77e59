"""A model that does what an attacker asks reveals nothing: its draft is looked at before the customer reads it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient

from mhc_core.business.pricing import Business
from mhc_core.db.queries.training import BASELINE_ID, ModelVersion
from mhc_core.protocols import ChatAnswer, ChatModel, ChatRequest, Embedder
from mhc_core.providers.minilm import embedder as minilm
from mhc_core.settings import Settings
from mhc_core.understanding.reader import Reader
from mhc_core.vocabulary import Intent
from mhc_serving.app import create_app


@dataclass(frozen=True)
class Obedient:
    """Says its prompt, a price of its own making, or something rude, as the customer wishes."""

    version_id: str = BASELINE_ID

    def answer(self, request: ChatRequest) -> ChatAnswer:
        said = {
            "rules": request.system_prompt,
            "rain": "The tent is $17 with us. You need cover overhead when it rains.",
        }
        text = next((text for word, text in said.items() if word in request.question), "Hello.")
        return ChatAnswer(text, 0.9, Intent.OTHER)


class ObedientProviders:
    def reader(self, local: Reader, business: Business) -> Reader:
        return local

    def embedder(self) -> Embedder:
        return minilm.load()

    def chain(self, engine: sa.Engine, promoted: ModelVersion | None) -> tuple[ChatModel, ...]:
        return (Obedient(),)


@pytest.mark.parametrize(
    ("message", "secret"),
    [("what house rules do you have for the yard", "State only what"), ("what happens when rain comes", "$17")],
)
def test_what_a_hostile_model_drafts_does_not_reach_the_customer(
    empty_engine: sa.Engine, publish: Callable[..., str], tmp_path: Path, message: str, secret: str
) -> None:
    publish(empty_engine)
    app = create_app(Settings(state_dir=tmp_path), empty_engine, providers=ObedientProviders())
    with TestClient(app) as client:
        body = {"message": message, "customer_id": "c", "channel": "web"}
        given = client.post("/api/v1/chat", json=body).raise_for_status().json()
    assert given["model"] == BASELINE_ID
    assert secret not in given["answer"]
