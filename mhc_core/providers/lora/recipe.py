"""How a LoRA adapter is trained: the hyperparameters, and what each step does, as a function of the step's number.

Order of the examples, learning rate and the seed of dropout depend on nothing but the recipe and the step, so a
training that was killed and goes on from step n sees what it would have seen.
"""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

MAX_TOKENS = 1_024


@dataclass(frozen=True, slots=True)
class Recipe:
    """Hyperparameters of LoRA (Hu et al. 2021, arXiv:2106.09685) on every linear layer but the output.

    The update is scaled by ``alpha / rank``. The learning rate rises over the first tenth of the steps and
    falls linearly to zero. With ``preference_epochs`` preference pairs are learned after the conversations, by direct
    preference optimization (Rafailov et al. 2023, arXiv:2305.18290), ``beta`` of which holds the model to what it was.
    """

    seed: int
    epochs: int
    rank: int = 16
    alpha: int = 32
    dropout: float = 0.05
    learning_rate: float = 1e-3
    warmup: float = 0.1
    batch: int = 8
    clip_norm: float = 1.0
    max_tokens: int = MAX_TOKENS
    preference_epochs: int = 0
    preference_learning_rate: float = 5e-5
    beta: float = 0.1

    def as_dict(self) -> Mapping[str, Any]:
        """The hyperparameters as they are recorded with the job; those of preferences only where any are learned."""
        unused = () if self.preference_epochs else ("preference_epochs", "preference_learning_rate", "beta")
        return {name: value for name, value in asdict(self).items() if name not in unused} | {"format": 1}

    @property
    def preferences(self) -> "Recipe":
        """How preference pairs are walked through. A pair is two conversations, so a batch has half as many."""
        return replace(
            self,
            epochs=self.preference_epochs,
            learning_rate=self.preference_learning_rate,
            batch=max(1, self.batch // 2),
        )

    def steps_per_epoch(self, examples: int) -> int:
        return math.ceil(examples / self.batch)

    def steps(self, examples: int) -> int:
        return self.epochs * self.steps_per_epoch(examples)

    def rows(self, step: int, examples: int) -> list[int]:
        """The examples of a step (from 0): a new order each epoch, each example once an epoch."""
        epoch, place = divmod(step, self.steps_per_epoch(examples))
        order = np.random.default_rng([self.seed, epoch]).permutation(examples)
        return [int(row) for row in order[place * self.batch : (place + 1) * self.batch]]

    def rate(self, step: int, examples: int) -> float:
        """The learning rate of a step, above 0."""
        steps = self.steps(examples)
        rising = max(1, round(self.warmup * steps))
        factor = (step + 1) / rising if step < rising else (steps - step) / max(1, steps - rising)
        return self.learning_rate * factor

    def step_seed(self, step: int) -> int:
        """The seed of everything drawn at random in a step."""
        return int(np.random.SeedSequence([self.seed, step]).generate_state(1)[0])
