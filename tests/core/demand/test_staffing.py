"""Which days need more chefs, and which could take an offer."""

from datetime import date, timedelta

from mhc_core.business import pricing
from mhc_core.business.rules import Chefs
from mhc_core.db.queries.demand import Forecast
from mhc_core.demand.staffing import needs

TODAY = date(2026, 11, 2)
BUSINESS = pricing.load().model_copy(update={"chefs": Chefs(parties_a_day={"all": 6})})


def _day(ahead: int, high: float, booked: int = 0, region: str = "all") -> Forecast:
    return Forecast(region, TODAY + timedelta(days=ahead), high / 2, booked, 0, high, 0, high * 2, "ETS")


def test_chefs_are_needed_where_too_many_parties_are_likely_or_booked() -> None:
    days = [_day(9, 6.1), _day(9, 6.0), _day(9, 5, booked=7)]
    assert needs(BUSINESS, days, TODAY) == ["more chefs", None, "more chefs"]


def test_an_offer_needs_half_of_the_chefs_free_and_time_to_book() -> None:
    days = [_day(2, 3.0), _day(2, 3.1), _day(1, 1.0)]
    assert needs(BUSINESS, days, TODAY) == ["room for an offer", None, None], "48 hours are needed to book"


def test_nothing_is_said_of_a_region_whose_chefs_nobody_counted() -> None:
    assert needs(BUSINESS, [_day(9, 1.0, region="Sacramento")], TODAY) == [None]
