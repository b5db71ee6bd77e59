"""A trained adapter as one file: a zip of PEFT's own files with a model card, the same bytes for the same training.

Weights are safetensors, so loading runs no code from the file. Unpacked, the folder is what PEFT and vLLM read.
"""

import io
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson

from mhc_core.errors import DataError
from mhc_core.providers.lora.base import Base
from mhc_core.providers.lora.checkpoint import TrainingHistory

WEIGHTS, CONFIG, CARD, TRAINING = "adapter_model.safetensors", "adapter_config.json", "README.md", "training.json"
_EPOCH = (1980, 1, 1, 0, 0, 0)


def pack(model: Any, base: Base, card: str, training: Mapping[str, Any]) -> bytes:
    """The file's bytes. Paths of this machine are left out."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        model.save_pretrained(folder, safe_serialization=True, save_embedding_layers=False)
        config = orjson.loads((folder / CONFIG).read_bytes())
        weights = (folder / WEIGHTS).read_bytes()
    config["base_model_name_or_path"] = base.id
    config["target_modules"] = sorted(config["target_modules"])
    content = {
        WEIGHTS: weights,
        CONFIG: orjson.dumps(config, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS),
        CARD: card.encode(),
        TRAINING: orjson.dumps(training, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS),
    }
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for entry, data in content.items():
            archive.writestr(zipfile.ZipInfo(entry, _EPOCH), data)
    return target.getvalue()


def unpack(data: bytes, folder: Path) -> dict[str, Any]:
    """Write the adapter's files into ``folder``, and return what is known of its training.

    Raises:
        DataError: the file holds no adapter.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for name in (WEIGHTS, CONFIG, CARD, TRAINING):
                (folder / name).write_bytes(archive.read(name))
            training: dict[str, Any] = orjson.loads(archive.read(TRAINING))
    except (zipfile.BadZipFile, KeyError, ValueError):
        raise DataError("the file is no LoRA adapter; restore the artifact or train again") from None
    return training


def card(base: Base, licence: str, training: Mapping[str, Any], curve: Sequence[Mapping[str, float]]) -> str:
    """The model card in Hugging Face's form: what it was made of, how, and how the loss went."""
    recipe = "\n".join(f"| {name} | {value} |" for name, value in training["hyperparameters"].items())
    losses = "\n".join(
        f"| {point['step']} | {_number(point.get('train_loss'))} | {_number(point.get('full_valid_loss'))} |"
        for point in curve
    )
    return f"""\
---
library_name: peft
base_model: {base.id}
license: {licence}
pipeline_tag: text-generation
tags: [lora]
---

# LoRA adapter on {base.id}

Trained on approved answers of one business; what it answers has to be checked against that business's own prices and
rules. Small models state inventions fluently: let none answer customers without guards and review.

- **Base:** {base.id}; licence: {licence}
- **Data set:** {training["dataset"]}, {training["examples"]} conversations, {training["learned_tokens"]} learned tokens
- **SHA-256 of the data:** training `{training["train_sha256"]}`, held out `{training["validation_sha256"]}`
- **Learned:** the assistant's turns; everything else is read only
- **Computed on:** {training["device"]} in {training["precision"]}

## Hyperparameters
| | |
|---|---|
{recipe}

## Loss (nats a token)
| step | training data | held out |
|---|---|---|
{losses}
{_preferences(training)}"""


def _preferences(training: Mapping[str, Any]) -> str:
    """What the card says of the phase after the supervised one, if the recipe has it."""
    found = training.get("preferences")
    if found is None:
        return ""
    pairs = f"{found['pairs']} pairs to learn from, {found['held_out_pairs']} held out, {found['too_long']} too long"
    if "loss" not in found:
        return f"\n## Preferences\nNothing was learned from preferences, the pairs are too few: {pairs}.\n"
    rows = "\n".join(
        f"| {point['step']} | {_mean(found['loss'], before, point['step'])} |"
        + "".join(f" {_number(point.get(name))} |" for name in ("loss", "margin", "accuracy", "likelier"))
        for before, point in zip([0, *(point["step"] for point in found["held_out"])], found["held_out"], strict=False)
    )
    return f"""
## Preferences
Direct preference optimization (Rafailov et al. 2023, arXiv:2305.18290), β {training["hyperparameters"]["beta"]}, after
the supervised training, whose model is the reference: {pairs}. A pair is an answer that a person wrote and the one
that it replaced. SHA-256 of the pairs: `{found["sha256"]}`. Loss on held-out conversations afterwards, which this kind
of training tends to raise: {_number(found["conversation_loss"])}.

| step | loss | held-out loss | reward margin | reward accuracy | chosen likelier |
|---|---|---|---|---|---|
{rows}

Reward: β times the log of how much likelier an answer became. Accuracy: share of held-out pairs in which the chosen
answer gained more. Chosen likelier: share in which it is the likelier one, by the mean over its tokens.
"""


def _mean(losses: Sequence[float], start: int, end: int) -> str:
    part = losses[start:end]
    return _number(sum(part) / len(part)) if part else ""


def curve(course: TrainingHistory, epoch: int, points: int = 40) -> list[dict[str, float]]:
    """Losses by step: of training as means over even stretches, at most ``points``, each named by its last step; of the
    held-out data before the first step and after each ``epoch`` (steps).
    """
    losses = course.losses
    width = -(-len(losses) // points) or 1
    found: dict[int, dict[str, float]] = {}
    for start in range(0, len(losses), width):
        part = losses[start : start + width]
        found[start + len(part)] = {"train_loss": round(sum(part) / len(part), 4)}
    for number, measured in enumerate(course.held_out):
        if "loss" in measured:
            found.setdefault(number * epoch, {})["full_valid_loss"] = round(measured["loss"], 4)
    return [{"step": step, **found[step]} for step in sorted(found)]


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.4f}"
