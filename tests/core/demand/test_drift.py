"""The check of the forecast warns when demand changed, and rarely when it did not."""

import math
from datetime import date, timedelta

import numpy as np
import pytest

from mhc_core.demand import bookings, drift
from mhc_core.demand.bookings import Booked
from mhc_core.demand.regions import EVERYWHERE, outlooks
from mhc_core.errors import DataError

FIRST, TODAY = date(2024, 1, 1), date(2025, 8, 1)
NAIVE = "seasonal naive"


def _booked(seed: int, last_month: float = 1.0) -> Booked:
    """Parties of a steady demand, changed by a factor over the last 28 days."""
    rng = np.random.default_rng(seed)
    days = np.arange(FIRST.toordinal(), TODAY.toordinal())
    rate = np.where(days >= TODAY.toordinal() - drift.AHEAD, 6.0 * last_month, 6.0)
    event = np.repeat(days, rng.poisson(rate))
    return Booked(event, event - 1)


@pytest.mark.parametrize(("factor", "method"), [(0.2, bookings.OURS), (3.0, bookings.OURS), (3.0, NAIVE)])
def test_a_month_that_is_otherwise_is_told(factor: float, method: str) -> None:
    found = drift.drift(_booked(1, factor), TODAY, "US-CA", method)
    assert found.drifted
    assert found.recent > 1.5 * found.usual


def test_steady_demand_is_hardly_ever_called_changed() -> None:
    called = [drift.drift(_booked(seed), TODAY, "US-CA", NAIVE).drifted for seed in range(100)]
    assert sum(called) <= 11  # of 100 at 5 %: so many or fewer in 99.6 % of cases


def test_a_short_past_tells_nothing() -> None:
    found = drift.drift(_booked(1, 3.0), FIRST + timedelta(days=300), "US-CA", NAIVE)
    assert found.share is None
    assert not found.drifted
    none = drift.drift(_booked(1), FIRST + timedelta(days=20), "US-CA", NAIVE)
    assert math.isnan(none.recent)


def test_regions_are_forecast_by_themselves_and_new_ones_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bookings, "BASELINES", {NAIVE: bookings.BASELINES[NAIVE]})
    rng = np.random.default_rng(5)
    events = []
    for number in range((TODAY - FIRST).days + 20):
        day = FIRST + timedelta(number)
        for region, rate in (("North", 3.0), ("South", 1.0), (None, 0.5)):
            events += [(day, day - timedelta(days=9), region)] * int(rng.poisson(rate))
    events.append((TODAY - timedelta(days=5), TODAY - timedelta(days=9), "New"))
    known = [one for one in events if one[1] < TODAY]
    found = outlooks(known, TODAY, "US-CA")
    assert [*found.outlooks] == [EVERYWHERE, "North", "South"]
    assert found.waiting == ("New",)
    sums = {region: sum(day.expected for day in one.days) for region, one in found.outlooks.items()}
    assert sums["North"] == pytest.approx(90, rel=0.25)
    assert sums["South"] == pytest.approx(30, rel=0.4)
    assert sums[EVERYWHERE] == pytest.approx(135, rel=0.2)
    with pytest.raises(DataError):
        outlooks([], TODAY, "US-CA")
