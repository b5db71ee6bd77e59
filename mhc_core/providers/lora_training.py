"""Supervised fine-tuning of a LoRA adapter on encoded conversations, from the start or from a checkpoint.

The same base, examples and recipe give the same adapter on the same device with the same number of threads, bit for bit
on a CPU, however often the training is killed and goes on.
"""

import logging
import math
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from mhc_core.errors import ConfigurationError, DataError
from mhc_core.providers import lora_base, lora_checkpoint
from mhc_core.providers.lora_base import Loaded
from mhc_core.providers.lora_checkpoint import Course
from mhc_core.providers.lora_examples import IGNORED, Encoded
from mhc_core.providers.lora_recipe import Recipe

if TYPE_CHECKING:
    import torch

log = logging.getLogger(__name__)

CHECKPOINT_SECONDS = 30.0
"""A checkpoint is written this often, and after each epoch (seconds)."""
LOG_SECONDS = 5.0

OnCheckpoint = Callable[[Course], None]


def train(
    loaded: Loaded,
    examples: Sequence[Encoded],
    held_out: Sequence[Encoded],
    recipe: Recipe,
    checkpoint_uri: str,
    on_checkpoint: OnCheckpoint,
) -> tuple[Any, Course]:
    """The base with its trained adapter, and the course of the training.

    ``held_out`` is only measured: before the first step and after each epoch. ``on_checkpoint`` is called after each
    checkpoint is written.

    Raises:
        DataError: the loss is no longer a number, or the checkpoint is damaged.
        ConfigurationError: the device has too little memory.
    """
    import torch

    with torch.random.fork_rng():
        torch.manual_seed(recipe.seed)
        model = lora_base.adapted(loaded, recipe.rank, recipe.alpha, recipe.dropout)
        optimizer = torch.optim.AdamW([w for w in model.parameters() if w.requires_grad], lr=0.0, weight_decay=0.0)
        course = lora_checkpoint.restore(checkpoint_uri, model, optimizer)
        if course is None:
            course = Course()
        else:
            course.resumed_at.append(course.step)
            log.info("going on from step %d of %d", course.step, recipe.steps(len(examples)))
        try:
            _run(model, optimizer, loaded, examples, held_out, recipe, course, checkpoint_uri, on_checkpoint)
        except torch.OutOfMemoryError:
            raise ConfigurationError(
                f"the memory of the {loaded.device} device is full; free it, or choose a smaller MHC_LORA_BASE"
            ) from None
    return model, course


def _run(
    model: Any,
    optimizer: "torch.optim.Optimizer",
    loaded: Loaded,
    examples: Sequence[Encoded],
    held_out: Sequence[Encoded],
    recipe: Recipe,
    course: Course,
    checkpoint_uri: str,
    on_checkpoint: OnCheckpoint,
) -> None:
    import torch

    pad = loaded.tokenizer.pad_token_id or 0
    steps, epoch = recipe.steps(len(examples)), recipe.steps_per_epoch(len(examples))
    if not course.held_out:
        course.held_out.append(held_out_loss(model, held_out, recipe.batch, pad))
    started, saved, logged = time.monotonic(), time.monotonic(), -math.inf
    before = course.seconds
    while course.step < steps:
        step = course.step
        torch.manual_seed(recipe.step_seed(step))
        model.train()
        for group in optimizer.param_groups:
            group["lr"] = recipe.rate(step, len(examples))
        loss, count = _loss(model, [examples[row] for row in recipe.rows(step, len(examples))], pad)
        (loss / count).backward()
        torch.nn.utils.clip_grad_norm_(optimizer.param_groups[0]["params"], recipe.clip_norm)
        optimizer.step()
        optimizer.zero_grad()
        course.losses.append(loss.item() / count)
        if not math.isfinite(course.losses[-1]):
            raise DataError("the loss is no longer a number; check the data set with `mhc dataset validate`")
        if course.step % epoch == 0:
            course.held_out.append(held_out_loss(model, held_out, recipe.batch, pad))
        now = time.monotonic()
        course.seconds = before + now - started
        if now - logged >= LOG_SECONDS or course.step == steps:
            logged = now
            log.info(
                "step %d of %d, loss %.3f, held out %.3f",
                course.step, steps, course.losses[-1], course.held_out[-1],
                extra={"progress": (course.step, steps)},
            )  # fmt: skip
        if now - saved >= CHECKPOINT_SECONDS or course.step % epoch == 0:
            lora_checkpoint.save(checkpoint_uri, model, optimizer, course)
            saved = now
            on_checkpoint(course)


def held_out_loss(model: Any, examples: Sequence[Encoded], batch: int, pad: int) -> float:
    """Mean negative log-likelihood of the learned tokens (nats), NaN without examples."""
    import torch

    model.eval()
    total, count = 0.0, 0
    with torch.no_grad():
        for start in range(0, len(examples), batch):
            loss, learned = _loss(model, examples[start : start + batch], pad)
            total, count = total + loss.item(), count + learned
    return total / count if count else math.nan


def _loss(model: Any, batch: Sequence[Encoded], pad: int) -> "tuple[torch.Tensor, int]":
    """Summed cross-entropy of the learned tokens of a batch, and how many they are.

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
    loss = torch.nn.functional.cross_entropy(
        logits[:, :-1].float().flatten(0, 1),
        labels[:, first:].to(device).flatten(),
        ignore_index=IGNORED,
        reduction="sum",
    )
    return loss, sum(item.learned for item in batch)
