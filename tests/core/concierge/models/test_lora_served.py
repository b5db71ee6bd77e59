"""A promoted model on open weights behind a model server: asked under its own name, without tools, before stock."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
import sqlalchemy as sa
from pydantic import SecretStr

from mhc_core.concierge.models.providers import ConfiguredProviders
from mhc_core.db.queries.training import BASELINE_ID, ModelVersion
from mhc_core.errors import ConfigurationError
from mhc_core.protocols import ChatAnswer, ChatRequest, Tool
from mhc_core.providers import select
from mhc_core.providers.lora.model import ServedLoraModel
from mhc_core.settings import Settings
from mhc_core.vocabulary import Intent

PROMOTED = ModelVersion(
    "lora-1", "lora", "base", None, None, "lora-0123", "file:///nowhere.zip", "0" * 64, Decimal(0), {},
    datetime(2026, 11, 1, tzinfo=UTC),
)  # fmt: skip
SERVED = Settings(openai_base_url="http://127.0.0.1:9/v1", openai_api_key=SecretStr("none"))


class Recording:
    """A model that keeps what it was asked."""

    version_id = "lora-1"
    asked: ChatRequest | None = None

    def answer(self, request: ChatRequest) -> ChatAnswer:
        self.asked = request
        return ChatAnswer("yes", 0.5, Intent.OTHER)


def test_it_takes_the_place_of_the_stock_model(empty_engine: sa.Engine) -> None:
    chain = ConfiguredProviders(SERVED).chain(empty_engine, PROMOTED)
    assert [model.version_id for model in chain] == ["lora-1", BASELINE_ID]
    assert not any(getattr(model, "calls_tools", False) for model in chain)


def test_it_is_offered_no_tools_and_keeps_the_passages() -> None:
    recording = Recording()
    tool = Tool("quote", "A price.", {"type": "object"}, lambda arguments: "")
    ServedLoraModel(recording).answer(ChatRequest("how much?", system_prompt="Be kind.", tools=(tool,)))
    assert recording.asked == ChatRequest("how much?", system_prompt="Be kind.")


@pytest.mark.parametrize(
    ("uri", "digest", "settings"),
    [(None, None, SERVED), ("file:///nowhere.zip", "0" * 64, Settings(openai_base_url="http://127.0.0.1:9/v1"))],
)
def test_without_an_artifact_or_a_key_it_is_not_loaded(uri: str | None, digest: str | None, settings: Settings) -> None:
    with pytest.raises(ConfigurationError):
        select.chat_model(settings, "lora", "lora-1", uri, digest, "lora-0123")
