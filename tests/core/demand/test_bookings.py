"""Parties to come: what is booked already counts, nothing unknown does, and the better method is taken."""

from datetime import date, timedelta

import numpy as np
import pytest

from mhc_core.demand import bookings
from mhc_core.demand.bookings import Booked
from mhc_core.errors import DataError

FIRST, AREA = date(2024, 1, 1), "US-CA"
TODAY = date(2025, 6, 1)


def _booked(days: int, rate: float = 3.0, seed: int = 1) -> Booked:
    """Parties that are booked about two weeks ahead, more at weekends; also those of 60 days after the last day."""
    rng = np.random.default_rng(seed)
    event, made = [], []
    for number in range(days):
        day = FIRST + timedelta(number)
        for _ in range(rng.poisson(rate * (3 if day.weekday() >= 5 else 1))):
            event.append(day.toordinal())
            made.append(day.toordinal() - int(rng.exponential(14)))
    return Booked(np.array(event, dtype=np.int64), np.array(made, dtype=np.int64))


def _known(everything: Booked, day: date) -> Booked:
    mask = everything.made < day.toordinal()
    return Booked(everything.event[mask], everything.made[mask])


def test_what_is_booked_already_narrows_the_near_days(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bookings, "BASELINES", {"seasonal naive": bookings.BASELINES["seasonal naive"]})
    everything = _booked((TODAY - FIRST).days + 60)
    found = bookings.outlook(_known(everything, TODAY), TODAY, AREA)
    actual = np.array([np.count_nonzero(everything.event == day.day.toordinal()) for day in found.days])
    expected = np.array([day.expected for day in found.days])
    assert found.method == bookings.OURS
    assert found.mase[bookings.OURS] < found.mase["seasonal naive"]
    assert abs(expected.sum() / actual.sum() - 1) < 0.15
    assert np.abs(expected - actual)[:3].mean() < np.abs(expected - actual)[10:].mean()
    for day, came in zip(found.days, actual, strict=True):
        assert day.booked <= day.low_80 <= day.high_80 <= day.high_95
        assert day.low_95 <= day.low_80
        assert day.booked <= came
    inside = [day.low_80 <= came <= day.high_80 for day, came in zip(found.days, actual, strict=True)]
    assert np.mean(inside) >= 0.6


def test_an_origin_of_the_past_knows_only_what_was_booked_then() -> None:
    everything = _booked(200)
    now = FIRST.toordinal() + 150
    before = Booked(everything.event[everything.made < now], everything.made[everything.made < now])
    assert (everything.booked(now, 30) == before.booked(now, 30)).all()
    assert (everything.early_share(now, 30) == before.early_share(now, 30)).all()


def test_the_early_share_falls_with_the_days_to_go() -> None:
    share = _booked(400).early_share(FIRST.toordinal() + 400, 30)
    assert (np.diff(share) <= 0).all()
    assert share[0] == pytest.approx(np.exp(-1 / 14), abs=0.03)


def test_the_best_method_is_taken_where_ours_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    everything = _booked((TODAY - FIRST).days)
    truth = np.bincount(everything.event - FIRST.toordinal(), minlength=600).astype(np.float64)

    def oracle(first: date, actual: bookings.Floats, ahead: int) -> bookings.Floats:
        at = (first - FIRST).days + len(actual)
        return truth[at : at + ahead]

    monkeypatch.setattr(bookings, "BASELINES", {"oracle": oracle})
    assert bookings.outlook(_known(everything, TODAY), TODAY, AREA).method == "oracle"


def test_a_short_past_is_said_so() -> None:
    with pytest.raises(DataError, match="too few to forecast"):
        bookings.outlook(_booked(50), FIRST + timedelta(50), AREA)
    with pytest.raises(DataError, match="too few to forecast"):
        bookings.outlook(bookings.booked([]), TODAY, AREA)
