"""What an experiment shows so far, and which variant is losing: figures by variant, compared with the control.

A customer counts once the experiment's window has passed since their first answer under a variant, with what happened
within it; what is counted never changes again. Every difference has a confidence sequence
(``mhc_core.statistics.confidence_sequences``), so it may be looked at as often as anybody likes. The chance that one of
all the bounds of an experiment is ever wrong is ``ALPHA``. Customers are compared within the UTC day of their arrival.

A variant loses when its primary metric is surely below the control's, or when a guardrail is surely worse: containment,
bookings or feedback by anything, latency and cost by more than the margins below.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import reduce
from typing import Literal

import numpy as np

from mhc_core.db.queries.experiments import StoredVariant
from mhc_core.db.queries.outcomes import CustomerOutcome
from mhc_core.statistics import confidence_sequences
from mhc_core.vocabulary import ExperimentMetric

ALPHA = 0.05
MIN_CUSTOMERS = 100
"""Customers that count, in each of two variants, before anything is said about their difference."""
DISTANCE = 0.2
"""Difference, in standard deviations, at which the sequences are tightest."""
LATENCY_CAP_MS, LATENCY_MARGIN_MS = 30_000.0, 1_000.0
COST_CAP_USD, COST_MARGIN_USD = 0.25, 0.02
"""A customer's mean latency and cost count up to the cap; a variant may be worse by the margin."""

State = Literal["control", "collecting", "undecided", "winning", "losing", "stopped"]
_Value = Callable[[CustomerOutcome], float | None]
_METRICS: dict[str, tuple[_Value, float, float, float]] = {
    # metric: value of a customer, its largest value, 1 where more is better, margin
    ExperimentMetric.CONTAINED: (lambda one: float(not one.escalated), 1.0, 1.0, 0.0),
    ExperimentMetric.BOOKED: (lambda one: float(one.booked), 1.0, 1.0, 0.0),
    ExperimentMetric.FEEDBACK: (lambda one: one.feedback, 1.0, 1.0, 0.0),
    "latency_ms": (
        lambda one: float(np.mean(one.latencies_ms)) if one.latencies_ms else None,
        LATENCY_CAP_MS,
        -1.0,
        LATENCY_MARGIN_MS,
    ),
    "cost_usd": (lambda one: one.cost_usd, COST_CAP_USD, -1.0, COST_MARGIN_USD),
}


@dataclass(frozen=True, slots=True)
class Difference:
    """Variant minus control of one metric, with the bounds of its confidence sequence; in the metric's unit."""

    estimate: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class VariantReport:
    """One variant. Rates and feedback are 0..1 of the customers that count, cost is USD a customer; None without any.

    ``exposed`` are all its customers, ``counted`` those whose window has passed, ``rated`` those of them who rated.
    ``sample_ratio_p`` is the anytime-valid p-value of the split between it and the control: a tiny one means that the
    comparison cannot be trusted.
    """

    position: int
    version_id: str
    weight: int
    state: State
    exposed: int
    counted: int
    rated: int
    contained: float | None
    escalated: float | None
    booked: float | None
    feedback: float | None
    latency_p95_ms: float | None
    cost_usd: float | None
    differences: dict[str, Difference] = field(default_factory=dict)
    sample_ratio_p: float | None = None
    reasons: tuple[str, ...] = ()


def report(
    outcomes: Sequence[CustomerOutcome],
    variants: Sequence[StoredVariant],
    primary: ExperimentMetric,
    window: timedelta,
    now: datetime,
) -> list[VariantReport]:
    """Every variant of an experiment, the control first."""
    by_position = {
        variant.position: [one for one in outcomes if one.position == variant.position] for variant in variants
    }
    alpha = ALPHA / (2 * len(_METRICS) * max(1, len(variants) - 1))
    made = []
    for variant in variants:
        mine, control = by_position[variant.position], by_position[0]
        if variant.stopped_at is not None:  # the control went on without it
            mine, control = ([one for one in side if one.exposed_at < variant.stopped_at] for side in (mine, control))
        counted = _counted(mine, window, now)
        state: State = "control"
        differences: dict[str, Difference] = {}
        reasons: tuple[str, ...] = ()
        ratio = None
        if variant.position:
            against = _counted(control, window, now)
            enough = min(len(counted), len(against)) >= MIN_CUSTOMERS
            if enough:
                differences = _differences(counted, against, alpha)
            reasons = tuple(_harms(differences, primary))
            state = _state(variant, enough, differences, reasons, primary)
            share = variant.weight / (variant.weight + variants[0].weight)
            ratio = _sample_ratio(len(mine), len(control), share)
        made.append(_described(variant, state, len(mine), counted, differences, ratio, reasons))
    return made


def _counted(customers: Sequence[CustomerOutcome], window: timedelta, now: datetime) -> list[CustomerOutcome]:
    return [one for one in customers if one.exposed_at + window <= now]


def _differences(
    mine: Sequence[CustomerOutcome], control: Sequence[CustomerOutcome], alpha: float
) -> dict[str, Difference]:
    found = {name: _difference(mine, control, value, cap, alpha) for name, (value, cap, _, _) in _METRICS.items()}
    return {str(name): difference for name, difference in found.items() if difference is not None}


def _difference(
    mine: Sequence[CustomerOutcome], control: Sequence[CustomerOutcome], value: _Value, cap: float, alpha: float
) -> Difference | None:
    """The difference over days that saw both; None where fewer than the minimum have a value."""
    days: dict[object, tuple[list[float], list[float]]] = defaultdict(lambda: ([], []))
    for side, customers in enumerate((mine, control)):
        for one in customers:
            measured = value(one)
            if measured is not None:
                days[one.exposed_at.date()][side].append(min(measured, cap) / cap)
    if min((sum(len(pair[side]) for pair in days.values()) for side in (0, 1)), default=0) < MIN_CUSTOMERS:
        return None
    strata = [confidence_sequences.Evidence.of_stratum(_sums(ours), _sums(theirs)) for ours, theirs in days.values()]
    evidence = reduce(lambda left, right: left + right, strata)
    estimate = confidence_sequences.difference(evidence.weight, evidence.score).item()
    radius = confidence_sequences.radius(evidence.weight, evidence.variance, alpha, DISTANCE).item()
    return Difference(estimate * cap, (estimate - radius) * cap, (estimate + radius) * cap)


def _sums(values: Sequence[float]) -> Iterator[confidence_sequences.Floats]:
    """Number, sum and sum of squares, each as an array of one."""
    found = np.asarray(values, dtype=np.float64)
    for total in (found.size, found.sum(), np.square(found).sum()):
        yield np.asarray([total], dtype=np.float64)


def _harms(differences: dict[str, Difference], primary: ExperimentMetric) -> list[str]:
    """What is surely worse than the control by more than its margin, the primary metric first."""
    harms = []
    for name in sorted(differences, key=lambda name: name != primary):
        _, _, sign, margin = _METRICS[name]
        found = differences[name]
        if (found.high if sign > 0 else -found.low) < -margin:
            harms.append(f"{name} is worse: {found.estimate:+.4g} ({found.low:+.4g} to {found.high:+.4g})")
    return harms


def _state(
    variant: StoredVariant,
    enough: bool,
    differences: dict[str, Difference],
    reasons: tuple[str, ...],
    primary: ExperimentMetric,
) -> State:
    if variant.stopped_at is not None:
        return "stopped"
    if reasons:
        return "losing"
    if not enough:
        return "collecting"
    main = differences.get(primary)
    return "winning" if main is not None and main.low > 0 else "undecided"


def _sample_ratio(candidates: int, controls: int, share: float) -> float:
    one = [np.asarray([number], dtype=np.float64) for number in (candidates, controls, share)]
    return float(confidence_sequences.sample_ratio_p_value(*one))


def _described(
    variant: StoredVariant,
    state: State,
    exposed: int,
    counted: Sequence[CustomerOutcome],
    differences: dict[str, Difference],
    ratio: float | None,
    reasons: tuple[str, ...],
) -> VariantReport:
    latencies = [latency for one in counted for latency in one.latencies_ms]
    ratings = [one.feedback for one in counted if one.feedback is not None]
    escalated = _mean([float(one.escalated) for one in counted])
    return VariantReport(
        position=variant.position,
        version_id=variant.version_id,
        weight=variant.weight,
        state=state,
        exposed=exposed,
        counted=len(counted),
        rated=len(ratings),
        contained=None if escalated is None else 1 - escalated,
        escalated=escalated,
        booked=_mean([float(one.booked) for one in counted]),
        feedback=_mean(ratings),
        latency_p95_ms=float(np.percentile(latencies, 95)) if latencies else None,
        cost_usd=_mean([one.cost_usd for one in counted]),
        differences=differences,
        sample_ratio_p=ratio,
        reasons=(variant.stopped_because,) if variant.stopped_because else reasons,
    )


def _mean(values: Sequence[float]) -> float | None:
    return float(np.mean(values)) if values else None
