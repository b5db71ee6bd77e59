"""Which models answer, in order: OpenAI's when a key is set, the promoted one, and the knowledge alone as the last."""

from typing import Protocol

import sqlalchemy as sa

from mhc_core.db.queries import serving
from mhc_core.db.queries import training as queries
from mhc_core.db.queries.training import ModelVersion
from mhc_core.errors import MHCError
from mhc_core.providers import select
from mhc_core.providers.protocols import ChatModel, Embedder
from mhc_core.settings import Settings
from mhc_core.training import BASELINE_ID as BASELINE


class Providers(Protocol):
    """What serving asks for when it loads."""

    def embedder(self) -> Embedder: ...

    def chain(self, engine: sa.Engine, promoted: ModelVersion | None) -> tuple[ChatModel, ...]:
        """The models to ask, best first. The last one needs no provider.

        Raises:
            MHCError: the promoted model can not be loaded.
        """


class ConfiguredProviders:
    """The providers that the settings name."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def embedder(self) -> Embedder:
        return select.embedder(self._settings)

    def chain(self, engine: sa.Engine, promoted: ModelVersion | None) -> tuple[ChatModel, ...]:
        chain: list[ChatModel] = []
        if self._settings.openai_api_key and (promoted is None or promoted.provider != "openai"):
            chain.append(self._stock(engine))
        if promoted is not None:
            chain.append(self._stored(promoted))
        if promoted is None or promoted.provider != "knowledge":
            chain.append(self._baseline(engine))
        return tuple(chain)

    def _stored(self, row: ModelVersion) -> ChatModel:
        return select.chat_model(
            self._settings, row.provider, row.id, row.artifact_uri, row.artifact_sha256, row.provider_model_id
        )

    def _stock(self, engine: sa.Engine) -> ChatModel:
        name = self._settings.chat_model
        version_id = f"openai/{name}"
        with engine.begin() as connection:
            serving.record_stock_model(connection, version_id, "openai", name)
        return select.chat_model(self._settings, "openai", version_id, None, None, name)

    def _baseline(self, engine: sa.Engine) -> ChatModel:
        with engine.begin() as connection:
            queries.save_baseline(connection, BASELINE)
        try:
            return select.chat_model(self._settings, "knowledge", BASELINE, None, None, None)
        except MHCError:
            from mhc_core.providers.local_knowledge import KnowledgeOnlyModel

            return KnowledgeOnlyModel(BASELINE)
