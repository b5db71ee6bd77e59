"""Which adapter does the work, by settings or by what a model version records. Adapters load only when chosen."""

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from mhc_core.errors import ConfigurationError
from mhc_core.protocols import ChatModel, Embedder, FineTuner
from mhc_core.settings import Settings

if TYPE_CHECKING:
    from mhc_core.providers.openai.structured import StructuredModel


def embedder(settings: Settings) -> Embedder:
    """The configured embedder; the local one is loaded once per process.

    Raises:
        ConfigurationError: its model files or the OpenAI key are missing.
    """
    if settings.embedder == "openai":
        from mhc_core.providers.openai.client import client
        from mhc_core.providers.openai.embedder import OpenAIEmbedder

        return OpenAIEmbedder(client(settings), settings.embedding_model)
    from mhc_core.providers.minilm import embedder as minilm

    return minilm.load(settings.embedder_threads)


def fine_tuner(settings: Settings, today: date) -> FineTuner:
    """The configured fine-tuner, as things are on the day ``today``.

    Raises:
        ConfigurationError: what it needs is missing.
    """
    if settings.fine_tuner in ("openai", "azure"):
        from mhc_core.providers.openai.azure_fine_tuner import AzureFineTuner
        from mhc_core.providers.openai.client import client
        from mhc_core.providers.openai.fine_tuner import OpenAIFineTuner

        if (settings.fine_tuner == "azure") != bool(settings.openai_api_version):
            raise ConfigurationError(
                f"MHC_FINE_TUNER={settings.fine_tuner} does not fit: with OPENAI_API_VERSION set it has to be azure, "
                "without it openai"
            )
        if not settings.fine_tune_base:
            raise ConfigurationError(
                f"MHC_FINE_TUNER={settings.fine_tuner} needs a base to train on: set MHC_FINE_TUNE_BASE to one that "
                "your account may still train, or MHC_FINE_TUNER=lora to train open weights"
            )
        adapter = AzureFineTuner if settings.fine_tuner == "azure" else OpenAIFineTuner
        return adapter(
            client(settings), settings.fine_tune_base, settings.fine_tune_epochs, settings.fine_tune_budget_usd, today
        )
    if settings.fine_tuner == "lora":
        from mhc_core.providers.lora.fine_tuner import LoraFineTuner

        return LoraFineTuner(
            settings.lora_base, settings.artifacts, settings.lora_epochs, settings.seed, settings.lora_preference_epochs
        )
    from mhc_core.providers.local.fine_tuner import LocalFineTuner

    return LocalFineTuner(embedder(settings), settings.artifacts, settings.seed)


def chat_model(
    settings: Settings,
    provider: str,
    version_id: str,
    artifact_uri: str | None,
    artifact_sha256: str | None,
    provider_model_id: str | None,
) -> ChatModel:
    """The model of a stored version: ``local``, ``openai``, ``azure``, ``lora``, or ``knowledge`` (the baseline).

    A ``lora`` model answers from the server that ``OPENAI_BASE_URL`` names, else in this process.

    Raises:
        ConfigurationError: an unknown provider, an incomplete version, or a missing credential.
        DataError, NotFound: the artifact is damaged or gone.
    """
    if provider == "knowledge":
        from mhc_core.providers.local.knowledge import KnowledgeOnlyModel

        return KnowledgeOnlyModel(version_id, embedder(settings))
    if provider == "local":
        if not artifact_uri or not artifact_sha256:
            raise ConfigurationError(f"model {version_id} has no recorded artifact; train again")
        from mhc_core.providers.local.fine_tuner import load_model

        return load_model(version_id, artifact_uri, artifact_sha256, embedder(settings))
    if provider == "openai":
        from mhc_core.providers.openai.chat import OpenAIChatModel
        from mhc_core.providers.openai.client import client

        return OpenAIChatModel(
            client(settings), provider_model_id or settings.chat_model, version_id, settings.answer_timeout_seconds
        )
    if provider == "azure":
        from mhc_core.providers.openai.chat import OpenAIChatModel
        from mhc_core.providers.openai.client import client

        # Azure answers by deployment; see ``azure_fine_tuner`` for its name.
        return OpenAIChatModel(
            client(settings), version_id, version_id, settings.answer_timeout_seconds, priced_as=provider_model_id
        )
    if provider == "lora":
        if not artifact_uri or not artifact_sha256:
            raise ConfigurationError(f"model {version_id} has no recorded artifact; train again")
        from mhc_core.providers.lora import model as lora_model

        if settings.openai_base_url and not settings.openai_api_version:
            from mhc_core.providers.openai.chat import OpenAIChatModel
            from mhc_core.providers.openai.client import client
            from mhc_core.providers.openai.prices import OWN_HARDWARE

            name = provider_model_id or version_id
            return lora_model.ServedLoraModel(
                OpenAIChatModel(
                    client(settings), name, version_id, settings.answer_timeout_seconds, priced_as=OWN_HARDWARE
                )
            )
        return lora_model.load_model(
            version_id, artifact_uri, artifact_sha256, settings.lora_base, settings.answer_timeout_seconds
        )
    raise ConfigurationError(f"model {version_id} names an unknown provider; promote another version")


def structured_model(settings: Settings, model: str, name: str, schema: Mapping[str, Any]) -> "StructuredModel":
    """A model of the provider that answers in a JSON schema called ``name``.

    Raises:
        ConfigurationError: no key of the provider.
    """
    from mhc_core.providers.openai.client import client
    from mhc_core.providers.openai.structured import StructuredModel

    return StructuredModel(client(settings), model, name, schema, settings.understanding_timeout_seconds)
