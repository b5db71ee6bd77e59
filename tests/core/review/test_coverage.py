"""Chosen is what stands for many others that nothing chosen stands for yet, as far as the model is unsure of it."""

import numpy as np
from numpy.typing import NDArray

from mhc_core.review.coverage import Coverage, unsure


def kinds(*sizes: int) -> NDArray[np.float32]:
    """Questions of several kinds, so many of each; those of a kind are alike."""
    random = np.random.default_rng(1)
    middles = np.eye(16)[: len(sizes)]
    rows = [middles[kind] + random.normal(0, 0.05, 16) for kind, size in enumerate(sizes) for _ in range(size)]
    vectors = np.array(rows, dtype=np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def kind_of(rows: object, *sizes: int) -> list[int]:
    owner = np.repeat(np.arange(len(sizes)), sizes)
    return [int(owner[row]) for row in rows]  # type: ignore[attr-defined]


def test_one_of_each_kind_comes_before_a_second_of_any_the_largest_first() -> None:
    sizes = (3, 30, 10)
    found = Coverage(kinds(*sizes)).choose(np.zeros(43, bool), np.ones(43), 4)
    assert kind_of(found, *sizes)[:3] == [1, 2, 0]
    assert len(set(found)) == 4


def test_what_is_decided_stands_for_its_kind_and_is_not_chosen_again() -> None:
    sizes = (20, 10)
    decided = np.zeros(30, bool)
    decided[:3] = True
    coverage = Coverage(kinds(*sizes))
    assert kind_of(coverage.choose(decided, np.ones(30), 1), *sizes) == [1]
    found = coverage.choose(decided, np.where(decided, 1.0, 0.001), 27)
    assert len(found) == 27
    assert not set(found) & {0, 1, 2}


def test_what_the_model_is_sure_of_waits() -> None:
    sizes = (20, 10)
    sure = np.where(np.arange(30) < 20, 0.01, 1.0)
    assert kind_of(Coverage(kinds(*sizes)).choose(np.zeros(30, bool), sure, 1), *sizes) == [1]


def test_unsure_is_what_the_first_two_guesses_leave() -> None:
    assert unsure(np.array([[0.9, 0.1, 0.0], [0.5, 0.5, 0.0]])).tolist() == [1 - 0.8, 1.0]
