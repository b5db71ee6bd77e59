"""A trained adapter as files for other programs: merged into its base, or alone."""

from pathlib import Path

from mhc_core.artifacts import store
from mhc_core.db.queries.training import ModelVersion
from mhc_core.errors import ConfigurationError, Conflict
from mhc_core.providers.lora import artifact


def export(model: ModelVersion, folder: Path, base: str | None, adapter_only: bool) -> str:
    """Write the model into an empty folder, and return the name to serve it under.

    Merged, the folder is in Hugging Face's layout with bfloat16 weights, which vLLM, llama.cpp's converter and Ollama
    read; the adapter alone is in PEFT's.

    Raises:
        Conflict: the model was not trained by ``lora``, or the folder is not empty.
        NotFound, DataError: the artifact is gone or damaged.
        ConfigurationError: ``MHC_LORA_BASE`` names another base, the extra is missing, or the folder is not
            writable.
    """
    if model.provider != "lora" or not (model.artifact_uri and model.artifact_sha256 and model.provider_model_id):
        raise Conflict(f"model {model.id} was not trained by lora; `mhc models list` shows the provider of each")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise Conflict(f"the folder {folder} is not empty; name a new one")
        artifact.unpack(store.read_verified(model.artifact_uri, model.artifact_sha256), folder)
        if not adapter_only:
            _merge(model.artifact_uri, model.artifact_sha256, folder, base)
    except OSError as error:
        raise ConfigurationError(f"{folder} cannot be written ({error.strerror}); name another folder") from None
    return model.provider_model_id


def _merge(artifact_uri: str, artifact_sha256: str, folder: Path, base: str | None) -> None:
    from mhc_core.providers.lora.model import merged

    loaded, _ = merged(artifact_uri, artifact_sha256, base, full_precision=True)
    loaded.model.bfloat16().save_pretrained(folder)
    loaded.tokenizer.save_pretrained(folder)
    for name in (artifact.WEIGHTS, artifact.CONFIG):
        (folder / name).unlink()
    card = folder / artifact.CARD
    card.write_text(card.read_text("utf-8").replace("library_name: peft", "library_name: transformers", 1), "utf-8")
    for path in folder.iterdir():
        path.chmod(0o644)  # the weights come out readable for their owner alone, and a model server is another user
