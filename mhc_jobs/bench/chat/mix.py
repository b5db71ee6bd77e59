"""What the customers ask: 60 % repeated questions, 20 % the same in other words, 20 % never asked before."""

from collections.abc import Sequence
from random import Random

from mhc_jobs.sample.question_pairs import question_pairs

REPEATED, PARAPHRASE, NEW = "repeated", "paraphrase", "new"
POOL = 40
"""Different questions among the repeated ones."""
SETS = 20
"""Sets of generated pairs that other words are taken from: about 13 wordings of a question, 6 without courtesies. With
one set there are not two, and nearly all that is asked in other words was asked so before."""


class Mix:
    """An endless supply of questions, the same for the same seed."""

    def __init__(self, stored: Sequence[str], seed: int = 60) -> None:
        self._rng = Random(seed)
        self._stored = stored
        questions = sorted({pair.a for pair in question_pairs(seed) if pair.same})
        self._pool: dict[str, list[str]] = {question: [] for question in self._rng.sample(questions, POOL)}
        for number in range(seed, seed + SETS):
            for pair in question_pairs(number):
                if pair.same and pair.a in self._pool:
                    self._pool[pair.a].append(pair.b)

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
