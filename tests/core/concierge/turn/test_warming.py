"""What loads on first use is loaded before customers come, and no provider is asked for that."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, cast

import pytest
from fakes.stored import WordEmbedder
from fakes.understanding import COMMON, Labelled

from mhc_core.business import pricing
from mhc_core.concierge.models.breaker import Breaker
from mhc_core.concierge.models.choice import RemoteModel
from mhc_core.concierge.models.live import Live
from mhc_core.concierge.turn.warming import warm_up
from mhc_core.knowledge.article_selector import ArticleSelector
from mhc_core.prompts import registry
from mhc_core.protocols import ChatAnswer, ChatRequest, Passage
from mhc_core.understanding.provided import ProvidedReader

BUSINESS = pricing.load()
NOW = datetime(2026, 11, 2, 19, tzinfo=UTC)


class Selector:
    """Finds an article about anything, or fails."""

    def __init__(self, fails: bool) -> None:
        self.fails = fails

    def passages(self, text: str, vector: object, k: int) -> Sequence[Passage]:
        if self.fails:
            raise ValueError("the vectors are broken")
        return [Passage(1, "KB-001", "Tables", "We bring tables.", 0.9, 0.9)]


class Costly:
    """A model or reader of a provider."""

    version_id = model = "costly"
    asked = 0

    def answer(self, request: ChatRequest) -> ChatAnswer:
        self.asked += 1
        raise AssertionError

    def ask(self, task: str, message: str) -> Any:
        self.asked += 1
        raise AssertionError


class Own:
    """A model of this machine."""

    version_id = "own"

    def __init__(self) -> None:
        self.asked: list[str] = []

    def answer(self, request: ChatRequest) -> ChatAnswer:
        self.asked.append(request.question)
        return ChatAnswer("We bring tables.", 0.9)


def live(own: Own, costly: Costly, fails: bool = False) -> Live:
    return Live(
        models=(RemoteModel(costly, Breaker(), 0.0), own),
        knowledge_id="k",
        article_selector=cast(ArticleSelector, Selector(fails)),
        embedder=WordEmbedder(),
        reader=ProvidedReader(costly, Labelled(COMMON), "name", ()),
        prompts=registry.release_prompts(BUSINESS),
    )


def test_the_models_of_this_machine_answer_and_no_provider_is_asked() -> None:
    own, costly = Own(), Costly()
    warm_up(BUSINESS, live(own, costly), 0.25, NOW)
    assert own.asked
    assert not costly.asked


def test_what_fails_does_not_keep_the_server_from_starting(caplog: pytest.LogCaptureFixture) -> None:
    warm_up(BUSINESS, live(Own(), Costly(), fails=True), 0.25, NOW)
    assert "the vectors are broken" in caplog.text
