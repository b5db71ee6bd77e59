"""Direct preference optimization of a LoRA adapter: the phase after the supervised one.

Rafailov et al. 2023, "Direct Preference Optimization: Your Language Model is Secretly a Reward Model"
(arXiv:2305.18290). The reference is the model as supervised training left it. It is asked once, before the first step,
and what it said is kept in the checkpoint, so a training that is killed goes on with the same numbers.
"""

import logging
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from mhc_core.providers.lora import checkpoint, loop
from mhc_core.providers.lora.base import Loaded
from mhc_core.providers.lora.checkpoint import TrainingHistories, TrainingHistory
from mhc_core.providers.lora.pairs import Pair
from mhc_core.providers.lora.recipe import Recipe
from mhc_core.providers.lora.training import OnCheckpoint, log_likelihoods

if TYPE_CHECKING:
    import torch

log = logging.getLogger(__name__)

MIN_PAIRS = 30
"""With fewer pairs to learn from there is no such phase."""


def train(
    model: Any,
    loaded: Loaded,
    pairs: Sequence[Pair],
    held_out: Sequence[Pair],
    recipe: Recipe,
    courses: TrainingHistories,
    checkpoint_uri: str,
    on_checkpoint: OnCheckpoint,
) -> None:
    """Teach ``model``, in place, to prefer the chosen answers; ``courses`` goes on with this phase.

    ``held_out`` is only measured: before the first step and after each epoch. Dropout is off.

    Raises:
        DataError: the loss is no longer a number, or the checkpoint is damaged.
        ConfigurationError: the device has too little memory.
    """
    import torch

    pad, phase = loaded.pad, recipe.preferences
    with loop.reproducible(loaded.device):
        model.eval()
        optimizer = loop.optimizer(model)
        if courses.preferences is None:
            courses.reference = [
                answer for part in (pairs, held_out) for answer in _scored(model, part, phase.batch, pad)
            ]
            courses.preferences = TrainingHistory()
        else:
            checkpoint.restore(checkpoint_uri, model, optimizer)
            courses.preferences.resumed_at.append(courses.preferences.step)
            log.info("going on from step %d of %d", courses.preferences.step, phase.steps(len(pairs)))
        reference = torch.tensor(courses.reference, device=model.device)

        def loss_of(rows: Sequence[int]) -> "torch.Tensor":
            model.eval()
            gained = rewards(_answers(model, [pairs[row] for row in rows], pad), reference[list(rows)], recipe.beta)
            return loss(gained).mean()

        def measure() -> Mapping[str, float]:
            return _measured(model, held_out, reference[len(pairs) :], phase.batch, pad, recipe.beta)

        def save() -> None:
            checkpoint.save(checkpoint_uri, model, optimizer, courses)
            on_checkpoint(courses)

        loop.run_steps(optimizer, phase, len(pairs), courses.preferences, loss_of, measure, save)


def rewards(answers: "torch.Tensor", reference: "torch.Tensor", beta: float) -> "torch.Tensor":
    """The implicit rewards β log(π / π_ref) of chosen and rejected answers, from their log-likelihoods, (n, 2) each."""
    return beta * (answers - reference)


def loss(rewards: "torch.Tensor") -> "torch.Tensor":
    """−log σ(reward of the chosen answer − reward of the rejected one) of each pair; log 2 where they are the same."""
    import torch

    return -torch.nn.functional.logsigmoid(rewards[:, 0] - rewards[:, 1])


def _answers(model: Any, pairs: Sequence[Pair], pad: int) -> "torch.Tensor":
    """Log-likelihoods of the chosen and the rejected answers, (n, 2)."""
    both = [pair.chosen for pair in pairs] + [pair.rejected for pair in pairs]
    return log_likelihoods(model, both, pad).view(2, len(pairs)).T


def _scored(model: Any, pairs: Sequence[Pair], batch: int, pad: int) -> list[tuple[float, float]]:
    import torch

    with torch.no_grad():
        parts = [_answers(model, pairs[start : start + batch], pad) for start in range(0, len(pairs), batch)]
    return [(chosen, rejected) for part in parts for chosen, rejected in part.tolist()]


def _measured(
    model: Any, pairs: Sequence[Pair], reference: "torch.Tensor", batch: int, pad: int, beta: float
) -> Mapping[str, float]:
    """Over held-out pairs: the ``loss``; ``margin``, the mean difference of the rewards; ``accuracy``, the share of
    pairs with the higher reward for the chosen answer; ``likelier``, the share whose chosen answer is likelier than
    the rejected one, by the mean log-likelihood of a token. Nothing without pairs.
    """
    import torch

    if not pairs:
        return {}
    model.eval()
    answers = torch.tensor(_scored(model, pairs, batch, pad), device=reference.device)
    gained = rewards(answers, reference, beta)
    margins = gained[:, 0] - gained[:, 1]
    lengths = torch.tensor([[pair.chosen.learned, pair.rejected.learned] for pair in pairs], device=answers.device)
    by_token = answers / lengths
    return {
        "loss": loss(gained).mean().item(),
        "margin": margins.mean().item(),
        "accuracy": (margins > 0).float().mean().item(),
        "likelier": (by_token[:, 0] > by_token[:, 1]).float().mean().item(),
    }
