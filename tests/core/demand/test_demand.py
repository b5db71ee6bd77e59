"""Forecasts of demand: what was put into an invented history comes back, and nothing of the future goes in."""

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mhc_core.demand import baselines
from mhc_core.demand.calendar import Floats
from mhc_core.demand.model import expected, forecast
from mhc_core.demand.rolling import interval, mase, origins, rolling, scaled_errors

FIRST = date(2022, 1, 3)  # a Monday
AREA = "US-CA"


def _history(days: int, seed: int = 1, mean: float = 4.0) -> Floats:
    """Parties a day: thrice as many at weekends, more in summer, more on the Fourth of July, growing."""
    rng = np.random.default_rng(seed)
    return rng.poisson(_rates(days, mean)).astype(np.float64)


def _rates(days: int, mean: float) -> Floats:
    every = [FIRST + timedelta(number) for number in range(days)]
    rate = np.array([3.0 if day.weekday() >= 5 else 1.0 for day in every])
    rate *= np.exp(0.4 * np.sin(2 * np.pi * (np.array([day.timetuple().tm_yday for day in every]) - 100) / 365))
    rate *= np.array([3.0 if (day.month, day.day) == (7, 4) else 1.0 for day in every])
    return mean * rate * np.exp(np.arange(days) / 3650)


def _model(first: date, actual: Floats, ahead: int) -> Floats:
    return expected(first, actual, ahead, AREA)


def test_weekdays_seasons_and_holidays_are_learned() -> None:
    at = (date(2025, 6, 20) - FIRST).days
    found = forecast(FIRST, _history(at), 30, AREA)
    truth = _rates(at + 30, 4.0)[at:]
    assert np.abs(found.mean / truth - 1).mean() < 0.15
    assert found.days[0] == date(2025, 6, 20)
    fourth = found.days.index(date(2025, 7, 4))
    assert found.mean[fourth] > 1.6 * found.mean[fourth - 7]
    assert found.dispersion == pytest.approx(1, abs=0.2)


def test_it_beats_the_baselines_on_what_it_is_made_for() -> None:
    actual = _history(1100)
    places = origins(len(actual), 30, 4, 30, 700)
    ours = mase(rolling(_model, FIRST, actual, 30, places))
    assert ours < mase(rolling(baselines.seasonal_naive, FIRST, actual, 30, places))
    assert ours < mase(rolling(baselines.ets, FIRST, actual, 30, places[:2])) * 1.05


def test_intervals_hold_about_what_they_say() -> None:
    actual = _history(1300, mean=6.0)
    places = origins(len(actual), 30, 24, 15, 500)
    past = rolling(_model, FIRST, actual, 30, places)
    low, high = interval(past.forecast[-1], scaled_errors(past), 0.9)
    later = _history(1300, seed=2, mean=6.0)[-30:]
    assert ((later >= low) & (later <= high)).mean() >= 0.8
    wide = interval(past.forecast[-1], scaled_errors(past), 0.99)
    assert (wide[0] <= low).all()
    assert (wide[1] >= high).all()


@settings(deadline=None, max_examples=15)
@given(st.lists(st.integers(0, 4), min_size=56, max_size=90))
def test_short_and_sparse_histories_give_figures(counts: list[int]) -> None:
    found = forecast(FIRST, np.array(counts, dtype=np.float64), 30, AREA)
    assert np.isfinite(found.mean).all()
    assert (found.mean >= 0).all()
    assert found.mean.max() <= 40 * (max(counts) + 1)


def test_no_forecaster_sees_what_comes_later() -> None:
    actual = _history(500)
    seen: list[int] = []

    def spy(first: date, known: Floats, ahead: int) -> Floats:
        seen.append(len(known))
        return np.zeros(ahead)

    past = rolling(spy, FIRST, actual, 30, (400, 430))
    assert seen == [400, 430]
    assert past.actual[1].tolist() == actual[430:460].tolist()


def test_origins_end_where_the_days_ahead_are_known() -> None:
    assert origins(100, 10, 3, 10, 20) == (70, 80, 90)
    assert origins(35, 10, 3, 10, 20) == (25,)
    assert origins(25, 10, 3, 10, 20) == ()


def test_mstl_knows_the_year_from_two_years_on() -> None:
    actual = _history(800)
    assert baselines.mstl(FIRST, actual[:300], 30).shape == (30,)
    assert np.isfinite(baselines.mstl(FIRST, actual, 30)).all()


def test_nothing_is_below_what_is_certain() -> None:
    low, high = interval(np.array([2.0]), np.array([-3.0, 0.0, 3.0]), 0.8, np.array([1.5]))
    assert low[0] == 1.5
    assert high[0] > 2
