"""The provider ``lora``: a chat model with open weights, fine-tuned on this machine, with no cost but its time."""

import logging
import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import cached_property
from typing import Any

from mhc_core import artifacts
from mhc_core.errors import DataError
from mhc_core.providers import lora_artifact, lora_base, lora_examples
from mhc_core.providers.lora_base import Base, Loaded
from mhc_core.providers.lora_checkpoint import Course
from mhc_core.providers.lora_examples import Encoded
from mhc_core.providers.lora_recipe import Recipe
from mhc_core.providers.protocols import JobState, SaveProgress, TrainingFiles
from mhc_core.vocabulary import JobStatus

log = logging.getLogger(__name__)

HELD_OUT = 64
"""At most so many held-out conversations are measured after each epoch."""


class LoraFineTuner:
    """A ``FineTuner`` that trains within :meth:`submit` and writes one artifact, named by its content hash.

    A training that was killed goes on from its last checkpoint when :meth:`submit` is called again with the same key.
    """

    provider = "lora"

    def __init__(self, base: str | None, artifacts_uri: str, epochs: int, seed: int) -> None:
        self._setting = base
        self._artifacts_uri = artifacts_uri.rstrip("/")
        self._recipe = Recipe(seed, epochs)

    @cached_property
    def _base(self) -> Base:
        return lora_base.resolve(self._setting)

    @property
    def base_model(self) -> str:
        """Name and content hash of the base, or its hub id.

        Raises:
            ConfigurationError: ``MHC_LORA_BASE`` names no model.
        """
        return self._base.id

    @property
    def hyperparameters(self) -> Mapping[str, Any]:
        return self._recipe.as_dict()

    def estimate_usd(self, files: TrainingFiles) -> Decimal:
        return Decimal(0)

    def submit(self, files: TrainingFiles, key: str, known: JobState, save: SaveProgress) -> JobState:
        """Train now, or go on with a training that was killed, and return a final state.

        Raises:
            NotFound: a file of the data set is missing.
            ConfigurationError: the extra or the base is missing, or the artifact can not be written.
        """
        if known.status.final:
            return known
        from mhc_core.providers.lora_training import train  # PyTorch

        checkpoint = f"{self._artifacts_uri}/checkpoints/{key}.safetensors"
        data = artifacts.read_bytes(files.train_uri)
        held = artifacts.read_bytes(files.validation_uri) if files.validation_count else b""
        try:
            conversations = lora_examples.read(data, files.train_uri)
            held_conversations = lora_examples.read(held, files.validation_uri)[:HELD_OUT]
            loaded = lora_base.load(self._base)
            examples = self._encoded(conversations, loaded)
            if not examples:
                raise DataError("no conversation of the data set fits the model; approve shorter answers")
            held_out = self._encoded(held_conversations, loaded)

            def on_checkpoint(course: Course) -> None:
                step = {"checkpoint": checkpoint, "step": course.step, "steps": self._recipe.steps(len(examples))}
                save(replace(known, progress={**known.progress, **step}))

            model, course = train(loaded, examples, held_out, self._recipe, checkpoint, on_checkpoint)
        except DataError as error:
            return replace(known, status=JobStatus.FAILED, error=str(error), cost_usd=Decimal(0))
        training: dict[str, Any] = {
            "base": self._base.id,
            "base_licence": lora_base.licence(self._base),
            "dataset": files.dataset_id,
            "train_sha256": artifacts.sha256(data),
            "validation_sha256": artifacts.sha256(held),
            "examples": len(examples),
            "too_long": len(conversations) - len(examples),
            "learned_tokens": sum(item.learned for item in examples),
            "hyperparameters": dict(self.hyperparameters),
            "device": loaded.device,
            "precision": loaded.precision,
            "loss": course.losses,
        }
        curve = lora_artifact.curve(course.losses, course.held_out, self._recipe.steps_per_epoch(len(examples)))
        card = lora_artifact.card(self._base, training["base_licence"], training, curve)
        content = lora_artifact.pack(model, self._base, card, training)
        digest = artifacts.sha256(content)
        uri = f"{self._artifacts_uri}/models/lora-{digest[:16]}.zip"
        artifacts.write_bytes(uri, content)
        state = JobState(
            JobStatus.SUCCEEDED,
            provider_model_id=f"lora-{digest[:16]}",
            artifact_uri=uri,
            artifact_sha256=digest,
            cost_usd=Decimal(0),
            progress={**known.progress, "checkpoint": checkpoint},
            metrics=_metrics(training, course, curve, examples, len(content)),
        )
        save(state)
        artifacts.remove(checkpoint)
        return state

    def poll(self, known: JobState) -> JobState:
        """The known state: training has ended when submitting returns."""
        return known

    def _encoded(self, conversations: Sequence[Sequence[lora_examples.Message]], loaded: Loaded) -> list[Encoded]:
        found = (lora_examples.encode(c, loaded.tokenizer, self._recipe.max_tokens) for c in conversations)
        return [item for item in found if item is not None]


def _metrics(
    training: Mapping[str, Any],
    course: Course,
    curve: Sequence[Mapping[str, float]],
    examples: Sequence[Encoded],
    size: int,
) -> dict[str, Any]:
    read = sum(len(item.ids) for item in examples)
    kept = ("base_licence", "examples", "too_long", "learned_tokens", "device", "precision")
    return {
        **{name: training[name] for name in kept},
        "steps": course.step,
        "train_loss": course.losses[-1],
        "full_valid_loss": course.held_out[-1] if math.isfinite(course.held_out[-1]) else None,
        "curve": list(curve),
        "resumed_at": course.resumed_at,
        "seconds": round(course.seconds, 1),
        "tokens_per_second": round(read * training["hyperparameters"]["epochs"] / max(course.seconds, 1e-9), 1),
        "bytes": size,
    }
