"""When a live rollout advances, holds or rolls back: the decision alone, without clock, database or traffic.

What is compared is candidate minus control **per customer**, because customers are what is assigned: each customer
counts once with the mean of their own values, however much they wrote. All values lie in 0..1. The primary is the
``composite`` of what the business wants; guardrails must not get worse by more than a declared margin.

Rolling back on weak data costs little, promoting costs a lot: harm is acted on first, even when the assignment is off.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mhc_core.errors import DataError
from mhc_core.rollout.policy import Policy
from mhc_core.statistics import confidence_sequences
from mhc_core.statistics.confidence_sequences import Evidence, Floats

PLANNED_DEVIATION = 0.3  # of one customer's value; tunes where bounds are tightest, never whether they hold


class Action(StrEnum):
    """What a look at a rollout leads to."""

    PROMOTE = "promote"
    HOLD = "hold"
    ROLL_BACK = "roll_back"


@dataclass(frozen=True, slots=True)
class Moments:
    """Customers with a value of one metric, the sum of their values (0..1 each) and the sum of their squares."""

    customers: int = 0
    total: float = 0.0
    squares: float = 0.0


@dataclass(frozen=True, slots=True)
class Arm:
    """One arm in one stratum: customers assigned, and what is known of each metric (missing: of nobody)."""

    assigned: int
    metrics: Mapping[str, Moments]


@dataclass(frozen=True, slots=True)
class Stratum:
    """Customers who first came in this stage (0-based) on this day; each customer is in exactly one stratum."""

    stage: int
    day: date
    candidate: Arm
    control: Arm


@dataclass(frozen=True, slots=True)
class MetricLook:
    """One metric at one look. Gains are candidate minus control, turned so that more is better.

    ``gain``, ``low`` and ``high`` rest on all stages; ``stage_gain`` and ``stage_high`` on the present one. A bound is
    None until the minimum of customers per arm has a value. ``threshold``: the gain to exceed. ``proven``: the lower
    bound does; ``repeated``: so does the estimate of the present stage alone; ``harmful``: its upper bound does not.
    """

    candidates: int
    controls: int
    gain: float
    low: float | None
    high: float | None
    stage_gain: float
    stage_high: float | None
    threshold: float
    proven: bool
    repeated: bool
    harmful: bool


@dataclass(frozen=True, slots=True)
class Look:
    """A decision with the numbers and the plain words it rests on.

    ``needed_customers``: how many more customers of both arms, at the present share, proof would take about; None when
    customers are not what is missing. ``ask``: a person has to look, because the deadline has passed.
    """

    action: Action
    stage: int
    share: float
    candidates: int
    controls: int
    days: int
    metrics: Mapping[str, MetricLook]
    sample_ratio_p_value: float
    needed_customers: int | None
    ask: bool
    reasons: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """The look as numbers, strings, lists and None."""
        return asdict(self) | {"action": self.action.value, "reasons": list(self.reasons)}


@dataclass(frozen=True, slots=True)
class Judgement:
    """The decisions of one look at many rollouts at once; metric arrays end in the axis of the metrics."""

    gain: Floats
    low: Floats
    high: Floats
    stage_gain: Floats
    stage_high: Floats
    proven: NDArray[np.bool_]
    repeated: NDArray[np.bool_]
    harmful: NDArray[np.bool_]
    sample_ratio_p_value: Floats
    promote: NDArray[np.bool_]
    roll_back: NDArray[np.bool_]


def judge(evidence: Evidence, assigned: Floats, days: Floats, stage: NDArray[np.intp], policy: Policy) -> Judgement:
    """Decide for any number of rollouts at once; ``look`` and the benchmark share these rules.

    Args:
        evidence: arrays of shape (..., stages, metrics), strata added up within each stage.
        assigned: customers assigned to candidate and control, shape (..., stages, 2).
        days: days with customers so far, shape (...).
        stage: the present stage, shape (...).
        policy: what was declared.
    """
    stages, minimum = range(len(policy.shares)), policy.minimum_customers
    errors, distances = policy.errors, policy.distances / PLANNED_DEVIATION
    harm_error = np.array([policy.harm_error(one) for one in stages])
    variance = evidence.variance

    def here(values: Floats) -> Floats:
        return np.take_along_axis(values, stage[..., None, None], axis=-2)[..., 0, :]

    weight, whole = evidence.weight.sum(-2), variance.sum(-2)
    gain = policy.signs * confidence_sequences.difference(weight, evidence.score.sum(-2))
    known = np.minimum(evidence.candidates.sum(-2), evidence.controls.sum(-2)) >= minimum
    below = np.where(known, confidence_sequences.radius(weight, whole, errors.promotion, distances), np.inf)
    above = np.where(known, confidence_sequences.radius(weight, whole, harm_error[0], distances), np.inf)
    stage_gain = policy.signs * confidence_sequences.difference(here(evidence.weight), here(evidence.score))
    stage_known = np.minimum(here(evidence.candidates), here(evidence.controls)) >= minimum
    stage_radius = confidence_sequences.radius(here(evidence.weight), here(variance), harm_error[stage], distances)
    stage_high = stage_gain + np.where(stage_known, stage_radius, np.inf)
    proven, harmful = gain - below > policy.thresholds, stage_high < policy.thresholds
    p_value = confidence_sequences.sample_ratio_p_value(assigned[..., 0], assigned[..., 1], np.array(policy.shares))
    repeated = stage_known & (stage_gain > policy.thresholds)
    roll_back = np.asarray(harmful.any(-1))
    return Judgement(
        gain=gain,
        low=gain - below,
        high=gain + above,
        stage_gain=stage_gain,
        stage_high=stage_high,
        proven=proven,
        repeated=repeated,
        harmful=harmful,
        sample_ratio_p_value=p_value,
        promote=(proven & repeated).all(-1)
        & ~roll_back
        & (days >= policy.minimum_days)
        & (p_value >= errors.sample_ratio),
        roll_back=roll_back,
    )


def analyse(strata: Sequence[Stratum], stage: int, policy: Policy, overdue: bool = False) -> Look:
    """Look at one rollout: decide, and say why in plain words.

    Args:
        strata: everything since the rollout began, of this stage and the earlier ones.
        stage: the present stage, 0-based.
        policy: what was declared before the rollout began.
        overdue: the deadline has passed.

    Raises:
        DataError: a stratum is of a later stage or holds values outside 0..1.
    """
    evidence, assigned = _gather(strata, stage, policy)
    days = len({item.day for item in strata if item.candidate.assigned and item.control.assigned})
    verdict = judge(evidence, assigned, np.array(float(days)), np.array(stage), policy)
    metrics = {
        name: MetricLook(
            candidates=int(evidence.candidates[:, i].sum()),
            controls=int(evidence.controls[:, i].sum()),
            gain=float(verdict.gain[i]),
            low=_finite(verdict.low[i]),
            high=_finite(verdict.high[i]),
            stage_gain=float(verdict.stage_gain[i]),
            stage_high=_finite(verdict.stage_high[i]),
            threshold=float(policy.thresholds[i]),
            proven=bool(verdict.proven[i]),
            repeated=bool(verdict.repeated[i]),
            harmful=bool(verdict.harmful[i]),
        )
        for i, name in enumerate(policy.metrics)
    }
    action = Action.ROLL_BACK if verdict.roll_back else Action.PROMOTE if verdict.promote else Action.HOLD
    candidates, controls = (int(count) for count in assigned.sum(0))
    ratio = float(verdict.sample_ratio_p_value)
    here = (int(assigned[stage, 0]), int(assigned[stage, 1]))
    needed = _needed(evidence, verdict, here, stage, policy) if action is Action.HOLD else None
    return Look(
        action=action,
        stage=stage,
        share=policy.shares[stage],
        candidates=candidates,
        controls=controls,
        days=days,
        metrics=metrics,
        sample_ratio_p_value=ratio,
        needed_customers=needed,
        ask=overdue and action is Action.HOLD,
        reasons=tuple(_reasons(action, metrics, here, days, ratio, needed, overdue, policy)),
    )


def _gather(strata: Sequence[Stratum], stage: int, policy: Policy) -> tuple[Evidence, Floats]:
    """Evidence of shape (stages, metrics) and customers assigned of shape (stages, 2).

    Days are joined to weeks: with few customers a day, a day often has nobody to compare with, and within a stage the
    days of a week differ for both arms alike.
    """
    shape = (2, 3, len(policy.metrics))
    assigned = np.zeros((len(policy.shares), 2))
    weeks: list[dict[tuple[int, int], Floats]] = [{} for _ in policy.shares]
    for item in strata:
        if not 0 <= item.stage <= stage < len(policy.shares):
            raise DataError(f"a stratum of stage {item.stage} in stage {stage}; give the strata up to the present one")
        assigned[item.stage] += (item.candidate.assigned, item.control.assigned)
        arms = weeks[item.stage].setdefault(item.day.isocalendar()[:2], np.zeros(shape))
        arms += [_values(item.candidate, policy), _values(item.control, policy)]
    nothing = Evidence.of_stratum(*np.zeros(shape))
    of_stage = [sum((Evidence.of_stratum(*arms) for arms in one.values()), nothing) for one in weeks]
    return confidence_sequences.stack(of_stage), assigned


def _values(arm: Arm, policy: Policy) -> Floats:
    """Customers, sums and sums of squares, shape (3, metrics)."""
    found = [arm.metrics.get(name, Moments()) for name in policy.metrics]
    for name, item in zip(policy.metrics, found, strict=True):
        if not -1e-6 <= item.squares <= item.total + 1e-6 <= item.customers + 2e-6:
            raise DataError(f"{name} has values outside 0 to 1; scale each customer's value before adding up")
    return np.array([(item.customers, item.total, item.squares) for item in found], dtype=np.float64).T


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _needed(evidence: Evidence, verdict: Judgement, here: tuple[int, int], stage: int, policy: Policy) -> int | None:
    """More customers of both arms until everything missing would be proven, the larger of all that is missing.

    A metric is taken to go on as it is, but at least a fifth of the way from its threshold to what was hoped for, which
    is what one without any values is taken to reach: the worthwhile gain, for a guardrail no loss.
    """
    share = policy.shares[stage]
    more = max(
        (policy.minimum_customers - here[0]) / share,
        (policy.minimum_customers - here[1]) / (1 - share),
        0.0,
    )
    variance = evidence.variance.sum(0)
    for i in np.flatnonzero(~verdict.proven):
        weight, threshold = float(evidence.weight[:, i].sum()), policy.thresholds[i]
        per_customer = float(variance[i]) / weight if weight else PLANNED_DEVIATION**2
        distance = policy.distances[i]
        ahead = max(float(verdict.gain[i]), threshold + distance / 5) if weight else threshold + distance
        steps = np.geomspace(1.0, 1e9, 600)
        then = weight + steps
        gain = (weight * float(verdict.gain[i]) + steps * ahead) / then
        radius = confidence_sequences.radius(
            then, then * per_customer, policy.errors.promotion, distance / PLANNED_DEVIATION
        )
        reached = gain - radius > threshold
        more = max(more, float(steps[int(np.argmax(reached))]) / (share * (1 - share)))
    return int(np.ceil(more)) or None


def _reasons(
    action: Action,
    metrics: Mapping[str, MetricLook],
    here: tuple[int, int],
    days: int,
    ratio: float,
    needed: int | None,
    overdue: bool,
    policy: Policy,
) -> list[str]:
    """Plain sentences, the deciding one first."""
    if action is Action.ROLL_BACK:
        return [
            f"{_title(name)}: {_points(item.stage_gain)} in this stage, at best {_points(item.stage_high)}; "
            f"below {_points(item.threshold)} is harm."
            for name, item in metrics.items()
            if item.harmful
        ]
    if action is Action.PROMOTE:
        return [
            f"{_title(name)}: {_points(item.gain)}, at worst {_points(item.low)}, above {_points(item.threshold)}."
            for name, item in metrics.items()
        ]
    found = []
    if ratio < policy.errors.sample_ratio:
        found.append(
            f"The arms do not get their shares (p = {ratio:.1g}), so no difference can be trusted; "
            "look for customers who are lost or counted twice."
        )
    if min(here) < policy.minimum_customers:
        found.append(
            f"This stage has {here[0]} customers with the candidate and {here[1]} with the control; "
            f"{policy.minimum_customers} each is the minimum."
        )
    if days < policy.minimum_days:
        found.append(f"Customers came on {days} days; {policy.minimum_days} is the minimum, so that weekends count.")
    for name, item in metrics.items():
        if item.low is None:
            found.append(f"{_title(name)}: too few customers have a value ({item.candidates} and {item.controls}).")
        elif not item.proven:
            found.append(
                f"{_title(name)}: {_points(item.gain)}, at worst {_points(item.low)}; "
                f"above {_points(item.threshold)} is not proven."
            )
        elif item.stage_high is None:
            found.append(f"{_title(name)}: too few customers of this stage have a value yet.")
        elif not item.repeated:
            found.append(
                f"{_title(name)}: {_points(item.stage_gain)} in this stage alone, where it must be above "
                f"{_points(item.threshold)} too."
            )
    if needed is not None:
        found.append(f"About {needed:,} more customers would be needed if things go on like this.")
    if overdue:
        found.append("The deadline has passed without proof: a person decides whether to go on or to stop.")
    return found


def _points(gain: float | None) -> str:
    return "unknown" if gain is None else f"{100 * gain:+.1f} points"


def _title(name: str) -> str:
    return name.replace("_", " ").capitalize()
