"""Which adapter does the work, by settings or by what a model version records. Adapters load only when chosen."""

from mhc_core.errors import ConfigurationError
from mhc_core.providers.protocols import ChatModel, Embedder, FineTuner
from mhc_core.settings import Settings


def embedder(settings: Settings) -> Embedder:
    """The configured embedder; the local one is loaded once per process.

    Raises:
        ConfigurationError: its model files or the OpenAI key are missing.
    """
    if settings.embedder == "openai":
        from mhc_core.providers.openai_client import client
        from mhc_core.providers.openai_embedder import OpenAIEmbedder

        return OpenAIEmbedder(client(settings), settings.embedding_model)
    from mhc_core.providers import minilm

    return minilm.load()


def fine_tuner(settings: Settings) -> FineTuner:
    """The configured fine-tuner.

    Raises:
        ConfigurationError: what it needs is missing.
    """
    if settings.fine_tuner == "openai":
        from mhc_core.providers.openai_client import client
        from mhc_core.providers.openai_fine_tuner import OpenAIFineTuner

        return OpenAIFineTuner(
            client(settings), settings.fine_tune_base, settings.fine_tune_epochs, settings.fine_tune_budget_usd
        )
    from mhc_core.providers.local import LocalFineTuner

    return LocalFineTuner(embedder(settings), settings.artifacts, settings.seed)


def chat_model(
    settings: Settings,
    provider: str,
    version_id: str,
    artifact_uri: str | None,
    artifact_sha256: str | None,
    provider_model_id: str | None,
) -> ChatModel:
    """The model of a stored version: ``local``, ``knowledge`` (the untrained baseline) or ``openai``.

    Raises:
        ConfigurationError: an unknown provider, an incomplete version, or a missing credential.
        DataError, NotFound: the artifact is damaged or gone.
    """
    if provider == "knowledge":
        from mhc_core.providers.local_knowledge import KnowledgeOnlyModel

        return KnowledgeOnlyModel(version_id, embedder(settings))
    if provider == "local":
        if not artifact_uri or not artifact_sha256:
            raise ConfigurationError(f"model {version_id} has no recorded artifact; train again")
        from mhc_core.providers.local import load_model

        return load_model(version_id, artifact_uri, artifact_sha256, embedder(settings))
    if provider == "openai":
        from mhc_core.providers.openai_chat import OpenAIChatModel
        from mhc_core.providers.openai_client import client

        return OpenAIChatModel(
            client(settings), provider_model_id or settings.chat_model, version_id, settings.answer_timeout_seconds
        )
    raise ConfigurationError(f"model {version_id} names an unknown provider; promote another version")
