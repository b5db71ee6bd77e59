"""The loop that both phases of a training share: one optimizer step after the other, measured and checkpointed."""

import logging
import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from mhc_core.errors import ConfigurationError, DataError
from mhc_core.providers.lora.checkpoint import TrainingHistory
from mhc_core.providers.lora.recipe import Recipe

if TYPE_CHECKING:
    import torch

log = logging.getLogger(__name__)

CHECKPOINT_SECONDS = 30.0
"""A checkpoint is written this often, and after each epoch (seconds)."""
LOG_SECONDS = 5.0


def optimizer(model: Any) -> "torch.optim.Optimizer":
    """A new AdamW for the weights that are learned; the recipe sets its rate in each step."""
    import torch

    return torch.optim.AdamW([w for w in model.parameters() if w.requires_grad], lr=0.0, weight_decay=0.0)


def run_steps(
    optimizer: "torch.optim.Optimizer",
    recipe: Recipe,
    examples: int,
    course: TrainingHistory,
    loss_of: Callable[[Sequence[int]], "torch.Tensor"],
    measure: Callable[[], Mapping[str, float]],
    save: Callable[[], None],
) -> None:
    """Make the steps of ``recipe`` that ``course`` has not made yet.

    ``loss_of`` gives the mean loss of a batch, by its rows of the ``examples``. ``measure`` is called before the first
    step and after each epoch; its ``loss``, if there is any held-out data, is logged. ``save`` writes a checkpoint.

    Raises:
        DataError: the loss is no longer a number.
    """
    import torch

    steps, epoch = recipe.steps(examples), recipe.steps_per_epoch(examples)
    if not course.held_out:
        course.held_out.append(measure())
    started, saved, logged = time.monotonic(), time.monotonic(), -math.inf
    before = course.seconds
    while course.step < steps:
        step = course.step
        torch.manual_seed(recipe.step_seed(step))
        for group in optimizer.param_groups:
            group["lr"] = recipe.rate(step, examples)
        loss = loss_of(recipe.rows(step, examples))
        loss.backward()
        torch.nn.utils.clip_grad_norm_(optimizer.param_groups[0]["params"], recipe.clip_norm)
        optimizer.step()
        optimizer.zero_grad()
        course.losses.append(loss.item())
        if not math.isfinite(course.losses[-1]):
            raise DataError("the loss is no longer a number; check the data set with `mhc dataset validate`")
        if course.step % epoch == 0:
            course.held_out.append(measure())
        now = time.monotonic()
        course.seconds = before + now - started
        if now - logged >= LOG_SECONDS or course.step == steps:
            logged = now
            log.info(
                "step %d of %d, loss %.3f, held out %.3f",
                course.step, steps, course.losses[-1], course.held_out[-1].get("loss", math.nan),
                extra={"progress": (course.step, steps)},
            )  # fmt: skip
        if now - saved >= CHECKPOINT_SECONDS or course.step % epoch == 0:
            save()
            saved = now


@contextmanager
def reproducible(device: str) -> Iterator[None]:
    """Leaves the process's random state as it was, and says what to do when the memory is full.

    Raises:
        ConfigurationError: the device has too little memory.
    """
    import torch

    with torch.random.fork_rng():
        try:
            yield
        except torch.OutOfMemoryError:
            raise ConfigurationError(
                f"the memory of the {device} device is full; free it, or choose a smaller MHC_LORA_BASE"
            ) from None
