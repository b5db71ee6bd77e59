"""Which models answer, in order: OpenAI's when a key is set, the promoted one, and the knowledge alone as the last."""

from typing import Protocol

import sqlalchemy as sa

from mhc_core.business.pricing import Business
from mhc_core.concierge.models.breaker import Breaker
from mhc_core.concierge.models.choice import RemoteModel, RemoteStructured
from mhc_core.db.queries import serving
from mhc_core.db.queries import training as queries
from mhc_core.db.queries.training import BASELINE_ID as BASELINE
from mhc_core.db.queries.training import ModelVersion
from mhc_core.errors import MHCError
from mhc_core.protocols import ChatModel, Embedder, Translator
from mhc_core.providers import select
from mhc_core.settings import Settings
from mhc_core.translation import select as translators
from mhc_core.understanding import provided
from mhc_core.understanding.provided import ProvidedReader
from mhc_core.understanding.reader import Reader

_WRITERS = ("openai", "azure", "lora")
"""Providers whose trained models write answers of their own: such a one takes the place of the stock model."""


class Providers(Protocol):
    """What serving asks for when it loads."""

    def embedder(self) -> Embedder: ...

    def chain(self, engine: sa.Engine, promoted: ModelVersion | None) -> tuple[ChatModel, ...]:
        """The models to ask, best first. The last one needs no provider.

        Raises:
            MHCError: the promoted model cannot be loaded.
        """

    def reader(self, local: Reader, business: Business) -> Reader:
        """What reads messages with this version of understanding."""

    def translator(self) -> Translator | None:
        """What translates articles that nobody translated; None where nothing is to.

        Raises:
            ConfigurationError: what the settings name is not there.
        """


class ConfiguredProviders:
    """The providers that the settings name."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._breakers: dict[str, Breaker] = {}

    def embedder(self) -> Embedder:
        return select.embedder(self._settings)

    def chain(self, engine: sa.Engine, promoted: ModelVersion | None) -> tuple[ChatModel, ...]:
        settings, chain = self._settings, list[ChatModel]()
        if settings.openai_api_key:
            if promoted is None or promoted.provider not in _WRITERS:
                chain.append(self._stock(engine, settings.chat_model, settings.model_choice.chat_model_from))
            if settings.strong_chat_model:
                strong_from = settings.model_choice.strong_chat_model_from
                chain.append(self._stock(engine, settings.strong_chat_model, strong_from))
        if promoted is not None:
            chain.append(self._stored(promoted))
        if promoted is None or promoted.provider != "knowledge":
            chain.append(self._baseline(engine))
        return tuple(chain)

    def reader(self, local: Reader, business: Business) -> Reader:
        name = self._settings.understanding_model
        if name is None or not self._settings.openai_api_key:
            return local
        reasons = business.handover.reasons
        model = select.structured_model(self._settings, name, "understanding", provided.schema(reasons))
        breaker = self._breakers.setdefault(f"understanding/{name}", Breaker())
        return ProvidedReader(RemoteStructured(model, breaker), local, business.name, reasons)

    def translator(self) -> Translator | None:
        return translators.translator(self._settings)

    def _stored(self, row: ModelVersion) -> ChatModel:
        model = select.chat_model(
            self._settings, row.provider, row.id, row.artifact_uri, row.artifact_sha256, row.provider_model_id
        )
        return self._remote(model, self._settings.model_choice.chat_model_from) if row.provider in _WRITERS else model

    def _stock(self, engine: sa.Engine, name: str, asked_from: float) -> ChatModel:
        version_id = f"openai/{name}"
        with engine.begin() as connection:
            serving.record_stock_model(connection, version_id, "openai", name)
        return self._remote(select.chat_model(self._settings, "openai", version_id, None, None, name), asked_from)

    def _remote(self, model: ChatModel, asked_from: float) -> ChatModel:
        """The model behind its breaker, which stays the same when the chain is loaded again."""
        return RemoteModel(model, self._breakers.setdefault(model.version_id, Breaker()), asked_from)

    def _baseline(self, engine: sa.Engine) -> ChatModel:
        with engine.begin() as connection:
            queries.ensure_baseline(connection)
        try:
            return select.chat_model(self._settings, "knowledge", BASELINE, None, None, None)
        except MHCError:
            from mhc_core.providers.local.knowledge import KnowledgeOnlyModel

            return KnowledgeOnlyModel(BASELINE)
