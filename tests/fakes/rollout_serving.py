"""Models that say their own names, a candidate under way among them, and what is stored of who met it."""

from dataclasses import dataclass
from threading import Event
from typing import Any

import sqlalchemy as sa

from fakes.rollout_traffic import evaluated
from mhc_core.business.pricing import Business
from mhc_core.db.queries import rollout as queries
from mhc_core.db.queries import versions
from mhc_core.db.queries.rollout import Rollout
from mhc_core.db.queries.training import BASELINE_ID, ModelVersion
from mhc_core.db.tables import model_versions, rollout_exposures, rollouts
from mhc_core.errors import DataError, ProviderUnavailable
from mhc_core.protocols import ChatAnswer, ChatModel, ChatRequest, Embedder
from mhc_core.providers.local.knowledge import KnowledgeOnlyModel
from mhc_core.providers.minilm import embedder as minilm
from mhc_core.rollout import promotion, stages
from mhc_core.settings import Settings
from mhc_core.understanding.reader import Reader
from mhc_core.vocabulary import Intent
from mhc_serving.app import utc_now

CANARY = Settings(rollout_shadow_share=0, rollout_holdback=0, rollout="canary", auto_approve=True)


@dataclass(frozen=True)
class Saying:
    """A model that says its name; or fails, or waits at the gate, by what its name says."""

    version_id: str
    gate: Event

    def answer(self, request: ChatRequest) -> ChatAnswer:
        if self.version_id.startswith("down") and request.passages:
            raise ProviderUnavailable("the provider does not answer; try again later")
        if self.version_id.startswith("odd") and request.passages:
            return ChatAnswer("words", None, Intent.POLICY)  # type: ignore[arg-type]
        if self.version_id.startswith("waiting") and request.passages:
            self.gate.wait(30)
        return ChatAnswer(f"{self.version_id} says the chef brings the grill", 0.9, Intent.POLICY)


class SayingProviders:
    def __init__(self) -> None:
        self.loading, self.may_load = Event(), Event()
        self.may_load.set()
        self.gate = Event()

    def reader(self, local: Reader, business: Business) -> Reader:
        return local

    def embedder(self) -> Embedder:
        return minilm.load()

    def chain(self, engine: sa.Engine, promoted: ModelVersion | None) -> tuple[ChatModel, ...]:
        baseline = KnowledgeOnlyModel(BASELINE_ID)
        if promoted is None:
            return (baseline,)
        self.loading.set()
        assert self.may_load.wait(30)
        if promoted.id.startswith("broken"):
            raise DataError("the artifact is damaged; train again")
        return (Saying(promoted.id, self.gate), baseline)


def begin(engine: sa.Engine, model: str = "new", share: int = 50, provider: str = "local", **columns: Any) -> Rollout:
    """A model in production, and a candidate under way."""
    with engine.begin() as connection:
        connection.execute(sa.insert(model_versions).values(id="old", provider="local", base_model="b"))
        versions.move(connection, "model", "old", "test", "test", utc_now())
        promotion.open_for(connection, evaluated(connection, model, baseline="old"))
        connection.execute(sa.update(model_versions).values(provider=provider))
        stages.start(connection, model, "kim", CANARY, utc_now())
        connection.execute(sa.update(rollouts).values(share=share, **columns))
        found = queries.in_flight(connection)
        assert found is not None
        return found


def exposures(engine: sa.Engine) -> list[tuple[int, str, str]]:
    columns = rollout_exposures.c
    with engine.connect() as connection:
        return [
            (row.share, row.customer_hash, row.arm)
            for row in connection.execute(sa.select(columns.share, columns.customer_hash, columns.arm))
        ]
