"""What customers are worth: cohorts, calibration by what was known, and clear words where too little is."""

import numpy as np
import pytest
from fakes.shoppers import shoppers

from mhc_core.customers import value as valuation
from mhc_core.customers.purchases import Purchases, counts_of, history
from mhc_core.errors import DataError

END = 280


def test_the_total_comes_true_and_the_few_who_buy_most_are_found() -> None:
    purchases = shoppers(6000, burst=2.0)
    known = history(purchases, END)
    found = valuation.value(valuation.fit(purchases, END, 40), known, 40)
    actual = counts_of(purchases.between(END, END + 280), known.customer)
    assert found.purchases.sum() / actual.sum() == pytest.approx(1, abs=0.1)
    assert valuation.top_share(found.purchases, actual) > 0.35
    inside = (actual >= found.purchases_low) & (actual <= found.purchases_high)
    assert inside.mean() >= 0.8
    assert (found.spend_low <= found.spend_high).all()


def test_nothing_later_than_the_day_is_used() -> None:
    purchases = shoppers(1500)
    fitted = valuation.fit(purchases, END, 40)
    assert valuation.fit(purchases.before(END), END, 40) == fitted


def test_customers_of_other_quarters_have_models_of_their_own() -> None:
    early, late = shoppers(1200), shoppers(1200, burst=3.0, seed=6)
    both = Purchases.of(
        np.r_[early.customer, late.customer + 10_000], np.r_[early.day, late.day + 182], np.r_[early.spend, late.spend]
    ).before(500)
    cohorts = valuation.fit(both, 500, 20)
    assert len(cohorts) == 2
    assert cohorts[1].days[0] > cohorts[0].days[0]
    found = valuation.value(cohorts, history(both, 500), 20)
    assert len(found.customer) == 2400
    assert np.isfinite(found.spend).all()


def test_too_few_customers_are_said_so() -> None:
    with pytest.raises(DataError, match="too few to value; import bookings"):
        valuation.fit(shoppers(50), END, 40)
    with pytest.raises(DataError, match="too few to value"):
        valuation.fit(shoppers(600).before(0), END, 40)
