"""What an experiment shows: who counts, what loses, and how rarely that is wrong."""

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from mhc_core.db.queries.experiments import StoredVariant
from mhc_core.db.queries.outcomes import CustomerOutcome
from mhc_core.prompts import experiment_report
from mhc_core.prompts.experiment_report import MIN_CUSTOMERS, VariantReport
from mhc_core.vocabulary import ExperimentMetric

START = datetime(2026, 11, 1, tzinfo=UTC)
WINDOW = timedelta(hours=24)
LATER = START + timedelta(days=30)


def variants(*, stopped_at: datetime | None = None) -> list[StoredVariant]:
    gone = (stopped_at, "ann", "by hand") if stopped_at else (None, None, None)
    return [StoredVariant(0, "control", 1, None, None, None), StoredVariant(1, "other", 1, *gone)]


def outcome(position: int, at: datetime, **what: Any) -> CustomerOutcome:
    plain = CustomerOutcome(position, at, False, False, None, 0.001, (900.0,))
    return plain._replace(**what)


def customers(
    number: int, *, contained: tuple[float, float] = (0.8, 0.8), seed: int = 1, **candidate: Any
) -> list[CustomerOutcome]:
    """As many customers of each variant over ten days, contained at these rates; ``candidate`` holds for variant 1."""
    random = np.random.default_rng(seed)
    found = []
    for at in range(number):
        when = START + timedelta(days=10) * (at / number)
        for position, rate in enumerate(contained):
            what = {"escalated": bool(random.random() > rate), **(candidate if position else {})}
            found.append(outcome(position, when, **what))
    return found


def shown(
    found: list[CustomerOutcome],
    now: datetime = LATER,
    primary: ExperimentMetric = ExperimentMetric.CONTAINED,
    stopped_at: datetime | None = None,
) -> VariantReport:
    return experiment_report.report(found, variants(stopped_at=stopped_at), primary, WINDOW, now)[1]


def test_a_customer_counts_once_the_window_has_passed() -> None:
    found = [outcome(1, START), outcome(1, START + timedelta(hours=1)), outcome(1, START + timedelta(hours=30))]
    made = shown(found, START + timedelta(hours=25))
    assert (made.exposed, made.counted, made.state) == (3, 2, "collecting")


def test_figures_are_those_of_the_customers_that_count() -> None:
    found = [
        outcome(1, START, escalated=True, feedback=0.0, cost_usd=0.03, latencies_ms=(100.0, 200.0)),
        outcome(1, START, booked=True, feedback=1.0, cost_usd=0.01, latencies_ms=(300.0,)),
        outcome(1, LATER, escalated=True),
    ]
    made = shown(found)
    assert (made.contained, made.escalated, made.booked, made.feedback, made.rated) == (0.5, 0.5, 0.5, 0.5, 2)
    assert made.cost_usd == pytest.approx(0.02)
    assert made.latency_p95_ms == pytest.approx(290)


def test_nothing_is_said_before_there_are_enough() -> None:
    made = shown(customers(MIN_CUSTOMERS - 1, contained=(1.0, 0.0)))
    assert (made.state, made.differences) == ("collecting", {})


def test_a_variant_that_hands_more_customers_over_loses() -> None:
    made = shown(customers(1_500, contained=(0.85, 0.65)))
    assert made.state == "losing"
    assert made.reasons[0].startswith("contained is worse: -0.2")
    bounds = made.differences["contained"]
    assert bounds.low < -0.2 < bounds.high < 0


def test_a_better_one_wins_and_is_left_to_people() -> None:
    assert shown(customers(1_500, contained=(0.65, 0.85))).state == "winning"


@pytest.mark.parametrize(
    ("harm", "named"),
    [
        ({"latencies_ms": (4_000.0,)}, "latency_ms"),
        ({"cost_usd": 0.08}, "cost_usd"),
        ({"feedback": 0.0}, "feedback"),
    ],
)
def test_a_guardrail_stops_what_the_primary_metric_would_let_pass(harm: dict[str, Any], named: str) -> None:
    found = [one._replace(feedback=1.0) if one.position == 0 else one for one in customers(1_500, **harm)]
    made = shown(found, primary=ExperimentMetric.BOOKED)
    assert made.state == "losing"
    assert made.reasons[0].startswith(f"{named} is worse")


def test_a_little_slower_and_dearer_is_no_reason() -> None:
    assert shown(customers(1_500, latencies_ms=(1_200.0,), cost_usd=0.004)).state == "undecided"


def test_after_a_variant_stopped_the_control_is_not_held_against_it() -> None:
    stopped_at = START + timedelta(days=5)
    found = [one for one in customers(600) if one.position == 0 or one.exposed_at < stopped_at]
    made = shown(found, stopped_at=stopped_at)
    assert made.state == "stopped"
    assert made.reasons == ("by hand",)
    assert made.sample_ratio_p is not None
    assert made.sample_ratio_p > 0.5


def test_a_split_that_is_not_the_declared_one_is_seen() -> None:
    found = [one for at, one in enumerate(customers(1_000)) if one.position == 0 or at % 3 == 0]
    made = shown(found)
    assert made.sample_ratio_p is not None
    assert made.sample_ratio_p < 0.001


def test_days_that_differ_do_not_make_a_difference() -> None:
    """On bad days most customers come to one variant: without strata it would look far worse."""
    good = [outcome(side, START, escalated=False) for side in (0,) * 900 + (1,) * 300]
    bad = [outcome(side, START + timedelta(days=1), escalated=True) for side in (0,) * 300 + (1,) * 900]
    made = shown(good + bad)
    assert made.contained == 0.25
    assert abs(made.differences["contained"].estimate) < 1e-9
    assert made.state == "undecided"


def test_looking_every_day_stops_an_equal_variant_hardly_ever() -> None:
    """Twenty experiments without any difference, each looked at ten times: none may be stopped."""
    stopped = 0
    for seed in range(20):
        found = customers(300, seed=seed)
        looks = [START + WINDOW + timedelta(days=day) for day in range(10)]
        stopped += any(shown(found, now).state == "losing" for now in looks)
    assert stopped == 0
