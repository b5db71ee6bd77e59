"""Simulated rollouts: the truth is what was asked for, and the gate is right where the naive rule is not."""

import pytest

from mhc_core.rollout.policy import Policy
from mhc_jobs.bench import rollout_gate, rollout_population
from mhc_jobs.bench.rollout_gate import SCENARIOS, Outcomes, Rule

HALF = Policy(shares=(0.5,))


def simulate(name: str, rule: Rule, policy: Policy, runs: int) -> Outcomes:
    scenario = SCENARIOS[name]
    return rollout_gate.simulate(scenario, rollout_gate.population(scenario, 2), rule, policy, runs, seed=2)


@pytest.fixture(autouse=True)
def _short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rollout_gate, "HORIZON", 700)


@pytest.mark.parametrize(
    ("name", "gain"),
    [("equal", 0.0), ("gain_5", 0.05), ("harm_5", -0.05), ("weekday_equal", 0.0), ("unequal_gain_5", 0.05)],
)
def test_the_truth_of_a_scenario_is_what_was_asked_for(name: str, gain: float) -> None:
    assert rollout_gate.population(SCENARIOS[name], seed=4).true_gain == pytest.approx(gain, abs=5e-4)


def test_the_population_has_the_metrics_of_the_policy_in_their_order() -> None:
    assert Policy().metrics == rollout_population.METRICS
    values = rollout_population.segment(True, 0.05, 0.1, True, 2).values
    assert values.min() >= 0
    assert values.max() <= 1


def test_an_equal_candidate_passes_a_naive_look_far_more_often_than_the_gate() -> None:
    gate = simulate("equal", rollout_gate.gate, HALF, runs=300)
    naive = simulate("equal", rollout_gate.naive, HALF, runs=300)
    fixed = simulate("equal", rollout_gate.fixed_horizon, HALF, runs=300)
    assert gate.completed.mean() <= 0.02
    assert gate.rolled_back.mean() <= 0.05
    assert naive.completed.mean() > 0.2
    assert 0 < fixed.completed.mean() < 0.06


def test_harm_is_rolled_back_early_and_a_large_gain_goes_through_all_stages() -> None:
    harm = simulate("harm_5", rollout_gate.gate, Policy(), runs=100)
    gain = simulate("gain_10", rollout_gate.gate, Policy(shares=(0.1, 0.5, 0.8)), runs=60)
    assert harm.rolled_back.mean() >= 0.8
    assert harm.candidates.mean() < 450
    assert gain.completed.mean() >= 0.85
    assert (gain.stages_passed[gain.completed] == 3).all()


def test_a_candidate_that_breaks_after_its_first_stage_does_not_go_through() -> None:
    broken = simulate("breaks_later", rollout_gate.gate, Policy(), runs=60)
    assert (broken.stages_passed > 0).mean() > 0.8
    assert broken.completed.sum() == 0


def test_the_same_seed_gives_the_same_rollouts() -> None:
    one, other = (simulate("gain_10", rollout_gate.gate, HALF, runs=20) for _ in range(2))
    assert one.candidates.tolist() == other.candidates.tolist()
