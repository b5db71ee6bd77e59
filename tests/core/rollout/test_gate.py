"""The live gate: what promotes, what holds, what rolls back, and the words for it."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mhc_core.errors import ConfigurationError, DataError
from mhc_core.rollout import gate
from mhc_core.rollout.gate import Action, Arm, Look, Moments, Stratum
from mhc_core.rollout.policy import ErrorShares, Guardrail, Policy
from mhc_core.statistics.confidence_sequences import Evidence

POLICY = Policy()
USUAL = {
    "composite": 0.65, "escalation": 0.2, "thumbs_down": 0.04, "groundedness": 0.93, "slow_turns": 0.05, "cost": 0.25
}  # fmt: skip
BETTER = {"composite": 0.75, "escalation": 0.12}


def arm(customers: int, **means: float) -> Arm:
    """Customers whose values scatter around these means with a standard deviation of up to 0.3."""

    def moments(mean: float) -> Moments:
        spread = min(0.09, mean * (1 - mean) / 2)
        return Moments(customers, customers * mean, customers * (mean**2 + spread))

    return Arm(customers, {name: moments(mean) for name, mean in {**USUAL, **means}.items()})


def days(
    count: int, candidates: int, controls: int, stage: int = 0, first: int = 0, **candidate: float
) -> list[Stratum]:
    return [
        Stratum(stage, date(2026, 3, 2) + timedelta(first + day), arm(candidates, **candidate), arm(controls))
        for day in range(count)
    ]


def look(strata: list[Stratum], stage: int = 0, overdue: bool = False, policy: Policy = POLICY) -> Look:
    return gate.analyse(strata, stage, policy, overdue)


def test_a_proven_gain_with_all_guardrails_kept_promotes_and_says_by_how_much() -> None:
    found = look(days(14, 60, 540, **BETTER))
    assert found.action is Action.PROMOTE
    assert (found.candidates, found.controls, found.days, found.needed_customers) == (840, 7560, 14, None)
    assert found.reasons[0].startswith("Composite: +10.0 points, at worst +")
    assert all(item.proven and item.repeated and not item.harmful for item in found.metrics.values())


def test_no_difference_holds_and_after_the_deadline_a_person_is_told_what_is_missing() -> None:
    strata = days(14, 60, 540)
    assert look(strata).action is Action.HOLD
    assert not look(strata).ask
    late = look(strata, overdue=True)
    assert late.ask
    assert late.needed_customers is not None
    assert late.needed_customers > 50_000
    assert late.reasons[0].startswith("Composite: +0.0 points, at worst -")
    assert f"About {late.needed_customers:,} more customers" in late.reasons[-2]
    assert "a person decides" in late.reasons[-1]


def test_as_many_customers_as_were_said_to_be_needed_are_about_enough() -> None:
    gain = {"composite": 0.70, "escalation": 0.17}
    early = look(days(10, 10, 90, **gain))
    assert early.action is Action.HOLD
    assert early.needed_customers is not None
    more = early.needed_customers / 10
    enough = days(10, round(10 + 0.1 * 1.02 * more), round(90 + 0.9 * 1.02 * more), **gain)
    short = days(10, round(10 + 0.1 * 0.9 * more), round(90 + 0.9 * 0.9 * more), **gain)
    assert look(enough).action is Action.PROMOTE
    assert look(short).action is Action.HOLD


@pytest.mark.parametrize(
    ("strata", "words"),
    [
        (days(10, 4, 36, **BETTER), "50 each is the minimum"),
        (days(6, 140, 1260, **BETTER), "Customers came on 6 days"),
        (days(14, 120, 540, **BETTER), "The arms do not get their shares"),
    ],
    ids=["too few customers", "no weekend", "sample ratio"],
)
def test_a_gain_alone_does_not_promote(strata: list[Stratum], words: str) -> None:
    found = look(strata)
    assert found.action is Action.HOLD
    assert words in " ".join(found.reasons)


@pytest.mark.parametrize(
    ("candidate", "metric"),
    [
        ({"composite": 0.55}, "Composite"),
        ({**BETTER, "slow_turns": 0.2}, "Slow turns"),
        ({**BETTER, "groundedness": 0.75}, "Groundedness"),
        ({**BETTER, "thumbs_down": 0.2}, "Thumbs down"),
        ({**BETTER, "cost": 0.5}, "Cost"),
        ({"escalation": 0.4}, "Escalation"),
    ],
)
def test_harm_of_the_primary_or_of_one_guardrail_rolls_back_at_once(candidate: dict[str, float], metric: str) -> None:
    found = look(days(3, 120, 1080, **candidate))
    assert found.action is Action.ROLL_BACK
    assert found.reasons[0].startswith(f"{metric}: -")
    assert found.needed_customers is None


def test_harm_rolls_back_even_where_the_assignment_is_off() -> None:
    assert look(days(5, 200, 600, composite=0.5)).action is Action.ROLL_BACK


def test_a_loss_within_the_margin_neither_rolls_back_nor_keeps_a_gain_from_being_promoted() -> None:
    found = look(days(40, 300, 2700, **BETTER, cost=0.27))
    assert found.metrics["cost"].gain == pytest.approx(-0.02)
    assert found.action is Action.PROMOTE


def test_a_guardrail_nobody_measured_holds_and_is_named() -> None:
    strata = [
        replace(item, candidate=replace(item.candidate, metrics={"composite": item.candidate.metrics["composite"]}))
        for item in days(14, 60, 540, **BETTER)
    ]
    found = look(strata)
    assert found.action is Action.HOLD
    assert "Groundedness: too few customers have a value (0 and 7560)." in found.reasons
    assert found.metrics["groundedness"].low is None


def test_a_later_stage_rests_on_the_earlier_ones_but_must_point_the_same_way() -> None:
    first = days(14, 60, 540, **BETTER)
    assert look([*first, *days(2, 60, 60, stage=1, first=14, **BETTER)], stage=1).action is Action.PROMOTE
    assert look([*first, *days(2, 20, 20, stage=1, first=14, **BETTER)], stage=1).action is Action.HOLD
    turned = look([*first, *days(2, 60, 60, stage=1, first=14, composite=0.63, escalation=0.2)], stage=1)
    assert turned.action is Action.HOLD
    assert turned.metrics["composite"].proven
    assert turned.reasons[0].startswith("Composite: -2.0 points in this stage alone")


def test_a_candidate_that_goes_bad_later_is_rolled_back_whatever_its_record() -> None:
    found = look([*days(60, 60, 540, **BETTER), *days(3, 150, 150, stage=1, first=60, composite=0.5)], stage=1)
    assert found.metrics["composite"].gain > 0
    assert found.action is Action.ROLL_BACK


def test_a_look_is_json_without_infinities() -> None:
    for strata in ([], days(14, 60, 540, **BETTER)):
        found = look(strata).as_json()
        assert orjson.loads(orjson.dumps(found)) == found


@settings(max_examples=20, deadline=None)
@given(st.randoms(use_true_random=False))
def test_the_order_of_strata_does_not_matter(random: object) -> None:
    strata = [*days(9, 6, 54, composite=0.7), *days(9, 50, 50, stage=1, first=9, composite=0.68)]
    mixed = strata.copy()
    random.shuffle(mixed)  # type: ignore[attr-defined]
    one, other = look(strata, stage=1), look(mixed, stage=1)
    assert one.reasons == other.reasons
    assert one.metrics["composite"].low == pytest.approx(other.metrics["composite"].low)


def test_values_outside_0_to_1_and_strata_of_a_stage_to_come_are_refused() -> None:
    dollars = Arm(10, {"cost": Moments(10, 25.0, 80.0)})
    with pytest.raises(DataError, match="cost has values outside 0 to 1"):
        look([Stratum(0, date(2026, 3, 2), dollars, arm(90))])
    with pytest.raises(DataError, match="stage 1 in stage 0"):
        look(days(1, 10, 90, stage=1))


@pytest.mark.parametrize(
    "wrong",
    [
        {"shares": (0.1, 1.0)},
        {"shares": (0.5, 0.1)},
        {"shares": ()},
        {"guardrails": {"cost": Guardrail(0.0)}},
        {"errors": ErrorShares(promotion=0.05)},
    ],
)
def test_a_policy_that_can_not_keep_its_word_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ConfigurationError):
        Policy(**wrong)  # type: ignore[arg-type]


def test_the_error_is_used_once() -> None:
    assert POLICY.errors.whole == pytest.approx(0.05)
    harm = sum(POLICY.harm_error(stage).sum() for stage in range(len(POLICY.shares)))
    assert harm == pytest.approx(POLICY.errors.primary_harm + POLICY.errors.guardrail_harm)
    assert Policy(shares=(0.5,)).harm_error(0).sum() == pytest.approx(harm)


def test_many_rollouts_at_once_are_decided_as_one_by_one() -> None:
    rng = np.random.default_rng(3)
    rollouts, metrics = 80, len(POLICY.metrics)
    stages = rng.integers(0, 3, rollouts)
    customers = rng.integers(30, 500, (rollouts, 3, 2)) * (np.arange(3) <= stages[:, None])[..., None]
    means = np.clip([USUAL[name] for name in POLICY.metrics] + rng.normal(0.02, 0.03, (rollouts, 3, 2, metrics)), 0, 1)
    counts = np.repeat(customers[..., None], metrics, axis=-1).astype(float)
    moments = np.stack([counts, counts * means, counts * means * 0.9], axis=-2)  # rollout, stage, arm, sum, metric
    evidence = Evidence.of_stratum(*(np.moveaxis(moments[:, :, arm], 2, 0) for arm in (0, 1)))
    verdict = gate.judge(evidence, customers.astype(float), np.full(rollouts, 7.0), stages, POLICY)

    def one_arm(sums: np.ndarray) -> Arm:
        values = {name: Moments(int(n), t, q) for name, (n, t, q) in zip(POLICY.metrics, sums.T, strict=True)}
        return Arm(int(sums[0, 0]), values)

    actions = []
    for i, stage in enumerate(stages.tolist()):
        strata = [
            Stratum(one, date(2026, 3, 2) + timedelta(7 * one), *(one_arm(arm) for arm in moments[i, one]))
            for one in range(stage + 1)
        ]
        found = look(strata, stage, policy=replace(POLICY, minimum_days=1))
        at_once = Action.ROLL_BACK if verdict.roll_back[i] else Action.PROMOTE if verdict.promote[i] else Action.HOLD
        assert found.action is at_once
        assert found.metrics["composite"].gain == pytest.approx(float(verdict.gain[i, 0]))
        actions.append(found.action)
    assert len(set(actions)) > 1
