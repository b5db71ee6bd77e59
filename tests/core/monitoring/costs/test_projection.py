"""Where a month of costs is going: right for plain months, and honest about how sure it is."""

import numpy as np
import pytest

from mhc_core.monitoring.costs.projection import LEAST_DAYS, month_end
from mhc_jobs.bench import costs as bench


def test_equal_days_are_projected_as_equal_days() -> None:
    found = month_end(100.0, [10.0] * 40, 0, [1.0] * 20, 1)
    assert found is not None
    assert found.expected == pytest.approx(300, rel=0.05)
    assert found.low < 300 < found.high


def test_a_weekly_season_is_projected_by_the_days_that_are_left() -> None:
    week = [10.0] * 5 + [40.0] * 2
    workdays = month_end(0.0, week * 8, 0, [1.0] * 5, 1)
    weekend = month_end(0.0, [*week * 8, *week[:5]], 5, [1.0] * 2, 1)
    assert workdays is not None
    assert weekend is not None
    assert workdays.expected == pytest.approx(50, rel=0.15)
    assert weekend.expected == pytest.approx(80, rel=0.15)


def test_one_burst_does_not_move_the_level() -> None:
    found = month_end(0.0, [10.0] * 30 + [200.0] + [10.0] * 9, 0, [1.0] * 10, 1)
    assert found is not None
    assert found.low < 110
    assert found.expected < 250


def test_growth_goes_on() -> None:
    growing = list(10.0 * np.exp(0.01 * np.arange(60)))
    found = month_end(0.0, growing, 4, [1.0] * 10, 1)
    assert found is not None
    assert found.expected > growing[-1] * 10


def test_the_rest_of_today_counts_by_its_share() -> None:
    whole, half = (month_end(5.0, [10.0] * 40, 0, [share], 1) for share in (1.0, 0.5))
    assert whole is not None
    assert half is not None
    assert whole.expected - 5 == pytest.approx(2 * (half.expected - 5), rel=1e-6)


def test_too_few_days_are_not_projected() -> None:
    assert month_end(5.0, [10.0] * (LEAST_DAYS - 1), 0, [1.0], 1) is None
    assert month_end(0.0, [0.0] * 40, 0, [1.0], 1) is None


def test_the_interval_holds_about_four_of_five_simulated_months() -> None:
    report = bench.measure(150, 5)
    assert 0.7 <= report["tuned_for"]["coverage"] <= 0.9
    assert report["tuned_for"]["median_error"] < report["tuned_for"]["median_error_of_so_far"]
