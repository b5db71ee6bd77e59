"""Whether a candidate may read messages: what is worse is told from what only chose another threshold."""

from random import Random

import pytest

from mhc_core.understanding import compare
from mhc_core.understanding.measures import Marks
from mhc_core.vocabulary import Verdict

MESSAGES = 1200
NEEDED = 240


def read(seen: float, spared: float, seed: int = 1, acts: float = 0.9) -> list[Marks]:
    """Marks of a version that sees and spares such shares; two of them err in the same places first."""
    rng = Random(7)
    own = Random(seed)
    found = []
    for number in range(MESSAGES):
        needed = number < NEEDED
        right = float(rng.random() * 0.9 + own.random() * 0.1 < (seen if needed else spared))
        good = float(rng.random() < acts)
        found.append(Marks(1.0, good, 1.0, right if needed else None, None if needed else right, 0, 0, 0))
    return found


def verdict(candidate: list[Marks], baseline: list[Marks]) -> Verdict:
    return compare.compare(candidate, baseline, [str(number) for number in range(MESSAGES)], 5).verdict


def test_a_candidate_that_sees_more_needs_and_calls_a_few_people_more_is_promoted() -> None:
    assert verdict(read(0.96, 0.95), read(0.90, 0.97)) is Verdict.PROMOTE


def test_a_candidate_that_calls_fewer_people_and_misses_as_few_more_is_promoted() -> None:
    assert verdict(read(0.93, 0.98), read(0.94, 0.96)) is Verdict.PROMOTE


@pytest.mark.parametrize(("seen", "spared"), [(0.80, 0.97), (0.94, 0.85), (0.84, 0.99)])
def test_a_candidate_that_serves_customers_worse_in_sum_is_rejected(seen: float, spared: float) -> None:
    assert verdict(read(seen, spared), read(0.94, 0.97)) is Verdict.REJECT


def test_a_loss_that_is_certain_but_of_no_account_rejects_nobody() -> None:
    assert verdict(read(0.94, 0.97, acts=0.89), read(0.94, 0.97, acts=0.9)) is Verdict.PROMOTE
