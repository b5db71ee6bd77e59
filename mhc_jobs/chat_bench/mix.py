"""What the customers ask: 60 % repeated questions, 20 % the same in other words, 20 % never asked before."""

from collections import defaultdict
from collections.abc import Sequence
from random import Random

from mhc_core.sample.question_pairs import question_pairs

REPEATED, PARAPHRASE, NEW = "repeated", "paraphrase", "new"
POOL = 40
"""Different questions among the repeated ones."""


class Mix:
    """An endless supply of questions, the same for the same seed."""

    def __init__(self, stored: Sequence[str], seed: int = 60) -> None:
        self._rng = Random(seed)
        self._stored = stored
        wordings: dict[str, list[str]] = defaultdict(list)
        for pair in question_pairs(seed):
            if pair.same:
                wordings[pair.a].append(pair.b)
        chosen = self._rng.sample(sorted(wordings), POOL)
        self._pool = {question: wordings[question] for question in chosen}

    @property
    def repeated(self) -> list[tuple[str, str]]:
        """Each repeated question once."""
        return [(REPEATED, question) for question in self._pool]

    def take(self, count: int) -> list[tuple[str, str]]:
        """So many ``(kind, question)``."""
        return [self._one() for _ in range(count)]

    def _one(self) -> tuple[str, str]:
        share = self._rng.random()
        question = self._rng.choice(list(self._pool))
        if share < 0.6:
            return REPEATED, question
        if share < 0.8:
            return PARAPHRASE, self._rng.choice(self._pool[question])
        return NEW, " ".join(self._rng.sample(list(self._stored), 2))
