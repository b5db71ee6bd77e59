"""Which models of providers the platform depends on, and which of them end soon."""

from datetime import date

import sqlalchemy as sa

from mhc_core.db.queries import training, versions
from mhc_core.providers.openai.deprecations import Due, Use, due
from mhc_core.settings import Settings


def near(connection: sa.Connection, settings: Settings, today: date) -> list[Due]:
    """Deadlines of models in use that have passed or come within 90 days, soonest first."""
    return due(in_use(connection, settings), today)


def in_use(connection: sa.Connection, settings: Settings) -> list[Use]:
    """The model in production, those that answer and embed with the provider's key, and the base trained on."""
    uses: list[Use] = []
    live = versions.live(connection, "model")
    version = training.model(connection, live) if live else None
    if version is not None:
        uses.append(Use("in production", version.provider, version.provider_model_id or version.base_model))
    hosted = "azure" if settings.openai_api_version else "openai"
    if settings.openai_api_key:
        uses.append(Use("MHC_CHAT_MODEL", hosted, settings.chat_model))
        if settings.strong_chat_model:
            uses.append(Use("MHC_STRONG_CHAT_MODEL", hosted, settings.strong_chat_model))
        if settings.understanding_model:
            uses.append(Use("MHC_UNDERSTANDING_MODEL", hosted, settings.understanding_model))
    if settings.embedder == "openai":
        uses.append(Use("MHC_EMBEDDING_MODEL", hosted, settings.embedding_model))
    if settings.fine_tuner in ("openai", "azure") and settings.fine_tune_base:
        uses.append(Use("MHC_FINE_TUNE_BASE", settings.fine_tuner, settings.fine_tune_base, trains=True))
    return uses
