"""Simulated rollouts with a known truth: how often the live gate is wrong, how soon it is right, and at what exposure.

The gate decides with ``rollout_gate.judge``, the code that production calls, beside two rules people use instead: "at
least 5 points better" at any look, and a z-test at a sample size fixed beforehand.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mhc_core.rollout import gate as rollout_gate
from mhc_core.rollout.policy import Policy
from mhc_core.statistics.confidence_sequences import Evidence, Floats
from mhc_jobs.bench import rollout_population
from mhc_jobs.bench.rollout_population import Segment

CUSTOMERS_A_LOOK = (25, 25, 25, 25, 30, 40, 40)  # Monday to Sunday
LOOKS_A_DAY = 4
HORIZON = 2000  # customers of the candidate in a stage, after which the rollout ends without proof
NAIVE_GAIN = 0.05
Z = 1.96

Rule = Callable[[Evidence, Floats, float, NDArray[np.intp], Policy], tuple[NDArray[np.bool_], NDArray[np.bool_]]]


@dataclass(frozen=True, slots=True)
class Scenario:
    """A truth. ``gains``: of the composite, for easy and hard customers. ``hard_share``: of customers on a day.

    ``better``: whether promoting is right. ``later_gains``: those after the first stage, where they differ.
    """

    gains: tuple[float, float]
    better: bool
    hard_share: Callable[[int], float] = lambda day: 0.35
    slower: float = 0.0
    heavy_tailed: bool = False
    later_gains: tuple[float, float] | None = None


def _drift(day: int) -> float:
    return max(0.15, 0.6 - 0.01 * day)


def _weekend(day: int) -> float:
    return 0.7 if day % 7 >= 5 else 0.2


_WEEK = sum(n * _weekend(day) for day, n in enumerate(CUSTOMERS_A_LOOK)) / sum(CUSTOMERS_A_LOOK)

SCENARIOS: dict[str, Scenario] = {
    "equal": Scenario((0.0, 0.0), better=False),
    "gain_2": Scenario((0.02, 0.02), better=True),
    "gain_5": Scenario((0.05, 0.05), better=True),
    "gain_10": Scenario((0.10, 0.10), better=True),
    "harm_5": Scenario((-0.05, -0.05), better=False),
    "drift_equal": Scenario((0.0, 0.0), better=False, hard_share=_drift),
    "drift_gain_5": Scenario((0.05, 0.05), better=True, hard_share=_drift),
    "weekday_equal": Scenario((0.04, -0.04 * (1 - _WEEK) / _WEEK), better=False, hard_share=_weekend),
    "weekday_gain_5": Scenario((0.05, 0.05), better=True, hard_share=_weekend),
    "unequal_equal": Scenario((0.0, 0.0), better=False, heavy_tailed=True),
    "unequal_gain_5": Scenario((0.05, 0.05), better=True, heavy_tailed=True),
    "gain_5_but_slow": Scenario((0.05, 0.05), better=False, slower=0.08),
    "breaks_later": Scenario((0.05, 0.05), better=False, later_gains=(-0.1, -0.1)),
}


def gate(
    evidence: Evidence, assigned: Floats, days: float, stage: NDArray[np.intp], policy: Policy
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """The live gate."""
    verdict = rollout_gate.judge(evidence, assigned, np.full(stage.shape, days), stage, policy)
    return verdict.promote, verdict.roll_back


def naive(
    evidence: Evidence, assigned: Floats, days: float, stage: NDArray[np.intp], policy: Policy
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """At each look: 5 points better goes on, 5 points worse goes back, once each arm has the minimum."""
    rows = np.arange(stage.size)
    candidates, controls = evidence.candidates[rows, stage, 0], evidence.controls[rows, stage, 0]
    gain = evidence.score[rows, stage, 0] / np.maximum(evidence.weight[rows, stage, 0], 1e-12)
    enough = np.minimum(candidates, controls) >= policy.minimum_customers
    return enough & (gain >= NAIVE_GAIN), enough & (gain <= -NAIVE_GAIN)


def fixed_horizon(
    evidence: Evidence, assigned: Floats, days: float, stage: NDArray[np.intp], policy: Policy
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """One look, at ``HORIZON`` customers of the candidate: z-tests with the same margins, two-sided 5 %."""
    weight = evidence.weight.sum(1)
    gain = policy.signs * evidence.score.sum(1) / np.maximum(weight, 1e-12) - policy.thresholds
    z = gain * weight / np.sqrt(np.maximum(evidence.variance.sum(1), 1e-12))
    due = assigned[..., 0].sum(1) >= HORIZON
    return due & (z > Z).all(1), due & (z < -Z).any(1)


@dataclass(frozen=True, slots=True)
class Outcomes:
    """How each simulated rollout ended."""

    stages_passed: NDArray[np.intp]
    completed: NDArray[np.bool_]
    rolled_back: NDArray[np.bool_]
    candidates: Floats
    customers: Floats
    days: Floats


@dataclass(frozen=True, slots=True)
class Population:
    """The customers of a scenario, and how much better the candidate of the first stage truly is for them.

    ``table``: values and their squares, ``SIZE`` rows each of easy and hard customers of the control, of the candidate
    in its first stage, of the candidate later. ``true_gain``: of the mean composite, over four weeks.
    """

    table: NDArray[np.float32]
    true_gain: float


def population(scenario: Scenario, seed: int) -> Population:
    """Draw the customers of a scenario."""

    def pools(gains: tuple[float, float], slower: float) -> tuple[Segment, Segment]:
        easy, hard = (
            rollout_population.segment(hard, gains[hard], slower, scenario.heavy_tailed, seed) for hard in (False, True)
        )
        return easy, hard

    control, first = pools((0.0, 0.0), 0.0), pools(scenario.gains, scenario.slower)
    later = pools(scenario.later_gains, scenario.slower) if scenario.later_gains else first
    values = np.concatenate([pool.values for pool in (*control, *first, *later)])
    easy, hard = (mine.composite - theirs.composite for mine, theirs in zip(first, control, strict=True))
    customers = [CUSTOMERS_A_LOOK[day % 7] for day in range(28)]
    hard_share = float(np.average([scenario.hard_share(day) for day in range(28)], weights=customers))
    table = np.concatenate([values, values**2], axis=1).astype(np.float32)
    return Population(table, easy * (1 - hard_share) + hard * hard_share)


def simulate(scenario: Scenario, customers: Population, rule: Rule, policy: Policy, runs: int, seed: int) -> Outcomes:
    """Run many rollouts side by side, some looks a day, until decided or at the horizon.

    Strata are weeks within a stage, as in ``rollout_gate.look``.
    """
    rng = np.random.default_rng(seed)
    size, stages, metrics = rollout_population.SIZE, len(policy.shares), len(rollout_population.METRICS)
    closed = Evidence(*(np.zeros((runs, stages, metrics)) for _ in fields(Evidence)))
    week = np.zeros((runs, 2, 3, metrics))  # arm, (customers, sum, sum of squares)
    assigned, stage = np.zeros((runs, stages, 2)), np.zeros(runs, dtype=np.intp)
    shares = np.array(policy.shares)
    end = Outcomes(stage.copy(), *(np.zeros(runs, dtype=bool) for _ in range(2)), *(np.zeros(runs) for _ in range(3)))
    active, looks = np.arange(runs), 0
    while active.size:
        day, index = looks // LOOKS_A_DAY, np.arange(active.size)
        shape = (active.size, CUSTOMERS_A_LOOK[day % 7])
        chosen = rng.random(shape, dtype=np.float32) < shares[stage][:, None]
        hard = rng.random(shape, dtype=np.float32) < scenario.hard_share(day)
        arm = np.where(chosen, 1 + (stage > 0)[:, None], 0)
        rows = (2 * arm + hard) * size + rng.integers(0, size, shape, dtype=np.int32)
        arms = np.stack([chosen, ~chosen], axis=1).astype(np.float32)
        counts = arms.sum(2, dtype=np.float64)
        week[..., 0, :] += counts[..., None]
        week[..., 1:, :] += np.matmul(arms, customers.table[rows]).reshape(-1, 2, 2, metrics)
        assigned[index, stage] += counts
        looks += 1
        evidence = _joined(closed, week, stage)
        promote, roll_back = rule(evidence, assigned, day + 1.0, stage, policy)
        close = promote | (looks % (7 * LOOKS_A_DAY) == 0)
        for kept, term in zip(_terms(closed), _terms(evidence), strict=True):
            kept[close] = term[close]
        week[close] = 0.0
        late = ~promote & (assigned[index, stage, 0] >= HORIZON)
        stage = stage + promote
        completed = stage == stages
        candidates = assigned[..., 0].sum(1)
        over = completed | roll_back | late
        gone, keep = active[over], ~over
        end.stages_passed[gone], end.completed[gone] = stage[over], completed[over]
        end.rolled_back[gone], end.candidates[gone] = roll_back[over], candidates[over]
        end.customers[gone], end.days[gone] = assigned[over].sum((1, 2)), day + 1
        closed = Evidence(*(term[keep] for term in _terms(closed)))
        active, assigned, stage, week = active[keep], assigned[keep], stage[keep], week[keep]
    return end


def _joined(closed: Evidence, week: Floats, stage: NDArray[np.intp]) -> Evidence:
    """The evidence so far with the stratum of the present week added to the present stage."""
    now = Evidence.of_stratum(*(np.moveaxis(week[:, arm], 1, 0) for arm in (0, 1)))
    rows, terms = np.arange(stage.size), [term.copy() for term in _terms(closed)]
    for term, more in zip(terms, _terms(now), strict=True):
        term[rows, stage] += more
    return Evidence(*terms)


def _terms(evidence: Evidence) -> list[Floats]:
    return [getattr(evidence, item.name) for item in fields(evidence)]


def summary(outcomes: Outcomes) -> dict[str, Any]:
    """Shares and medians of one scenario under one rule; medians are None where nothing ended so."""

    def median(values: Floats) -> float | None:
        return float(np.median(values)) if values.size else None

    return {
        "any_stage_promoted": float((outcomes.stages_passed > 0).mean()),
        "completed": float(outcomes.completed.mean()),
        "rolled_back": float(outcomes.rolled_back.mean()),
        "undecided": float((~outcomes.completed & ~outcomes.rolled_back).mean()),
        "median_candidates_to_complete": median(outcomes.candidates[outcomes.completed]),
        "median_customers_to_complete": median(outcomes.customers[outcomes.completed]),
        "median_days_to_complete": median(outcomes.days[outcomes.completed]),
        "median_candidates_at_roll_back": median(outcomes.candidates[outcomes.rolled_back]),
    }


def measure(runs: int, seed: int) -> dict[str, Any]:
    """Every scenario under every rule, and how the gate stands to its targets."""
    staged, half = Policy(), Policy(shares=(0.5,))
    rules: dict[str, tuple[Rule, Policy]] = {
        "gate": (gate, staged),
        "gate_at_half": (gate, half),
        "naive": (naive, staged),
        "naive_at_half": (naive, half),
        "fixed_horizon": (fixed_horizon, half),
    }
    scenarios: dict[str, Any] = {}
    for name, scenario in SCENARIOS.items():
        customers = population(scenario, seed)
        scenarios[name] = {"true_gain": round(customers.true_gain, 4), "better": scenario.better}
        for rule_name, (rule, policy) in rules.items():
            scenarios[name][rule_name] = summary(simulate(scenario, customers, rule, policy, runs, seed))
    return {"runs": runs, "seed": seed, "horizon": HORIZON, "scenarios": scenarios, "targets": _targets(scenarios)}


def _targets(scenarios: dict[str, Any]) -> dict[str, Any]:
    passed = {
        name: one["gate"]["completed" if SCENARIOS[name].later_gains else "any_stage_promoted"]
        for name, one in scenarios.items()
        if not one["better"]
    }
    worst, harm, gain = max(passed.values()), scenarios["harm_5"]["gate"], scenarios["gain_5"]
    exposed = harm["median_candidates_at_roll_back"]
    return {
        "false_promotion": {"at_most": 0.02, "measured": worst, "met": worst <= 0.02},
        "power": {
            "at_least": 0.85,
            "measured": gain["gate"]["completed"],
            "at_half": gain["gate_at_half"]["completed"],
            "met": min(gain["gate"]["completed"], gain["gate_at_half"]["completed"]) >= 0.85,
        },
        "harm_rolled_back": {"at_least": 0.99, "measured": harm["rolled_back"], "met": harm["rolled_back"] >= 0.99},
        "harm_exposure": {"at_most": 300, "measured": exposed, "met": exposed is not None and exposed <= 300},
    }
