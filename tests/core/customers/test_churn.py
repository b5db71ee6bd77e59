"""Churn: risks that mean what they say, reasons that name what moved them."""

import numpy as np
import pytest

from mhc_core.customers import churn
from mhc_core.customers.churn import Features, Flags
from mhc_core.errors import DataError
from mhc_core.statistics.calibration import expected_calibration_error
from mhc_core.statistics.rank_agreement import auc


@pytest.fixture(autouse=True)
def _one_ensemble(monkeypatch: pytest.MonkeyPatch) -> None:
    """Enough for what is asked here, in a third of the time."""
    monkeypatch.setattr(churn, "TREES", 1)
    monkeypatch.setattr(churn, "FOLDS", 2)


def _customers(count: int, seed: int) -> tuple[Features, Flags]:
    """Who has waited long is lost, more so when they complained; the third feature says nothing."""
    rng = np.random.default_rng(seed)
    waited, complained, noise = rng.exponential(1, count), rng.integers(0, 2, count), rng.normal(size=count)
    chance = 1 / (1 + np.exp(-(2.5 * waited + 1.2 * complained - 4)))
    rows = np.column_stack([waited, complained, noise])
    features = Features(("wait", "complaint", "noise"), rows, (None, ("no", "yes"), None))
    return features, rng.random(count) < chance


def test_risks_of_unseen_customers_order_them_and_come_true() -> None:
    model = churn.fit(*_customers(1200, 1), seed=1)
    unseen, lost = _customers(4000, 2)
    chance = model.probability(unseen)
    assert auc(chance, lost) > 0.83
    assert expected_calibration_error(chance, lost.astype(float)) < 0.04


def test_reasons_name_what_moved_the_risk() -> None:
    model = churn.fit(*_customers(1200, 1), seed=1)
    waits = Features(("wait", "complaint", "noise"), np.array([[3.0, 0.0, 0.0]]), (None, ("no", "yes"), None))
    [[first, *_]] = model.reasons(waits)
    assert first.feature == "wait"
    assert first.moved > 0.2
    assert str(first).startswith("wait is 3 (usually 0.7): raises the risk by ")


def test_a_later_time_sets_the_level() -> None:
    """Later on, half as many leave: the risks of today follow that, not the years before."""
    before, lost = _customers(1200, 1)
    after, gone = _customers(1500, 3)
    gone = gone & (np.random.default_rng(4).random(1500) < 0.5)
    now, still = _customers(2000, 5)
    expected = (still & (np.random.default_rng(6).random(2000) < 0.5)).mean()
    dated = churn.fit(before, lost, seed=1, later=(after, gone)).probability(now).mean()
    undated = churn.fit(before, lost, seed=1).probability(now).mean()
    assert abs(dated - expected) < abs(undated - expected)


def test_too_little_is_said_so() -> None:
    features, lost = _customers(100, 1)
    with pytest.raises(DataError, match="too little to learn from; wait for"):
        churn.fit(features, lost, seed=1)
