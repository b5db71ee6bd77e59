"""Confidence sequences: right at all looks together, unmoved by who came when."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mhc_core.statistics import confidence_sequences
from mhc_core.statistics.confidence_sequences import Evidence, Floats

ALPHA, DISTANCE = 0.05, 1 / 6


def moments(values: Floats) -> Floats:
    """Running customers, sum and sum of squares along the last axis."""
    return np.stack([np.cumsum(np.ones_like(values), axis=-1), np.cumsum(values, -1), np.cumsum(values**2, -1)])


def looks(runs: int, customers: int, chance: tuple[float, float], seed: int) -> Evidence:
    """Evidence after each pair of customers whose values are 0 or 1, shape (runs, customers)."""
    rng = np.random.default_rng(seed)
    candidate, control = (moments((rng.random((runs, customers)) < one).astype(float)) for one in chance)
    return Evidence.of_stratum(candidate, control)


@pytest.mark.parametrize("chance", [0.5, 0.1, 0.03])
def test_a_bound_is_hardly_ever_wrong_at_any_look_while_an_interval_for_one_look_often_is(chance: float) -> None:
    evidence = looks(1000, 800, (chance, chance), 7)
    after = slice(49, None)  # the minimum of customers
    gain = confidence_sequences.difference(evidence.weight, evidence.score)[:, after]
    bound = confidence_sequences.radius(evidence.weight, evidence.variance, ALPHA, DISTANCE)[:, after]
    ordinary = 1.645 * np.sqrt(chance * (1 - chance) / evidence.weight[:, after])
    assert (gain > bound).any(axis=1).mean() < ALPHA
    assert (gain < -bound).any(axis=1).mean() < ALPHA
    assert (gain > ordinary).any(axis=1).mean() > 3 * ALPHA


@pytest.mark.parametrize("share", [0.1, 0.95])
def test_a_small_arm_that_met_a_rare_event_late_is_not_taken_to_be_sure_of_it(share: float) -> None:
    rng = np.random.default_rng(8)
    candidates = rng.binomial(20, share, (1000, 150))
    counts = (candidates, 20 - candidates)
    events = (rng.binomial(count, 0.02) for count in counts)
    arms = [
        np.cumsum([count, event, event], axis=-1).astype(float) for count, event in zip(counts, events, strict=True)
    ]
    evidence = Evidence.of_stratum(*arms)
    enough = np.minimum(evidence.candidates, evidence.controls) >= 50
    gain = np.abs(confidence_sequences.difference(evidence.weight, evidence.score))
    bound = confidence_sequences.radius(evidence.weight, evidence.variance, ALPHA / 2, DISTANCE)
    assert ((gain > bound) & enough).any(axis=1).mean() < ALPHA


def test_a_difference_of_the_planned_size_shows_within_reach_and_bounds_close_in_on_small_ones_too() -> None:
    evidence = looks(1, 1, (0.5, 0.5), 1)
    weight = np.array([400.0, 200_000.0])
    bounds = confidence_sequences.radius(weight, weight * 0.09, ALPHA, DISTANCE)
    assert bounds[0] < 0.05
    assert bounds[1] < 0.005
    assert np.isinf(confidence_sequences.radius(np.zeros(1), evidence.variance[0], ALPHA, DISTANCE)).all()


@given(st.floats(10, 1e5), st.floats(1e-4, 0.25), st.floats(1e-4, 0.2), st.floats(1e-4, 0.2), st.floats(0.02, 1))
def test_less_error_never_gives_a_narrower_bound(
    weight: float, variance: float, one: float, other: float, distance: float
) -> None:
    strict, loose = (
        confidence_sequences.radius(np.array(weight), np.array(weight * variance), alpha, distance)
        for alpha in sorted((one, other))
    )
    assert strict >= loose > 0


VALUES = st.lists(st.floats(0, 1), min_size=1, max_size=30)


@given(VALUES, VALUES)
def test_one_stratum_is_the_difference_of_means_and_turns_round_with_the_arms(
    one: list[float], two: list[float]
) -> None:
    candidate, control = (moments(np.array(values))[:, -1] for values in (one, two))
    evidence, mirrored = Evidence.of_stratum(candidate, control), Evidence.of_stratum(control, candidate)
    assert confidence_sequences.difference(evidence.weight, evidence.score) == pytest.approx(
        np.mean(one) - np.mean(two), abs=1e-9
    )
    assert mirrored.score == pytest.approx(-evidence.score, abs=1e-9)
    assert mirrored.variance == pytest.approx(evidence.variance)


def test_a_share_that_grows_while_customers_get_easier_makes_no_difference_out_of_nothing() -> None:
    def stratum(candidates: int, controls: int, mean: float) -> Evidence:
        return Evidence.of_stratum(
            np.array([candidates, candidates * mean, candidates * mean]),
            np.array([controls, controls * mean, controls * mean]),
        )

    first, second = stratum(100, 900, 0.4), stratum(500, 500, 0.8)
    both = first + second
    assert confidence_sequences.difference(both.weight, both.score) == pytest.approx(0)
    pooled = (100 * 0.4 + 500 * 0.8) / 600 - (900 * 0.4 + 500 * 0.8) / 1400
    assert pooled > 0.15


def test_events_that_were_not_seen_yet_do_not_make_the_interval_narrow() -> None:
    nobody = np.array([50.0, 0.0, 0.0])
    evidence = Evidence.of_stratum(nobody, nobody)
    assert confidence_sequences.radius(evidence.weight, evidence.variance, ALPHA, DISTANCE) > 0.04


def test_an_assignment_that_is_off_is_found_and_one_that_is_right_is_left_alone_at_all_looks() -> None:
    rng = np.random.default_rng(5)
    taken = np.cumsum(rng.random((500, 2000)) < 0.1, axis=1).astype(float)
    left = np.arange(1, 2001) - taken
    right = confidence_sequences.sample_ratio_p_value(taken[..., None], left[..., None], np.array([0.1]))
    wrong = confidence_sequences.sample_ratio_p_value(taken[:, -1:], left[:, -1:], np.array([0.14]))
    assert (right < 0.05).any(axis=1).mean() < 0.05
    assert (wrong < 0.01).mean() > 0.9


def test_each_stage_is_held_to_its_own_share() -> None:
    shares = np.array([0.1, 0.5])
    as_declared = confidence_sequences.sample_ratio_p_value(np.array([100.0, 500.0]), np.array([900.0, 500.0]), shares)
    swapped = confidence_sequences.sample_ratio_p_value(np.array([500.0, 100.0]), np.array([500.0, 900.0]), shares)
    assert as_declared == 1
    assert swapped < 1e-12
