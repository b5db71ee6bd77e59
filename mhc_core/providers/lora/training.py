"""Supervised fine-tuning of a LoRA adapter on encoded conversations, from the start or from a checkpoint.

The same base, examples and recipe give the same adapter on the same device with the same number of threads, bit for bit
on a CPU, however often the training is killed and goes on.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from mhc_core.providers.lora import base, checkpoint, loop
from mhc_core.providers.lora.base import Loaded
from mhc_core.providers.lora.checkpoint import TrainingHistories
from mhc_core.providers.lora.examples import IGNORED, Encoded
from mhc_core.providers.lora.recipe import Recipe

if TYPE_CHECKING:
    import torch

log = logging.getLogger(__name__)

OnCheckpoint = Callable[[TrainingHistories], None]


def train(
    loaded: Loaded,
    examples: Sequence[Encoded],
    held_out: Sequence[Encoded],
    recipe: Recipe,
    checkpoint_uri: str,
    on_checkpoint: OnCheckpoint,
) -> tuple[Any, TrainingHistories]:
    """The base with its trained adapter, and the course of the training.

    ``held_out`` is only measured: before the first step and after each epoch. ``on_checkpoint`` is called after each
    checkpoint is written. A checkpoint of the phase after this one gives that phase's state.

    Raises:
        DataError: the loss is no longer a number, or the checkpoint is damaged.
        ConfigurationError: the device has too little memory.
    """
    import torch

    with loop.reproducible(loaded.device):
        torch.manual_seed(recipe.seed)
        model = base.adapted(loaded, recipe.rank, recipe.alpha, recipe.dropout)
        optimizer = loop.optimizer(model)
        courses = checkpoint.restore(checkpoint_uri, model, optimizer)
        if courses is None:
            courses = TrainingHistories()
        elif courses.preferences is None:
            courses.supervised.resumed_at.append(courses.supervised.step)
            log.info("going on from step %d of %d", courses.supervised.step, recipe.steps(len(examples)))

        def loss_of(rows: Sequence[int]) -> "torch.Tensor":
            model.train()
            batch = [examples[row] for row in rows]
            return -log_likelihoods(model, batch, loaded.pad).sum() / sum(item.learned for item in batch)

        def save() -> None:
            checkpoint.save(checkpoint_uri, model, optimizer, courses)
            on_checkpoint(courses)

        def measure() -> Mapping[str, float]:
            return held_out_loss(model, held_out, recipe.batch, loaded.pad)

        loop.run_steps(optimizer, recipe, len(examples), courses.supervised, loss_of, measure, save)
    return model, courses


def held_out_loss(model: Any, examples: Sequence[Encoded], batch: int, pad: int) -> Mapping[str, float]:
    """Mean negative log-likelihood of the learned tokens (nats) as ``loss``; nothing without examples."""
    import torch

    model.eval()
    total = 0.0
    with torch.no_grad():
        for start in range(0, len(examples), batch):
            total -= log_likelihoods(model, examples[start : start + batch], pad).sum().item()
    return {"loss": total / sum(item.learned for item in examples)} if examples else {}


def log_likelihoods(model: Any, batch: Sequence[Encoded], pad: int) -> "torch.Tensor":
    """The log-probability of each conversation's learned tokens together (nats), shape (len(batch),).

    Padding stands on the left, so that the answers stand together at the end: only there are logits computed.
    """
    import torch

    longest = max(len(item.ids) for item in batch)
    padding = [longest - len(item.ids) for item in batch]
    first = min(item.first_learned + shift for item, shift in zip(batch, padding, strict=True))
    device = model.device
    ids = torch.tensor([[pad] * n + list(item.ids) for item, n in zip(batch, padding, strict=True)], device=device)
    seen = torch.tensor([[0] * n + [1] * len(item.ids) for item, n in zip(batch, padding, strict=True)], device=device)
    labels = torch.tensor([[IGNORED] * n + list(item.labels) for item, n in zip(batch, padding, strict=True)])
    places = (seen.cumsum(dim=1) - 1).clamp(min=0)
    kept = longest - first + 1  # the token before the first learned one predicts it
    logits = model(input_ids=ids, attention_mask=seen, position_ids=places, logits_to_keep=kept).logits
    lost = torch.nn.functional.cross_entropy(
        logits[:, :-1].float().flatten(0, 1),
        labels[:, first:].to(device).flatten(),
        ignore_index=IGNORED,
        reduction="none",
    )
    return -lost.view(len(batch), -1).sum(dim=1)
