"""The state of a training under way as one safetensors file: the adapter, the optimizer's moments, the curve so far.

No random state is kept: what is drawn in a step follows from the recipe and the step's number. Nothing is pickled.
"""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import orjson

from mhc_core.artifacts import store
from mhc_core.errors import DataError

if TYPE_CHECKING:
    import torch

_MOMENTS = ("exp_avg", "exp_avg_sq")


@dataclass
class TrainingHistory:
    """What a phase of a training has been through: the loss of every step so far, what was measured on held-out data
    before the first step and after each epoch, seconds spent.
    """

    losses: list[float] = field(default_factory=list)
    held_out: list[Any] = field(default_factory=list)
    seconds: float = 0.0
    resumed_at: list[int] = field(default_factory=list)

    @property
    def step(self) -> int:
        """How many steps were made."""
        return len(self.losses)


@dataclass
class TrainingHistories:
    """Both phases of a training. ``preferences`` is None until the second begins.

    ``reference`` holds the log-likelihoods of the chosen and the rejected answer of each pair after the first phase.
    """

    supervised: TrainingHistory = field(default_factory=TrainingHistory)
    preferences: TrainingHistory | None = None
    reference: list[tuple[float, float]] = field(default_factory=list)

    @property
    def steps(self) -> int:
        """How many steps were made in both phases."""
        return self.supervised.step + (self.preferences.step if self.preferences else 0)

    @property
    def latest(self) -> TrainingHistory:
        """The phase that the optimizer is in."""
        return self.preferences or self.supervised


def save(uri: str, model: Any, optimizer: "torch.optim.Optimizer", courses: TrainingHistories) -> None:
    """Write the state; a reader sees the old one or the new one, never half of it."""
    from safetensors.torch import save as pack

    tensors = {}
    for name, weight in _learned(model).items():
        tensors[f"weight/{name}"] = weight.detach().cpu().contiguous()
        for moment in _MOMENTS:
            tensors[f"{moment}/{name}"] = optimizer.state[weight][moment].detach().cpu().contiguous()
    store.write_bytes(uri, pack(tensors, metadata={"courses": orjson.dumps(vars(courses)).decode()}))


def restore(uri: str, model: Any, optimizer: "torch.optim.Optimizer") -> TrainingHistories | None:
    """Put model and optimizer into the saved state, and return how it came about; None where nothing was saved.

    Raises:
        DataError: the file is damaged, or belongs to another model.
    """
    import torch
    from safetensors import SafetensorError
    from safetensors.torch import load as unpack

    if not store.exists(uri):
        return None
    data = store.read_bytes(uri)
    try:
        tensors = unpack(data)
        courses = _courses(orjson.loads(_metadata(data)["courses"]))
        with torch.no_grad():
            for name, weight in _learned(model).items():
                weight.copy_(tensors[f"weight/{name}"])
                moments = {moment: tensors[f"{moment}/{name}"].to(weight.device) for moment in _MOMENTS}
                optimizer.state[weight] = {"step": torch.tensor(float(courses.latest.step)), **moments}
    except (SafetensorError, KeyError, TypeError, ValueError, RuntimeError):
        raise DataError(f"the checkpoint {uri} is damaged; remove it to train from the start") from None
    return courses


def _courses(saved: dict[str, Any]) -> TrainingHistories:
    second = saved["preferences"]
    return TrainingHistories(
        TrainingHistory(**saved["supervised"]),
        TrainingHistory(**second) if second else None,
        [tuple(pair) for pair in saved["reference"]],
    )


def _learned(model: Any) -> "dict[str, torch.nn.Parameter]":
    return {name: weight for name, weight in model.named_parameters() if weight.requires_grad}


def _metadata(data: bytes) -> dict[str, str]:
    """The text that stands in a safetensors header, after eight bytes with the header's length."""
    header = orjson.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])
    metadata: dict[str, str] = header["__metadata__"]
    return metadata
