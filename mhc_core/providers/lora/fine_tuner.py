"""The provider ``lora``: a chat model with open weights, fine-tuned on this machine, with no cost but its time."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import cached_property
from typing import Any

from mhc_core.artifacts import store
from mhc_core.errors import DataError
from mhc_core.protocols import JobState, SaveProgress, TrainingFiles
from mhc_core.providers.lora import artifact
from mhc_core.providers.lora import base as lora_base
from mhc_core.providers.lora import examples as lora_examples
from mhc_core.providers.lora import pairs as lora_pairs
from mhc_core.providers.lora.base import Base, Loaded
from mhc_core.providers.lora.checkpoint import TrainingHistories, TrainingHistory
from mhc_core.providers.lora.examples import Encoded
from mhc_core.providers.lora.pairs import Pairs
from mhc_core.providers.lora.recipe import Recipe
from mhc_core.vocabulary import JobStatus

HELD_OUT = 64
"""At most so many held-out conversations, and preference pairs, are measured after each epoch."""


class LoraFineTuner:
    """A ``FineTuner`` that trains within :meth:`submit` and writes one artifact, named by its content hash.

    A training that was killed goes on from its last checkpoint when :meth:`submit` is called again with the same key.
    """

    provider = "lora"

    def __init__(
        self, base: str | None, artifacts_uri: str, epochs: int, seed: int, preference_epochs: int = 0
    ) -> None:
        self._setting = base
        self._artifacts_uri = artifacts_uri.rstrip("/")
        self._recipe = Recipe(seed, epochs, preference_epochs=preference_epochs)

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
            ConfigurationError: the extra or the base is missing, or the artifact cannot be written.
        """
        if known.status.final:
            return known
        from mhc_core.providers.lora import preferences  # PyTorch
        from mhc_core.providers.lora import training as lora_training

        checkpoint = f"{self._artifacts_uri}/checkpoints/{key}.safetensors"
        data = store.read_bytes(files.train_uri)
        held = store.read_bytes(files.validation_uri) if files.validation_count else b""
        try:
            conversations = lora_examples.read(data, files.train_uri)
            held_conversations = lora_examples.read(held, files.validation_uri)[:HELD_OUT]
            loaded = lora_base.load(self._base)
            examples = self._encoded(conversations, loaded)
            if not examples:
                raise DataError("no conversation of the data set fits the model; approve shorter answers")
            held_out = self._encoded(held_conversations, loaded)
            pairs = self._pairs(files, loaded)
            enough = len(pairs.train) >= preferences.MIN_PAIRS
            steps = self._recipe.steps(len(examples))
            if enough:
                steps += self._recipe.preferences.steps(len(pairs.train))

            def on_checkpoint(courses: TrainingHistories) -> None:
                step = {"checkpoint": checkpoint, "step": courses.steps, "steps": steps}
                save(replace(known, progress={**known.progress, **step}))

            model, courses = lora_training.train(loaded, examples, held_out, self._recipe, checkpoint, on_checkpoint)
            if enough:
                preferences.train(
                    model, loaded, pairs.train, pairs.held_out, self._recipe, courses, checkpoint, on_checkpoint
                )
        except DataError as error:
            return replace(known, status=JobStatus.FAILED, error=str(error), cost_usd=Decimal(0))
        training: dict[str, Any] = {
            "base": self._base.id,
            "base_licence": lora_base.licence(self._base),
            "dataset": files.dataset_id,
            "train_sha256": store.sha256(data),
            "validation_sha256": store.sha256(held),
            "examples": len(examples),
            "too_long": len(conversations) - len(examples),
            "learned_tokens": sum(item.learned for item in examples),
            "hyperparameters": dict(self.hyperparameters),
            "device": loaded.device,
            "precision": loaded.precision,
            "loss": courses.supervised.losses,
        }
        curve = artifact.curve(courses.supervised, self._recipe.steps_per_epoch(len(examples)))
        if self._recipe.preference_epochs:
            training["preferences"] = self._preferred(pairs, courses)
        if enough:
            after = lora_training.held_out_loss(model, held_out, self._recipe.batch, loaded.pad)
            training["preferences"]["conversation_loss"] = after.get("loss")
        card = artifact.card(self._base, training["base_licence"], training, curve)
        content = artifact.pack(model, self._base, card, training)
        digest = store.sha256(content)
        uri = f"{self._artifacts_uri}/models/lora-{digest[:16]}.zip"
        store.write_bytes(uri, content)
        state = JobState(
            JobStatus.SUCCEEDED,
            provider_model_id=f"lora-{digest[:16]}",
            artifact_uri=uri,
            artifact_sha256=digest,
            cost_usd=Decimal(0),
            progress={**known.progress, "checkpoint": checkpoint},
            metrics=_metrics(training, courses, curve, examples, len(content)),
        )
        save(state)
        store.remove(checkpoint)
        return state

    def poll(self, known: JobState) -> JobState:
        """The known state: training has ended when submitting returns."""
        return known

    def _encoded(self, conversations: Sequence[Sequence[lora_examples.Message]], loaded: Loaded) -> list[Encoded]:
        found = (lora_examples.encode(c, loaded.tokenizer, self._recipe.max_tokens) for c in conversations)
        return [item for item in found if item is not None]

    def _pairs(self, files: TrainingFiles, loaded: Loaded) -> Pairs:
        if not self._recipe.preference_epochs or files.preferences_uri is None:
            return Pairs()
        data = store.read_bytes(files.preferences_uri)
        found = lora_pairs.read(data, files.preferences_uri, loaded.tokenizer, self._recipe.max_tokens)
        del found.held_out[HELD_OUT:]
        return found

    def _preferred(self, pairs: Pairs, courses: TrainingHistories) -> dict[str, Any]:
        """What is recorded of the second phase; without a curve where there were too few pairs for one."""
        found = {
            "pairs": len(pairs.train),
            "held_out_pairs": len(pairs.held_out),
            "too_long": pairs.too_long,
            "sha256": pairs.sha256,
        }
        course = courses.preferences
        if course is None:
            return found
        epoch = self._recipe.preferences.steps_per_epoch(len(pairs.train))
        measured = [{"step": number * epoch, **point} for number, point in enumerate(course.held_out)]
        return {**found, "loss": course.losses, "held_out": measured}


def _metrics(
    training: Mapping[str, Any],
    courses: TrainingHistories,
    curve: Sequence[Mapping[str, float]],
    examples: Sequence[Encoded],
    size: int,
) -> dict[str, Any]:
    read = sum(len(item.ids) for item in examples)
    course = courses.supervised
    kept = ("base_licence", "examples", "too_long", "learned_tokens", "device", "precision")
    return {
        **{name: training[name] for name in kept},
        "steps": course.step,
        "train_loss": course.losses[-1],
        "full_valid_loss": course.held_out[-1].get("loss"),
        "curve": list(curve),
        "resumed_at": course.resumed_at,
        "seconds": round(course.seconds, 1),
        "tokens_per_second": round(read * training["hyperparameters"]["epochs"] / max(course.seconds, 1e-9), 1),
        "bytes": size,
        **_preference_metrics(training.get("preferences", {}), courses.preferences),
    }


def _preference_metrics(preferred: Mapping[str, Any], course: TrainingHistory | None) -> dict[str, Any]:
    found = {f"preference_{name}": preferred[name] for name in ("pairs", "held_out_pairs") if name in preferred}
    if course is None:
        return found
    before, after = preferred["held_out"][0], preferred["held_out"][-1]
    return {
        **found,
        "preference_loss": course.losses[-1],
        "full_valid_loss_after_preferences": preferred["conversation_loss"],
        "preference_seconds": round(course.seconds, 1),
        "preference_resumed_at": course.resumed_at,
        "preference_curve": artifact.curve(course, after["step"] // (len(preferred["held_out"]) - 1)),
        **{f"preference_{name}": after[name] for name in ("margin", "accuracy") if name in after},
        **({"likelier_before": before["likelier"], "likelier_after": after["likelier"]} if "likelier" in after else {}),
    }
