"""What the business says of itself is not personal, wherever it stands in a sentence."""

import pytest

from mhc_core.business import pricing
from mhc_core.scrubbing import Scrubber

RULES = pricing.load()


@pytest.mark.parametrize(
    "text",
    [
        "We cover Bay Area, Sacramento, San Jose, Central Valley and nearby coast and mountains, up to 200 miles.",
        "You can text (916) 740-8768 or write to cs@myhibachichef.com. Some things always go to a person.",
    ],
)
def test_the_area_and_the_addresses_of_the_business_stay(text: str) -> None:
    assert Scrubber.load(RULES.allow_list).scrub(text).text == text


def test_an_address_in_the_area_is_taken_out() -> None:
    found = Scrubber.load(RULES.allow_list).scrub("We live at 12 Oak Street, San Jose, near Sacramento").text
    assert found == "We live at [ADDRESS_1], near Sacramento"
