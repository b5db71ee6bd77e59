"""Customers are split by hash: in proportion, for good, and without regard to other experiments."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mhc_core.business import pricing
from mhc_core.prompts import wordings
from mhc_core.prompts.experiments import ActivePrompts, Experiment, Exposure, Variant, variant_of
from mhc_core.pseudonyms import customer_hash

BUSINESS = pricing.load()
NAME = "agent/booking"
STANDING = wordings.seed(BUSINESS, NAME)
WORDINGS = [wordings.version(BUSINESS, NAME, f"Say it in way {number}.") for number in range(5)]


def experiment(*weights: int, salt: str = "salt", stopped: frozenset[int] = frozenset()) -> Experiment:
    return Experiment(
        7,
        salt,
        tuple(Variant(at, WORDINGS[at], weight, at in stopped) for at, weight in enumerate(weights)),
    )


def in_force(running: Experiment) -> ActivePrompts:
    return ActivePrompts({NAME: STANDING}, {NAME: running}, b"installation")


weights = st.lists(st.integers(1, 1000), min_size=2, max_size=5)


@given(weights, st.text(max_size=40), st.text(max_size=20))
def test_everybody_has_one_variant_and_keeps_it(split: list[int], unit: str, salt: str) -> None:
    first = variant_of(experiment(*split, salt=salt), unit)
    assert first in experiment(*split, salt=salt).variants
    assert variant_of(experiment(*split, salt=salt), unit) == first


@given(weights, st.text(max_size=40), st.data())
def test_stopping_a_variant_moves_nobody_else(split: list[int], unit: str, data: st.DataObject) -> None:
    stopped = data.draw(st.integers(1, len(split) - 1))
    before = in_force(experiment(*split)).choose(NAME, unit)
    after = in_force(experiment(*split, stopped=frozenset([stopped]))).choose(NAME, unit)
    assert before.exposure is not None
    if before.exposure.position == stopped:
        assert (after.version, after.exposure) == (STANDING, None)
    else:
        assert after == before


@pytest.mark.parametrize("split", [(1, 1), (9, 1), (2, 1, 1)])
def test_shares_are_those_of_the_weights(split: tuple[int, ...]) -> None:
    number = 20_000
    found = Counter(variant_of(experiment(*split), f"customer-{at}").position for at in range(number))
    for position, weight in enumerate(split):
        share = weight / sum(split)
        assert abs(found[position] / number - share) < 4 * (share * (1 - share) / number) ** 0.5


def test_one_experiment_says_nothing_about_another() -> None:
    number = 10_000
    both = Counter(
        (
            variant_of(experiment(1, 1, salt="a"), str(at)).position,
            variant_of(experiment(1, 1, salt="b"), str(at)).position,
        )
        for at in range(number)
    )
    assert all(abs(count / number - 0.25) < 0.02 for count in both.values())


def test_a_customer_of_an_experiment_is_a_pseudonym_and_others_get_the_standing_wording() -> None:
    chosen = in_force(experiment(1, 1)).choose(NAME, "ann@example.com")
    assert chosen.exposure == Exposure(7, chosen.exposure.position, customer_hash(b"installation", "ann@example.com"))  # type: ignore[union-attr]
    assert chosen.standing == STANDING
    none = ActivePrompts({NAME: STANDING}).choose(NAME, "ann@example.com")
    assert (none.version, none.exposure) == (STANDING, None)
