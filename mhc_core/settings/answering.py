"""Settings of what answers: embedders, chat models and the knowledge they are given."""

from typing import Literal

from pydantic import AliasChoices, BaseModel, Field, SecretStr
from pydantic_settings import BaseSettings


class ModelChoice(BaseModel, frozen=True):
    """Complexity of a question, 0..1, from which a model of the provider is asked first. Below, the local one is."""

    chat_model_from: float = Field(0.0, ge=0, le=1)
    strong_chat_model_from: float = Field(0.5, ge=0, le=1)


class AnsweringSettings(BaseSettings):
    """Models, their providers, and knowledge."""

    # Models
    embedder: Literal["local", "openai"] = Field("local", description="What embeds questions and knowledge.")
    embedder_threads: int = Field(
        2, ge=1, le=64, description="Threads of one call of the local embedder. The API uses one for each message."
    )
    embedding_model: str = Field("text-embedding-3-small", description="Model of the OpenAI embedder.")
    chat_model: str = Field("gpt-6-luna", description="Model that answers when an OpenAI key is set.")
    strong_chat_model: str | None = Field(
        None, description="Model asked first for complex questions when an OpenAI key is set. Empty: none."
    )
    understanding_model: str | None = Field(
        None,
        description="Model that also reads each message when an OpenAI key is set; the local one checks it and stands "
        "in for it. Empty: the local one reads alone.",
    )
    understanding_timeout_seconds: float = Field(
        4.0, gt=0, description="What the provider's model reads is waited for this long, once (seconds)."
    )
    model_choice: ModelChoice = Field(
        ModelChoice(),
        description="Complexity of a question (0 to 1) from which a model is asked before the local one, e.g. "
        "`MHC_MODEL_CHOICE__CHAT_MODEL_FROM=0.2`.",
    )
    answer_timeout_seconds: float = Field(
        15.0, gt=0, description="A provider's answer is waited for this long, twice at most (seconds)."
    )
    openai_api_key: SecretStr | None = Field(
        None,
        validation_alias=AliasChoices("OPENAI_API_KEY", "openai_api_key"),
        description="Key of OpenAI or compatible.",
    )
    openai_base_url: str | None = Field(
        None,
        validation_alias=AliasChoices("OPENAI_BASE_URL", "openai_base_url"),
        description="Another OpenAI-compatible server.",
    )
    openai_api_version: str | None = Field(
        None,
        validation_alias=AliasChoices("OPENAI_API_VERSION", "openai_api_version"),
        description="Set for Azure OpenAI, with its endpoint as base URL.",
    )

    # Knowledge
    knowledge_stale_days: int = Field(30, ge=1, description="Articles not reviewed for longer are flagged (days).")
    retrieval_top_k: int = Field(3, ge=1, le=20, description="Passages given to the model.")

    # Translation
    translator: Literal["none", "apertium", "openai"] = Field(
        "none",
        description="What translates articles that nobody translated yet. `apertium`: English to Spanish, where "
        "Debian's `apertium-eng-spa` is installed.",
    )
    translation_model: str | None = Field(
        None, description="Model that translates with `MHC_TRANSLATOR=openai`. Empty: `MHC_CHAT_MODEL`."
    )

    # Housekeeping
    run_retention_days: int = Field(
        30, ge=2, description="Dagster's runs, backfills and their event log are removed after so long (days)."
    )
