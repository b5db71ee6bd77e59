"""The models of purchases and amounts: probabilities are some, and what was put into invented data is found again."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

import numpy as np
import pytest
from fakes.shoppers import FADING, shoppers
from hypothesis import given, settings
from hypothesis import strategies as st

from mhc_core.customers import bg_nbd, gamma_gamma
from mhc_core.customers.bg_nbd import BgNbd
from mhc_core.customers.purchases import Floats, History, history
from mhc_jobs.bench.value import pareto_nbd
from mhc_jobs.bench.value.pareto_nbd import ParetoNbd

RATES = st.floats(0.2, 3)
TIMES = st.floats(2, 30)


def _customer(repeats: int, last: float, age: float) -> History:
    one = np.ones(1)
    return History(one.astype(int), one.astype(int), repeats * one, last * one, age * one, one, np.zeros(0))


def _moments(probabilities: Iterator[Floats], upto: int = 300) -> tuple[float, float]:
    each = np.array([float(one[0]) for one in islice(probabilities, upto)])
    assert (each >= -1e-9).all()
    return float(each.sum()), float(each @ np.arange(upto))


@settings(deadline=None, max_examples=40)
@given(
    RATES, TIMES, RATES, RATES, st.floats(0, 2), st.integers(0, 8), st.floats(0, 1), st.floats(1, 60), st.floats(1, 40)
)
def test_probabilities_of_counts_add_up_to_the_forecast(
    r: float, alpha: float, a: float, b: float, burst: float, repeats: int, share: float, age: float, weeks: float
) -> None:
    known = _customer(repeats, share * age if repeats else 0.0, age)
    model = BgNbd(r, alpha, a, b, burst, 5.0)
    total, mean = _moments(model.probabilities(known, weeks))
    assert total == pytest.approx(1, abs=1e-4)
    assert mean == pytest.approx(float(model.expected(known, weeks)[0]), rel=0.01, abs=1e-3)
    assert 0 <= float(model.alive(known)[0]) <= 1


@settings(deadline=None, max_examples=25)
@given(RATES, TIMES, RATES, TIMES, st.integers(0, 8), st.floats(0, 1), st.floats(1, 60), st.floats(1, 40))
def test_pareto_nbd_agrees_with_itself(
    r: float, alpha: float, s: float, beta: float, repeats: int, share: float, age: float, weeks: float
) -> None:
    known = _customer(repeats, share * age if repeats else 0.0, age)
    model = ParetoNbd(r, alpha, s, beta)
    total, mean = _moments(model.probabilities(known, weeks))
    assert total == pytest.approx(1, abs=1e-4)
    assert mean == pytest.approx(float(model.expected(known, weeks)[0]), rel=0.01, abs=1e-3)


def test_quantiles_are_those_of_the_probabilities() -> None:
    known = history(shoppers(400), 280)
    model = BgNbd(0.5, 6.0, 0.4, 2.0, 0.5, 5.0)
    low, high = model.quantiles(known, 30, (0.1, 0.9))
    reached = np.cumsum([*islice(model.probabilities(known, 30), 200)], axis=0)
    assert low.tolist() == (reached < 0.1).sum(axis=0).tolist()
    assert high.tolist() == (reached < 0.9).sum(axis=0).tolist()


def test_a_burst_is_found_where_there_is_one() -> None:
    purchases = shoppers(6000, burst=2.0)
    known = history(purchases, 280)
    found = bg_nbd.fit(known, burst=True)
    assert found.burst == pytest.approx(2, rel=0.25)
    assert found.fading == pytest.approx(FADING / 7, rel=0.35)
    later = len(purchases.between(280, 560).customer)
    assert found.expected(known, 40).sum() / later == pytest.approx(1, abs=0.08)
    assert bg_nbd.fit(history(shoppers(3000), 280), burst=True).burst < 0.5


def test_both_plain_models_forecast_plain_customers() -> None:
    purchases = shoppers(5000)
    known = history(purchases, 280)
    later = len(purchases.between(280, 560).customer)
    assert bg_nbd.fit(known, burst=False).expected(known, 40).sum() / later == pytest.approx(1, abs=0.06)
    assert pareto_nbd.fit(known).expected(known, 40).sum() / later == pytest.approx(1, abs=0.2)  # made by the other


def test_pace_stretches_the_time_ahead() -> None:
    known = history(shoppers(300), 280)
    model = BgNbd(0.5, 6.0, 0.4, 2.0)
    assert replace(model, pace=2.0).expected(known, 20) == pytest.approx(model.expected(known, 40))


def test_gamma_gamma_finds_the_mean_of_amounts_and_pulls_few_purchases_to_it() -> None:
    rng = np.random.default_rng(3)
    scale = 40 / rng.gamma(4.0, 1, 20_000)
    count = rng.integers(1, 8, 20_000).astype(float)
    mean = rng.gamma(5 * count, scale / count)
    model = gamma_gamma.fit(count, mean)
    assert model.p * model.gamma / (model.q - 1) == pytest.approx(5 * 40 / 3, rel=0.05)
    assert model.q == pytest.approx(4, rel=0.15)
    everybody = model.p * model.gamma / (model.q - 1)
    once, often = model.expected(np.array([1.0, 50.0]), np.array([4 * everybody, 4 * everybody]))
    assert everybody < once < often < 4 * everybody
