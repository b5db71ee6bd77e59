"""What is said where nothing can be looked up: figures of the business file and of nothing else."""

from mhc_core.business import pricing
from mhc_core.business.in_short import in_short


def test_prices_area_and_hours_are_those_of_the_file() -> None:
    business = pricing.load()
    assert in_short(business) == (
        "From our price list: $55 an adult, $30 a child of 6 to 12, $550 at least for a party; travel is extra. "
        "We come to: Bay Area, Sacramento, San Jose, Central Valley and nearby coast and mountains. "
        "Somebody is there every day from 09:00 to 19:00."
    )
    other = business.model_copy(update={"area": ("Reno",)})
    assert "We come to: Reno. " in in_short(other)
